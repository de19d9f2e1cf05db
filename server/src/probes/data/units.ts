import { joined, membersOf } from "../../learn/units.ts";
import type { SplitWay } from "../spec/types.ts";
import { MOST_NAMED, sameness } from "./duplicates.ts";
import type { Split } from "./split.ts";
import type { DataProblem, Example } from "./types.ts";

/** Share of all examples that one unit may come to by what joins it further. */
const MOST_CHAINED = 0.5;

/** What of the data is one thing, `[examples]` numbers from 0. */
export interface DataUnits {
  /**
   * Groups where the split goes by them, records, pairs and copies: what has one of these in common, also by way of others. Where
   * that would chain most of the data to one unit, records (or copies) that hold several groups do not join them.
   */
  units: Int32Array;
  copies: Int32Array;
}

/** Finds what has to stay together in any split of the data, and says what does not. */
export function unitsOf(examples: readonly Example[], by: SplitWay): DataUnits & { problems: DataProblem[] } {
  const groups = by === "random" ? [] : examples.map(({ group }) => group);
  const hasGroups = groups.some((it) => it !== null);
  const records = examples.map(({ record }) => record);
  const same = examples.map(sameness);
  const ties = [examples.map(({ pair }) => pair), hasGroups ? groups : records];
  let units = joined(ties);
  const broken: string[] = [];
  for (const [name, tie] of Object.entries({ ...(hasGroups && { records }), copies: same })) {
    const chained = joined([...ties, tie]);
    if (largest(chained) > Math.max(largest(units), MOST_CHAINED * examples.length)) broken.push(name);
    else {
      ties.push(tie);
      units = chained;
    }
  }
  return { units, copies: joined([same]), problems: broken.length > 0 ? [chainedProblem(broken)] : [] };
}

const largest = (units: Int32Array): number => Math.max(...membersOf(units).map((it) => it.length));

function chainedProblem(broken: readonly string[]): DataProblem {
  const what = broken.join(" and ");
  return {
    code: "probe-units-chained",
    message: `Kept together with their ${what}, most examples hang together, since ${what} lie in several groups.`,
    remedy: `Groups are kept whole and ${what} parted, so that a probe may tell an example by another one of its own. Write splits: { by: random } to have it the other way round.`,
    subject: "probe",
    severity: "warning",
    at: "splits",
  };
}

/** Test examples out of records of which others are trained on. */
export function partedRecords(examples: readonly Example[], { train, test }: Split): DataProblem[] {
  const trained = new Set(Array.from(train, (i) => examples[i].record));
  const parted = [...test].filter((i) => trained.has(examples[i].record));
  if (parted.length === 0) return [];
  const named = parted.slice(0, MOST_NAMED).map((i) => examples[i].source.where);
  return [
    {
      code: "probe-records-parted",
      message: `${parted.length} of ${test.length} test examples stand in records of which others are trained on: ${named.join("; ")}${parted.length > MOST_NAMED ? "; …" : ""}.`,
      remedy:
        "What a record has in common throughout can be told by the record alone. Keep each on one side where what is to be told is such a thing.",
      subject: "probe",
      severity: "warning",
      at: "splits",
    },
  ];
}
