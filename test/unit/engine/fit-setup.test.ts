import { describe, expect, it } from "vitest";
import { probeSource } from "../../../server/src/engine/probes/fit-setup.ts";
import type { OpenedProbe } from "../../../server/src/engine/probes/opened-probe.ts";
import type { LoadedSetup } from "../../../server/src/engine/setups/loaded-setup.ts";

/** A model whose heads together are wider than its stream. */
const config = { layers: 2, heads: 4, headDim: 32, dModel: 96 };
const setup = { model: { config }, saes: [] } as unknown as LoadedSetup;
const identity = { model: { id: "wide", sha256: "m" }, saes: [] };

function probe(hook: string, width: number): OpenedProbe {
  const model = { id: "wide", sha256: "m", dModel: 96 };
  const reads = { source: { kind: "hook", hook }, position: "last", level: "text", readAs: "text", width };
  return { path: "/p.probe.json", probe: { name: "p", model, reads } } as unknown as OpenedProbe;
}

describe("where a probe finds its rows", () => {
  it.each([
    ["blocks.1.hook_resid_post", 96],
    ["blocks.1.attn.hook_z", 128],
  ])("is a hook point as wide as it was trained on: %s", (hook, width) => {
    expect(probeSource(probe(hook, width), setup, identity, false)).toEqual({ kind: "hook", hook });
  });

  it.each([
    ["blocks.1.hook_resid_post", 128],
    ["blocks.1.attn.hook_z", 96],
    ["blocks.2.hook_resid_post", 96],
  ])("is not one of another width, or that is not there: %s, %d", (hook, width) => {
    expect(() => probeSource(probe(hook, width), setup, identity, false)).toThrow(/does not have there/);
  });
});
