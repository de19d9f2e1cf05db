import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Edit } from "../../../server/src/engine/models/edits.ts";
import { layerHooks } from "../../../server/src/engine/models/hooks.ts";
import { type ForwardResult, Model } from "../../../server/src/engine/models/model.ts";
import { type Fact, readFacts, rowsOf, worstRow } from "./facts.ts";

/** ‖a−b‖/‖b‖ per token that separates rounding from a wrong computation. */
export const tolerance = 1e-4;
export const topCount = 10;

const folder = join(import.meta.dirname, "facts");
export const fixtures = readdirSync(folder).sort();

interface Described {
  why: string;
  layers: number;
  dModel: number;
  vocabulary: number;
  sequences: number[][];
  edits: {
    name: string;
    edits: { hook: string; parts: Partial<Record<"keep" | "delta", [number, number]>> }[];
  }[];
}

export interface Case extends Described {
  name: string;
  folder: string;
  facts: Map<string, Fact>;
}

export function readCase(name: string): Case {
  const path = join(folder, name);
  const described = JSON.parse(readFileSync(join(path, "facts.json"), "utf8")) as Described;
  return { name, folder: path, facts: readFacts(join(path, "facts.safetensors")), ...described };
}

export const openModel = (test: Case) => Model.open(test.folder, { device: "cpu", threads: 1 });

export const hooksOf = (test: Case) =>
  Array.from({ length: test.layers }, (_, layer) =>
    layerHooks.map((hook) => `blocks.${layer}.${hook}`),
  ).flat();

/** The stored value of a hook point; `hook_resid_pre` of a later layer is stored as the `hook_resid_post` before it. */
export function hookFact(test: Case, sequence: number, hook: string): Fact {
  const [, layer, kind] = /^blocks\.(\d+)\.(.+)$/.exec(hook)!;
  const stored =
    kind === "hook_resid_pre" && Number(layer) > 0 ? `blocks.${Number(layer) - 1}.hook_resid_post` : hook;
  return test.facts.get(`${sequence}.${stored}`)!;
}

/** The edits of one plan, as the engine takes them; row-wise ones cut to tokens `[from, to)`. */
export function editsOf(
  test: Case,
  plan: Described["edits"][number],
  from = 0,
  to = test.sequences[0].length,
): Edit[] {
  return plan.edits.map(({ hook, parts }, number) => {
    const edit: Edit = { hook, shape: [1, 1] };
    for (const part of ["keep", "delta"] as const) {
      const shape = parts[part];
      if (!shape) continue;
      const { data } = test.facts.get(`edit.${plan.name}.${number}.${part}`)!;
      edit[part] = shape[0] === 1 ? data : rowsOf(data, shape[1], from, to);
      edit.shape = [shape[0] === 1 ? 1 : to - from, shape[1]];
    }
    return edit;
  });
}

/** Hooks whose rows differ from the stored ones by more than the tolerance. */
export function wrongHooks(
  test: Case,
  sequence: number,
  captures: Map<string, Float32Array>,
  from = 0,
): string[] {
  const wrong: string[] = [];
  for (const hook of hooksOf(test)) {
    const { data, shape } = hookFact(test, sequence, hook);
    const { row, error } = worstRow(captures.get(hook)!, data.subarray(from * shape[1]), shape[1]);
    if (error > tolerance) wrong.push(`${hook}, token ${row + from}: ${error.toExponential(1)}`);
  }
  return wrong;
}

/**
 * What is wrong with log-probabilities, given the stored ones of the whole vocabulary `[T, V]`. The ten best must hold
 * the stored values, in order; which ids those are may differ only where the stored values tie within the tolerance.
 */
export function wrongLogprobs(
  test: Case,
  ids: ArrayLike<number>,
  fact: Fact,
  out: Pick<ForwardResult, "logprobs" | "topIds" | "topLogprobs">,
  from = 0,
): string[] {
  const wrong: string[] = [];
  const V = test.vocabulary;
  for (let row = from; row < ids.length; row++) {
    const stored = rowsOf(fact.data, V, row, row + 1);
    const at = row - from;
    if (row + 1 < ids.length) {
      const expected = stored[ids[row + 1]];
      if (!close(out.logprobs[at], expected))
        wrong.push(`token ${row}: log p ${out.logprobs[at]} instead of ${expected}`);
    }
    const best = [...stored].sort((a, b) => b - a);
    const seen = new Set<number>();
    for (let k = 0; k < topCount; k++) {
      const id = out.topIds[at * topCount + k];
      const value = out.topLogprobs[at * topCount + k];
      seen.add(id);
      if (!close(value, best[k]) || !close(stored[id], best[k]))
        wrong.push(`token ${row}, place ${k}: id ${id} at ${value}, stored ${stored[id]}, best ${best[k]}`);
    }
    if (seen.size !== topCount) wrong.push(`token ${row}: an id appears twice among the ten best`);
  }
  return wrong;
}

/** Within the tolerance of its own size, or of one nat where a probability is near 1. */
export function close(a: number, b: number): boolean {
  return Math.abs(a - b) <= tolerance * Math.max(1, Math.abs(b));
}
