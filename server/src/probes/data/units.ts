import { joined, membersOf } from "../../learn/units.ts";
import type { SplitWay } from "../spec/types.ts";
import { sameness } from "./duplicates.ts";
import type { Example } from "./types.ts";

/** Share of all examples that a unit may come to by what joins it further: larger ones leave no even split. */
const MOST_CHAINED = 0.1;

/** What of the data is one thing, `[examples]` numbers from 0. */
export interface DataUnits {
  /** What has a group (where the split goes by them), a record, a pair or its text in common, also by way of others. */
  units: Int32Array;
  /** Texts, or stretches in their text, that are the same but for white space and case. */
  copies: Int32Array;
}

/** Units, and what they do not keep together since it would chain them to few large ones. */
export interface FoundUnits extends DataUnits {
  parted: ("records" | "copies")[];
}

/** @param by whether groups count, and are what must not be parted; else records are */
export function unitsOf(examples: readonly Example[], by: SplitWay): FoundUnits {
  const groups = by === "random" ? [] : examples.map(({ group }) => group);
  const hasGroups = groups.some((it) => it !== null);
  const records = examples.map(({ record }) => record);
  const copies = examples.map(sameness);
  const ties = [examples.map(({ pair }) => pair), hasGroups ? groups : records];
  const found: FoundUnits = { units: joined(ties), copies: joined([copies]), parted: [] };
  const most = Math.max(largest(found.units), MOST_CHAINED * examples.length);
  for (const [name, tie] of [["records", records] as const, ["copies", copies] as const]) {
    const further = joined([...ties, tie]);
    if (largest(further) > most) found.parted.push(name);
    else {
      ties.push(tie);
      found.units = further;
    }
  }
  return found;
}

const largest = (units: Int32Array): number =>
  membersOf(units).reduce((most, it) => Math.max(most, it.length), 0);
