import { commonest } from "../../learn/classes.ts";
import { takeTarget } from "../../learn/data.ts";
import type { TextBaselineId } from "../../learn/text/baselines.ts";
import { cleanedSet } from "../../learn/text/cleaned.ts";
import { takeUnits } from "../../learn/units.ts";
import type { ProbeControls } from "../../protocol/probe-report.ts";
import type { ProbeSpec } from "../spec/types.ts";
import type { FitWish } from "../work/cell.ts";
import type { ControlName, ControlResult, TextResult } from "../work/controls.ts";
import type { FitWorkers } from "../work/pool.ts";
import type { TrainingSet } from "../work/training-set.ts";
import type { BaselineTexts } from "./texts.ts";

/** What the controls of a probe work on. */
export interface Controlled {
  set: TrainingSet;
  /** With the penalty that the probe's own fit chose. */
  wish: FitWish;
  texts: BaselineTexts;
  groupNames: string[];
  /** Whether groups are the data's own. */
  hasGroups: boolean;
  /** `[test · outputs]` */
  told: Float64Array;
}

/** Baselines that read the text alone. */
const baselines: TextBaselineId[] = ["length", "bag-of-words", "word-ngrams", "character-ngrams"];
/** Tokens that baselines of the text up to them learn from at most: neighbours have nearly the same before them. */
const mostBefore = 2_000;

/** A text baseline to be made; `before`: of the text up to the end of what is meant. */
interface Wanted {
  id: TextBaselineId;
  before: boolean;
}

/** What it told. */
type ReadText = { id: TextBaselineId; before?: true } & TextResult;

type Refusal = NonNullable<ProbeControls["refused"]>[0];

/** How many tasks {@link runControls} will tell of. */
export function controlTasks(spec: ProbeSpec, controlled: Pick<Controlled, "hasGroups" | "texts">): number {
  return wanted(spec, controlled.hasGroups).length + textsWanted(spec, controlled).length;
}

/** What is meant, and, since the model read more than that, the text up to there. */
function textsWanted({ controls }: ProbeSpec, { texts }: Pick<Controlled, "texts">): Wanted[] {
  const of = (before: boolean) => (controls.nGram ? baselines : []).map((id) => ({ id, before }));
  return [{ id: "majority", before: false }, ...of(false), ...(texts.before ? of(true) : [])];
}

/** Runs of the control task, and of each part of the learning curve at most. */
const fewRuns = 3;

/** What controls are called where it is said that they were not made. */
const controlNames: Record<ControlName, string> = {
  shuffled: "shuffled labels",
  "control-task": "a control task",
  curve: "the learning curve",
  "code-length": "the description length",
  groups: "groups held out",
  seeds: "other splits",
};

/**
 * Everything that could explain a probe's figure away, several at once. A control that cannot be made of these examples is
 * left out, and it is said why.
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
    // Of its own: with a single run it would have no interval, whatever is said of splits.
    "control-task": fewRuns,
    curve: Math.min(fewRuns, spec.controls.seeds),
    "code-length": 1,
    groups: 1,
    seeds: spec.controls.seeds,
  };
  const ask = async (control: ControlName): Promise<ControlResult> => {
    const result = await unlessRefused(
      workers.run("control", { set, wish, control, seeds: seeds(runs[control]) }),
    );
    done();
    if (!(result instanceof RangeError)) return result;
    return { refused: [{ name: controlNames[control], why: result.message }] };
  };
  const { rows: _, ...examples } = set;
  const read = async ({ id, before }: Wanted): Promise<ReadText | Refusal> => {
    const params = { id, texts: before ? texts.before! : texts.meant, set: examples, seed: spec.seed };
    const most = before && set.tokens ? { most: mostBefore } : {};
    const result = await unlessRefused(workers.run("text", { ...params, ...most }));
    done();
    if (result instanceof RangeError) return { name: `the text baseline ${id}`, why: result.message };
    return { id, ...(before && { before }), ...result };
  };
  const [parts, readings] = await Promise.all([
    Promise.all(wanted(spec, controlled.hasGroups).map(ask)),
    Promise.all(textsWanted(spec, controlled).map(read)),
  ]);
  const found = Object.assign({}, ...parts) as ControlResult;
  const text = readings.flatMap((it) => ("why" in it ? [] : [it]));
  const refused = [
    ...parts.flatMap((it) => it.refused ?? []),
    ...readings.flatMap((it) => ("why" in it ? [it] : [])),
  ];
  const rest = spec.controls.cleaned ? cleaned(set, told, text) : null;
  if (typeof rest === "string") refused.push({ name: "the cleaned set", why: rest });
  return {
    majority: majorityOf(set),
    text: text.map(({ told: _, ...it }) => it),
    cleaned: typeof rest === "string" ? null : rest,
    shuffled: found.shuffled ?? [],
    controlTask: found.controlTask ?? null,
    groups: found.groups
      ? {
          ...found.groups,
          parts: found.groups.parts.map((it) => ({
            ...it,
            groups: [...new Set(it.groups.map((g) => groupNames[g] ?? "no group"))],
          })),
        }
      : null,
    curve: found.curve ?? [],
    codeLength: found.codeLength ?? null,
    seeds: found.seeds ?? null,
    ...(refused.length > 0 && { refused }),
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

/** @returns in the place of figures why there are none */
function cleaned(
  set: TrainingSet,
  told: Float64Array,
  text: ReadText[],
): NonNullable<ProbeControls["cleaned"]> | string {
  const [words] = text
    .filter(({ id }) => id === "word-ngrams")
    .sort((a, b) => b.figure.value - a.figure.value);
  const is = takeTarget(set.target, set.test);
  if (is.type === "number") return "Numbers are not told right or wrong.";
  if (!words) return "Word n-grams were not read.";
  const { confidence, dropped, cleaned: rest } = cleanedSet(told, words.told, is, takeUnits(set, set.test));
  if (!rest) return "Word n-grams get every held-out example right with confidence.";
  return { confidence, dropped, ...rest };
}

/** @returns in the place of a result what the examples do not allow, in words */
async function unlessRefused<T>(work: Promise<T>): Promise<T | RangeError> {
  try {
    return await work;
  } catch (error) {
    if (error instanceof RangeError) return error;
    throw error;
  }
}
