import type { ProbeSource } from "../../protocol/probes.ts";
import type { ScanIdentity } from "../../protocol/scan.ts";
import { EngineError } from "../errors.ts";
import { isHook } from "../models/hooks.ts";
import type { LoadedSetup } from "../setups/loaded-setup.ts";
import type { OpenedProbe } from "./opened-probe.ts";
import type { TextSource } from "./probe-rows.ts";
import { widthOf } from "./read-text.ts";

/**
 * Where a probe finds its rows in a set-up.
 * @param withAttention whether attention is read too, which takes a pass of its own
 * @throws EngineError `probe-other-model` where it was trained on another model (or another revision of it), `probe-other-hook`
 * where the model has no such rows, `probe-sae-missing` where it reads latents of an SAE that is not loaded, `probe-not-live` for
 * attention that is not read
 */
export function probeSource(
  { path, probe }: OpenedProbe,
  setup: LoadedSetup,
  identity: ScanIdentity,
  withAttention: boolean,
): ProbeSource | TextSource {
  const fail = (code: string, message: string, remedy: string) =>
    new EngineError({ code, message, remedy, subject: "probe", path });
  const { source, width, level } = probe.reads;
  // Words are the same to every model; which tokens there are is not.
  if (source.kind === "text" && level !== "token") return source;
  if (probe.model.sha256 !== identity.model.sha256)
    throw fail(
      "probe-other-model",
      `The probe “${probe.name}” was trained on ${probe.model.id} as it was then, and this is ${identity.model.id} with other files.`,
      "Train it again on this model, or take it out of those that are enabled here.",
    );
  if (source.kind === "text") return source;
  if (source.kind === "attention") {
    if (withAttention) return source;
    throw fail(
      "probe-not-live",
      `The probe “${probe.name}” reads attention, which is not computed while you type.`,
      "Read prompts with it in a terminal: steerscope probe run.",
    );
  }
  if (source.kind === "hook") {
    if (isHook(source.hook, setup.model.config.layers) && width === widthOf({ source }, setup)) return source;
    throw fail(
      "probe-other-hook",
      `The probe “${probe.name}” reads ${width} numbers at ${source.hook}, which the model does not have there.`,
      "Train it again.",
    );
  }
  const sae = identity.saes.findIndex(({ sha256, hook }) => sha256 === source.sha256 && hook === source.hook);
  if (sae < 0)
    throw fail(
      "probe-sae-missing",
      `The probe “${probe.name}” reads latents of ${source.sae} at ${source.hook}, which is not among the SAEs in use.`,
      "Add the SAE to the set-up, or train the probe again.",
    );
  return { kind: "latents", sae };
}
