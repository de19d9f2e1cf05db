import type { Figure } from "../../protocol/probe-report.ts";
import { type Target, takeTarget } from "../data.ts";
import { leadingFigure } from "../metrics/figures.ts";
import { alone, takeUnits, type Units } from "../units.ts";

/** What a probe reaches on all test examples, and on those that the words do not give away. */
export interface CleanedSet {
  /** The confidence from which on a right answer of the text baseline takes an example out. */
  confidence: number;
  /** Numbers of the test examples that stay. */
  kept: Int32Array;
  dropped: number;
  all: { probe: Figure; baseline: Figure };
  /** On those that stay; null where none does. The baseline's figure there is low by construction. */
  cleaned: { probe: Figure; baseline: Figure } | null;
}

/**
 * Drops the test examples whose class the text baseline gets right with at least this probability, and scores both on the rest:
 * a probe that reads more than words stays good there.
 * @param probe `[examples · classes]` probabilities of the probe, of the test examples
 * @param baseline the same of the n-gram baseline
 * @param target of classes or an order
 * @param units of the test examples
 * @param confidence 0.9 where absent
 */
export function cleanedSet(
  probe: Float64Array,
  baseline: Float64Array,
  target: Exclude<Target, { type: "number" }>,
  units: Units = alone,
  confidence = 0.9,
): CleanedSet {
  const classes = target.names.length;
  const { labels } = target;
  // What is at most as likely as not is no confident answer, whatever was asked for.
  const least = Math.max(confidence, 0.5);
  const kept = Int32Array.from(labels.keys()).filter((i) => !(baseline[i * classes + labels[i]] >= least));
  const rows = (of: Float64Array) =>
    Float64Array.from(
      { length: kept.length * classes },
      (_, k) => of[kept[Math.floor(k / classes)] * classes + (k % classes)],
    );
  const rest = takeTarget(target, kept);
  const restUnits = takeUnits(units, kept);
  return {
    confidence: least,
    kept,
    dropped: labels.length - kept.length,
    all: { probe: leadingFigure(probe, target, units), baseline: leadingFigure(baseline, target, units) },
    cleaned:
      kept.length === 0
        ? null
        : {
            probe: leadingFigure(rows(probe), rest, restUnits),
            baseline: leadingFigure(rows(baseline), rest, restUnits),
          },
  };
}
