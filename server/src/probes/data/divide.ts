import { numbered, unmet } from "../../learn/units.ts";
import type { SplitSpec } from "../spec/types.ts";
import { MOST_NAMED, withoutDuplicates } from "./duplicates.ts";
import { type Split, splitExamples } from "./split.ts";
import type { DataProblem, Example } from "./types.ts";
import { type DataUnits, unitsOf } from "./units.ts";

/** Least share of a side that must be left. */
const LEFT = 0.5;

/** What units do not hold whole and is kept apart in its stead, by leaving examples out of one side. */
export interface Apart {
  /** `[examples]` what must not be on both sides, by number. */
  marks: Int32Array;
  from: "learnt" | "told";
}

/** Which examples are learnt from and which are told, and what of them is one thing. */
export interface Division extends DataUnits {
  split: Split;
  apart: Apart | null;
  problems: DataProblem[];
}

/**
 * Divides examples so that what is one thing is on one side. Groups may hang together through records that hold several, so that
 * hardly any split were left. Then a drawn one keeps groups whole, and does not learn from records that it tells of; or, where that
 * would be most of them, keeps records whole, and does not tell groups that it learnt from. If neither leaves enough, it says so.
 * @param strata `[examples]` what is to be shared out evenly
 */
export function divided(
  examples: readonly Example[],
  strata: ArrayLike<number>,
  splits: SplitSpec,
  seed: number,
): Division {
  const { parted, ...found } = unitsOf(examples, splits.by);
  const drawn = (units: Int32Array) => splitExamples(examples, strata, splits, seed, units);
  const whole = { ...found, split: drawn(found.units), apart: null, problems: [] };
  const isChained = splits.by === "group" && !splits.testGroups && parted.includes("records");
  const division = isChained
    ? (recordsApart(examples, whole) ?? groupsApart(examples, drawn) ?? whole)
    : whole;
  const { split, problems: twice } = withoutDuplicates(examples, division.split, splits.duplicates);
  return {
    ...division,
    split,
    problems: [...division.problems, ...twice, ...partedRecords(examples, split)],
  };
}

/** Groups whole, and nothing learnt from records that are told of; null where that leaves too little. */
function recordsApart(examples: readonly Example[], whole: Division): Division | null {
  const { train, test } = whole.split;
  const marks = recordsOf(examples);
  const learnt = unmet(train, test, marks);
  if (learnt.length < LEFT * train.length) return null;
  const left = leftOut(examples, train, learnt);
  const problem = said(
    "probe-records-met",
    `${left} stand in records that the test set tells of.`,
    "They are not learnt from, since records that hold several groups cannot be kept whole beside these.",
  );
  return { ...whole, split: { train: learnt, test }, apart: { marks, from: "learnt" }, problems: [problem] };
}

/** Records whole, and nothing told of groups that are learnt from; null where that leaves too little. */
function groupsApart(examples: readonly Example[], drawn: (units: Int32Array) => Split): Division | null {
  const { parted: _, ...found } = unitsOf(examples, "random");
  const { train, test } = drawn(found.units);
  const marks = numbered(examples.map(({ group }) => group));
  const told = unmet(test, train, marks);
  if (told.length < LEFT * test.length) return null;
  const problem = said(
    "probe-groups-met",
    `${leftOut(examples, test, told)} are of groups that are trained on too.`,
    "They are left out of the test set, since groups cannot be kept whole beside records that hold several of them.",
  );
  return { ...found, split: { train, test: told }, apart: { marks, from: "told" }, problems: [problem] };
}

/** Test examples out of records of which others are trained on. */
function partedRecords(examples: readonly Example[], { train, test }: Split): DataProblem[] {
  const whole = unmet(test, train, recordsOf(examples));
  if (whole.length === test.length) return [];
  return [
    said(
      "probe-records-parted",
      `${leftOut(examples, test, whole)} stand in records of which others are trained on.`,
      "What a record has in common throughout can be told by the record alone. Keep each on one side where what is to be told is such a thing.",
      "warning",
      "splits",
    ),
  ];
}

const recordsOf = (examples: readonly Example[]): Int32Array =>
  numbered(examples.map(({ record }) => record));

/** “3 of 20 examples (a.jsonl, line 7; …)” */
function leftOut(examples: readonly Example[], of: Int32Array, kept: Int32Array): string {
  const own = new Set(kept);
  const left = [...of].filter((i) => !own.has(i));
  const named = left.slice(0, MOST_NAMED).map((i) => examples[i].source.where);
  return `${left.length} of ${of.length} examples (${named.join("; ")}${left.length > MOST_NAMED ? "; …" : ""})`;
}

const said = (
  code: string,
  message: string,
  remedy: string,
  severity: DataProblem["severity"] = "information",
  at = "data",
): DataProblem => ({ code, message, remedy, subject: "probe", severity, at });
