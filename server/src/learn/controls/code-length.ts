import type { Target } from "../data.ts";
import { surprises } from "../metrics/probabilities.ts";
import { randomOf, shuffled } from "../random.ts";
import { unlessRefused } from "../refusal.ts";
import { membersOf } from "../units.ts";
import type { Learner } from "./learner.ts";

/** Shares of the examples after which a new probe is trained, as in the paper. */
export const FRACTIONS = [0.001, 0.002, 0.004, 0.008, 0.016, 0.032, 0.0625, 0.125, 0.25, 0.5, 1];

export interface CodeLength {
  /** Bits that the labels take. */
  readonly bits: number;
  /** Bits that they take when every class is as likely. */
  readonly uniformBits: number;
  /** Uniform over code length: 1 where nothing is readable. */
  readonly compression: number;
  /** How many labels at the beginning are coded by chance since the learner needs more, and why; null: only the first block. */
  readonly byChance: { labels: number; why: string } | null;
  readonly blocks: { learntFrom: number; told: number; bits: number }[];
}

/**
 * Online code (E. Voita and I. Titov 2020, “Information-theoretic probing with minimum description length”): the labels are sent
 * block by block, each coded by a probe trained on those before; the first block, and those before which there are too few examples
 * for the learner, by chance. Short where a concept is readable from few examples.
 * @param target of classes or an order
 * @param examples those coded, by their numbers; the seed decides their order
 * @param units `[all examples]` the unit of each, one of which is coded at a stretch, so that no block is known by another; null:
 * all stand alone
 * @throws RangeError where no block can be coded by the learner
 */
export function codeLength(
  learner: Learner,
  target: Exclude<Target, { type: "number" }>,
  examples: ArrayLike<number>,
  seed: number,
  units: Int32Array | null = null,
  fractions: readonly number[] = FRACTIONS,
): CodeLength {
  const members = membersOf(
    Int32Array.from({ length: examples.length }, (_, i) => (units ? units[examples[i]] : i)),
  );
  const order = Int32Array.from(
    [...shuffled(members.length, randomOf(seed))].flatMap((unit) => members[unit]),
    (i) => examples[i],
  );
  const classes = target.names.length;
  const ends = [...new Set(fractions.map((it) => Math.max(1, Math.round(it * order.length))))];
  const chance = Math.log2(classes);
  let byChance: CodeLength["byChance"] = null;
  const blocks = [{ learntFrom: 0, told: ends[0], bits: ends[0] * chance }];
  for (let b = 1; b < ends.length; b++) {
    const next = order.slice(ends[b - 1], ends[b]);
    const told = unlessRefused(() => learner(target, order.slice(0, ends[b - 1]), next, seed));
    if (told instanceof RangeError) {
      if (b === ends.length - 1) throw told;
      byChance = { labels: ends[b], why: told.message };
      blocks.push({ learntFrom: 0, told: next.length, bits: next.length * chance });
      continue;
    }
    const nats = surprises(
      told,
      next.map((i) => target.labels[i]),
      classes,
    ).reduce((a, it) => a + it, 0);
    blocks.push({ learntFrom: ends[b - 1], told: next.length, bits: nats / Math.LN2 });
  }
  const bits = blocks.reduce((sum, block) => sum + block.bits, 0);
  const uniformBits = order.length * chance;
  return { bits, uniformBits, compression: uniformBits / bits, byChance, blocks };
}
