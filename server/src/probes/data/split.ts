import { randomOf, shuffled } from "../../learn/random.ts";
import { membersOf } from "../../learn/units.ts";
import type { SplitSpec } from "../spec/types.ts";
import type { Example } from "./types.ts";

/** The examples of both sides, by their numbers, in rising order. */
export interface Split {
  train: Int32Array;
  test: Int32Array;
}

/**
 * Divides examples. Drawn by the seed so that each class (`strata`) is on both sides in its share, and units stay whole.
 * @param strata `[examples]` what is to be shared out evenly
 * @param units `[examples]` the unit of each
 */
export function splitExamples(
  examples: readonly Example[],
  strata: ArrayLike<number>,
  { by, test, testGroups }: SplitSpec,
  seed: number,
  units: Int32Array,
): Split {
  if (by === "column") return sides(examples, (i) => examples[i].split === "test");
  if (testGroups) {
    const patterns = testGroups.map(pattern);
    return sides(examples, (i) => {
      const { group } = examples[i];
      return group !== null && patterns.some((it) => it.test(group));
    });
  }
  const isTest = drawUnits(membersOf(units), strata, test, seed);
  return sides(examples, (i) => isTest[i] === 1);
}

/** A group's name as `splits.test-groups` writes it: `*` stands for anything. */
export function pattern(written: string): RegExp {
  const parts = written.split("*").map((it) => it.replace(/[.+?^${}()|[\]\\]/g, "\\$&"));
  return new RegExp(`^${parts.join(".*")}$`, "s");
}

function sides(examples: readonly Example[], isTest: (i: number) => boolean): Split {
  const all = [...examples.keys()];
  return {
    train: Int32Array.from(all.filter((i) => !isTest(i))),
    test: Int32Array.from(all.filter((i) => isTest(i))),
  };
}

/**
 * Takes units for the test set in a drawn order, each where it brings the classes nearer to their share. A class that came
 * away with nothing, and has more than one unit, gets its smallest.
 */
function drawUnits(units: number[][], strata: ArrayLike<number>, share: number, seed: number): Uint8Array {
  const count = units.reduce((sum, it) => sum + it.length, 0);
  const wanted = new Map<number, number>();
  for (let i = 0; i < count; i++) wanted.set(strata[i], (wanted.get(strata[i]) ?? 0) + share);
  const taken = new Map<number, number>();
  const isTest = new Uint8Array(count);
  const take = (unit: number[]): void => {
    for (const i of unit) {
      isTest[i] = 1;
      taken.set(strata[i], (taken.get(strata[i]) ?? 0) + 1);
    }
  };
  const order = shuffled(units.length, randomOf(seed));
  for (const u of order) {
    let gain = 0;
    for (const [stratum, n] of countsOf(units[u], strata)) {
      const most = wanted.get(stratum)!;
      const off = (taken.get(stratum) ?? 0) - most;
      // Rare classes count as much as common ones.
      gain -= ((off + n) ** 2 - off ** 2) / most;
    }
    if (gain > 0) take(units[u]);
  }
  for (const stratum of wanted.keys()) {
    if (taken.get(stratum)) continue;
    const having = units.filter((unit) => unit.some((i) => strata[i] === stratum));
    const smallest = having.reduce((a, b) => (b.length < a.length ? b : a));
    if (having.length > 1) take(smallest);
  }
  return isTest;
}

function countsOf(unit: readonly number[], strata: ArrayLike<number>): Map<number, number> {
  const counts = new Map<number, number>();
  for (const i of unit) counts.set(strata[i], (counts.get(strata[i]) ?? 0) + 1);
  return counts;
}
