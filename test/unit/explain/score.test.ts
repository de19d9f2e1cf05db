import { expect, it } from "vitest";
import { byJudge } from "../../../server/src/explain/examine.ts";
import { inParallel } from "../../../server/src/explain/judge.ts";
import type { Passage } from "../../../server/src/explain/passage.ts";
import { balancedAccuracy, type Test, testsOf } from "../../../server/src/explain/score.ts";
import { byTokenList, tokenList } from "../../../server/src/explain/token-list.ts";

const passage = (text: string, fires: number[] = []): Passage => {
  const tokens = text.split(/(?= )/);
  return { tokens, activations: tokens.map((_, i) => (fires.includes(i) ? 1 + i : 0)), window: 0 };
};
const tests = (...truths: boolean[]): Test[] =>
  truths.map((truth) => ({ passage: passage("a b"), marked: null, truth }));
const [yes, no] = [true, false];

it.each([
  ["all right", [yes, yes, no, no], [yes, yes, no, no], 1],
  ["all wrong", [yes, no], [no, yes], 0],
  ["always yes", [yes, no, no, no], [yes, yes, yes, yes], 0.5],
  ["always no", [yes, no, no, no], [no, no, no, no], 0.5],
  ["uneven kinds weigh the same", [yes, no, no, no, no], [no, no, no, no, no], 0.5],
  ["an unread answer counts neither way", [yes, yes, no, no], [yes, null, no, no], 1],
  ["half of them unread", [yes, yes, no, no], [yes, null, no, null], null],
  ["none read of one kind", [yes, no, no, no], [null, no, no, no], null],
])("balanced accuracy: %s", (_, truths, verdicts, expected) => {
  expect(balancedAccuracy(tests(...truths), verdicts)).toBe(expected);
});

const active = [passage("the gate is old", [1]), passage("a gate, a big gate", [1, 4])];
const silent = [passage("nothing here at all"), passage("nor in this one")];

it("marks in texts without a firing as many tokens as there are in the others on average", () => {
  const { detection, fuzzing } = testsOf(active, silent, 1);
  for (const list of [detection, fuzzing]) {
    expect(list.filter(({ truth }) => truth).map((it) => it.passage)).toHaveLength(2);
    for (const { passage, truth } of list) expect(active.includes(passage)).toBe(truth);
  }
  expect(detection.every(({ marked }) => marked === null)).toBe(true);
  for (const { passage, marked, truth } of fuzzing) {
    if (truth) expect(marked!.every((i) => passage.activations[i] > 0)).toBe(true);
    // (1 + 2) / 2, rounded up.
    else expect(marked).toHaveLength(2);
  }
  expect(testsOf(active, silent, 1)).toEqual({ detection, fuzzing });
});

it("asks about five texts at a time, of which an answer that cannot be read loses all", async () => {
  const asked: string[] = [];
  const judge = {
    name: "j",
    atOnce: 2,
    complete: async ([, { content }]: { content: string }[]) => {
      asked.push(content);
      return asked.length === 2
        ? "no idea"
        : `[${"1,".repeat(content.match(/^Text/gm)!.length).slice(0, -1)}]`;
    },
  };
  const all = Array.from({ length: 12 }, () => tests(true)[0]);
  let done = 0;
  const verdicts = await byJudge(
    judge as never,
    "gates",
    new AbortController().signal,
  )(all, (n) => {
    done += n;
  });
  expect(asked).toHaveLength(3);
  for (const content of asked) expect(content).toContain("active on: gates\n");
  expect(verdicts.filter((it) => it === null)).toHaveLength(5);
  expect(done).toBe(12);
});

it("lists the tokens that make up most of what was seen, and tests them without a language model", async () => {
  const list = tokenList([...active, passage("never shown rarely", [])], [" wall", " door"])!;
  expect(list.text).toBe("fires on “ gate”, “ gate,”; raises “ wall”, “ door”");
  const { detection, fuzzing } = testsOf(active, silent, 1);
  for (const it of [detection, fuzzing]) {
    const verdicts = await byTokenList(list)(it, () => {});
    expect(balancedAccuracy(it, verdicts)).toBe(1);
  }
  expect(tokenList(silent, [" wall"])).toBeNull();
});

it("works on no more than so many at a time, and keeps their order", async () => {
  let running = 0;
  let most = 0;
  const results = await inParallel([3, 1, 2, 5, 4], 2, async (it) => {
    most = Math.max(most, ++running);
    for (let i = 0; i < it; i++) await Promise.resolve();
    running--;
    return 10 * it;
  });
  expect(results).toEqual([30, 10, 20, 50, 40]);
  expect(most).toBe(2);
  const begun: number[] = [];
  const failing = inParallel([1, 2, 3, 4, 5, 6], 2, async (it) => {
    begun.push(it);
    await new Promise((resolve) => setImmediate(resolve));
    if (it === 2) throw new Error("no");
  });
  await expect(failing).rejects.toThrow("no");
  for (let i = 0; i < 9; i++) await new Promise((resolve) => setImmediate(resolve));
  expect(begun).toEqual([1, 2, 3]);
});
