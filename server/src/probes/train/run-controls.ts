import { commonest } from "../../learn/classes.ts";
import { takeTarget } from "../../learn/data.ts";
import type { TextBaselineId } from "../../learn/text/baselines.ts";
import { cleanedSet } from "../../learn/text/cleaned.ts";
import type { ProbeControls } from "../../protocol/probe-report.ts";
import type { ProbeSpec } from "../spec/types.ts";
import type { FitWish } from "../work/cell.ts";
import type { ControlName, ControlResult, TextResult } from "../work/controls.ts";
import type { FitWorkers } from "../work/pool.ts";
import type { TrainingSet } from "../work/training-set.ts";

/** What the controls of a probe work on. */
export interface Controlled {
  set: TrainingSet;
  /** With the penalty that the probe's own fit chose. */
  wish: FitWish;
  /** `[examples]` what of each text is meant. */
  texts: string[];
  groupNames: string[];
  /** Whether groups are the data's own. */
  hasGroups: boolean;
  /** `[test · outputs]` */
  told: Float64Array;
}

/** Baselines that read the text alone. At token level the token is the text. */
const baselines: TextBaselineId[] = ["majority", "length", "bag-of-words", "word-ngrams", "character-ngrams"];

/** How many tasks {@link runControls} will tell of. */
export function controlTasks(spec: ProbeSpec, hasGroups: boolean): number {
  return wanted(spec, hasGroups).length + (spec.controls.nGram ? baselines.length : 1);
}

/**
 * Everything that could explain a probe's figure away, several at once. A control that cannot be made of these examples is
 * left out.
 * @param done is told of each that is finished
 * @throws CancelledError
 */
export async function runControls(
  spec: ProbeSpec,
  controlled: Controlled,
  workers: FitWorkers,
  done: () => void,
): Promise<ProbeControls> {
  const { set, wish, texts, groupNames, told } = controlled;
  const seeds = (n: number) => Array.from({ length: Math.max(1, n) }, (_, i) => spec.seed + i);
  const runs: Record<ControlName, number> = {
    shuffled: spec.controls.shuffled,
    "control-task": Math.min(3, spec.controls.seeds),
    curve: Math.min(3, spec.controls.seeds),
    "code-length": 1,
    groups: 1,
    seeds: spec.controls.seeds,
  };
  const ask = async (control: ControlName): Promise<ControlResult> => {
    const result = await unlessRefused(
      workers.run("control", { set, wish, control, seeds: seeds(runs[control]) }),
    );
    done();
    return result ?? {};
  };
  const { rows: _, ...examples } = set;
  const ids: TextBaselineId[] = spec.controls.nGram ? baselines : ["majority"];
  const read = async (id: TextBaselineId) => {
    const result = await unlessRefused(workers.run("text", { id, texts, set: examples, seed: spec.seed }));
    done();
    return result && { id, ...result };
  };
  const [parts, readings] = await Promise.all([
    Promise.all(wanted(spec, controlled.hasGroups).map(ask)),
    Promise.all(ids.map(read)),
  ]);
  const found = Object.assign({}, ...parts) as ControlResult;
  const text = readings.filter((it) => it !== null);
  return {
    majority: majorityOf(set),
    text: text.map(({ id, figure, heaviest }) => ({ id, figure, heaviest })),
    cleaned: spec.controls.cleaned ? cleaned(set, told, text) : null,
    shuffled: found.shuffled ?? [],
    controlTask: found.controlTask ?? null,
    groups: found.groups
      ? {
          ...found.groups,
          parts: found.groups.parts.map((it) => ({
            ...it,
            groups: it.groups.map((g) => groupNames[g] ?? String(g)),
          })),
        }
      : null,
    curve: found.curve ?? [],
    codeLength: found.codeLength ?? null,
    seeds: found.seeds ?? null,
  };
}

function wanted({ controls }: ProbeSpec, hasGroups: boolean): ControlName[] {
  return [
    ...(controls.shuffled > 0 ? (["shuffled"] as const) : []),
    ...(controls.controlTask ? (["control-task"] as const) : []),
    ...(controls.learningCurve ? (["curve"] as const) : []),
    ...(controls.descriptionLength ? (["code-length"] as const) : []),
    ...(controls.groupHeldOut && hasGroups ? (["groups"] as const) : []),
    ...(controls.seeds > 1 ? (["seeds"] as const) : []),
  ];
}

/** The share of held-out examples that always saying the commonest training class gets right; 0 of numbers. */
function majorityOf({ target, fit, validation, test }: TrainingSet): number {
  if (target.type === "number" || test.length === 0) return 0;
  const trained = Int32Array.from([...fit, ...validation], (i) => target.labels[i]);
  const common = commonest(trained, target.names.length);
  return test.filter((i) => target.labels[i] === common).length / test.length;
}

function cleaned(
  { target, test }: TrainingSet,
  told: Float64Array,
  text: ({ id: TextBaselineId } & TextResult)[],
): ProbeControls["cleaned"] {
  const words = text.find(({ id }) => id === "word-ngrams");
  const is = takeTarget(target, test);
  if (!words || is.type === "number") return null;
  const { confidence, dropped, cleaned: rest } = cleanedSet(told, words.told, is);
  return rest && { confidence, dropped, ...rest };
}

/** @returns null where the examples do not allow it */
async function unlessRefused<T>(work: Promise<T>): Promise<T | null> {
  try {
    return await work;
  } catch (error) {
    if (error instanceof RangeError) return null;
    throw error;
  }
}
