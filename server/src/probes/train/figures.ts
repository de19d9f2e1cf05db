import { countsOf } from "../../learn/classes.ts";
import { conceptDepth } from "../../learn/controls/concept-depth.ts";
import { trustOf } from "../../learn/controls/trust.ts";
import { type Target, takeTarget } from "../../learn/data.ts";
import { figuresOf, leadingFigure, leadingName } from "../../learn/metrics/figures.ts";
import { shareOfUnits } from "../../learn/metrics/unit-intervals.ts";
import type { TextBaselineId } from "../../learn/text/baselines.ts";
import { takeUnits, type Units } from "../../learn/units.ts";
import type { ProbeCell, ProbeControls, ProbeFigures, ProbeReport } from "../../protocol/probe-report.ts";
import type { FinalResult } from "../work/final.ts";
import type { TrainingSet } from "../work/training-set.ts";

/** All that is said of what a probe told of the examples held out. */
export function probeFigures(
  set: TrainingSet,
  { told, sets }: Pick<FinalResult, "told" | "sets">,
): ProbeFigures {
  const { target, test } = set;
  const is = takeTarget(target, test);
  const units = takeUnits(set, test);
  return {
    leading: leadingFigure(told, is, units),
    measure: leadingName(target.type),
    ...figuresOf(told, is),
    abstention: sets && is.type !== "number" ? abstention(sets, is, units) : null,
  };
}

/** An abstention is a set that is not a single class. */
function abstention(
  { alpha, of }: NonNullable<FinalResult["sets"]>,
  { names, labels }: Exclude<Target, { type: "number" }>,
  units: Units,
): NonNullable<ProbeFigures["abstention"]> {
  const covered = of.map((set, i) => Number(set.includes(labels[i])));
  const classes = names.map((name, k) => {
    const own = of.filter((_, i) => labels[i] === k);
    const abstained = own.filter((set) => set.length !== 1).length;
    return { name, n: own.length, abstained: own.length === 0 ? 0 : abstained / own.length };
  });
  return { alpha, coverage: shareOfUnits(covered, units), classes };
}

/** What to make of it, in one sentence. */
export function trustIn(
  figures: ProbeFigures,
  controls: ProbeControls,
  { target, fit, validation }: TrainingSet,
): NonNullable<ProbeReport["trust"]> {
  const { controlTask, groups } = controls;
  return trustOf({
    measure: figures.measure,
    probe: figures.leading,
    majority: controls.majority,
    rarest: rarestOf(target, [...fit, ...validation]),
    text: controls.text.map((it) => ({ ...it, id: it.id as TextBaselineId })),
    control: controlTask,
    outOfGroup: groups,
    shuffled: controls.shuffled,
    calibrationError: figures.calibrationError,
  });
}

/**
 * From which layer on a concept is readable, of each position and kind that has several layers; null where even the best of them
 * is within its interval of the majority.
 */
export function depths(cells: readonly ProbeCell[], majority: number): ProbeReport["depth"] {
  const series = new Map<string, ProbeCell[]>();
  for (const cell of cells) {
    if (cell.layer === null || !cell.source.endsWith("hook_resid_post")) continue;
    const key = `${cell.position} ${cell.kind}`;
    series.set(key, [...(series.get(key) ?? []), cell]);
  }
  return [...series.values()]
    .filter((of) => of.length > 1)
    .map((of) => {
      if (!of.some(({ test }) => test !== null && test.low > majority))
        return { position: of[0].position, kind: of[0].kind, layer: null };
      const at = conceptDepth(
        of.map(({ test }) => test?.value ?? null),
        majority,
      );
      return { position: of[0].position, kind: of[0].kind, layer: at === null ? null : of[at].layer };
    });
}

function rarestOf(target: Target, learnt: number[]): number {
  if (target.type === "number") return learnt.length;
  const labels = Int32Array.from(learnt, (i) => target.labels[i]);
  return Math.min(...countsOf(labels, target.names.length));
}
