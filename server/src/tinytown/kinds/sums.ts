import { hash, type Random } from "../random.ts";
import type { Draw, LabelledText } from "../types.ts";
import { objects } from "../world/objects.ts";
import { Writer } from "../writer.ts";

/** Two numbers below 100 to add, in the order they are written. */
export type Pair = readonly [a: number, b: number];

/** Whether a sum never occurs in training text in either order (one pair in eight, by hash). */
export function heldOutSum(a: number, b: number): boolean {
  return hash(`${Math.min(a, b)}+${Math.max(a, b)}`, 7) % 8 === 0;
}

/** Whether adding on paper carries in the ones or in the tens. */
export function carries(a: number, b: number): boolean {
  return (a % 10) + (b % 10) > 9 || a + b > 99;
}

/** Numbers to add: one in five sums has one digit each, the others up to two. */
export function drawSum(rng: Random, split: Draw["split"]): Pair {
  for (;;) {
    const below = rng.chance(20) ? 10 : 100;
    const pair = [rng.int(below), rng.int(below)] as const;
    if (heldOutSum(...pair) === (split === "held-out")) return pair;
  }
}

/** Ways to ask for a sum; the answer follows. */
export const sumPrompts: readonly string[] = ["{a} + {b} =", "{a} plus {b} is", "What is {a} + {b}?"];

/** The two numbers in a prompt. */
export function sumPrompt(template: string, [a, b]: Pair): string {
  return template.replace("{a}", String(a)).replace("{b}", String(b));
}

function writeSum(writer: Writer, rng: Random, split: Draw["split"]): void {
  const pair = drawSum(rng, split);
  const start = writer.text.length;
  writer.add(`${sumPrompt(rng.pick(sumPrompts), pair)} `);
  writer.add(String(pair[0] + pair[1]), { result: "sum" }).add(".");
  writer.mark("arithmetic", "a sum", start);
  writer.mark("carry", carries(...pair) ? "with carry" : "without carry", start);
}

function writeCount(writer: Writer, rng: Random): void {
  const { value, plural } = rng.pick(objects);
  const count = 1 + rng.int(9);
  const start = writer.text.length;
  writer.add(`${Array(count).fill(value).join(" ")}: ${count === 1 ? "that is" : "those are"} `);
  writer.add(String(count), { result: "count" }).add(` ${count === 1 ? value : plural}.`);
  writer.mark("arithmetic", "counting things", start);
}

function writeComparison(writer: Writer, rng: Random): void {
  const below = rng.chance(30) ? 10 : 100;
  const a = rng.int(below);
  const b = (a + 1 + rng.int(below - 1)) % below;
  const start = writer.text.length;
  if (rng.chance(40)) {
    writer
      .add(`Which is greater, ${a} or ${b}? `)
      .add(String(Math.max(a, b)), { result: "comparison" })
      .add(".");
  } else {
    const relation = a > b ? "greater" : "less";
    writer.add(`${a} is `).add(relation, { comparison: relation }).add(` than ${b}.`);
  }
  writer.mark("arithmetic", "comparing numbers", start);
}

/** Kind 7: several lines of sums (graded by digits and carries), counts and comparisons. */
export function sums(rng: Random, { split }: Draw): LabelledText {
  const writer = new Writer();
  const lines = 4 + rng.int(6);
  for (let i = 0; i < lines; i++) {
    if (i > 0) writer.add("\n");
    const task = rng.int(20);
    if (task < 16) writeSum(writer, rng, split);
    else if (task < 18) writeCount(writer, rng);
    else writeComparison(writer, rng);
  }
  return writer.finish("sums", "english");
}
