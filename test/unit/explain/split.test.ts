import fc from "fast-check";
import { expect, it } from "vitest";
import { markedText, strengthOf, textOf } from "../../../server/src/explain/passage.ts";
import { split } from "../../../server/src/explain/split.ts";
import type { KeptExample } from "../../../server/src/store/kept-examples.ts";

const example = (window: number, activation: number, text = `text ${window} ${activation}`): KeptExample => ({
  tokens: [text, " and more"],
  activations: [activation, activation / 4],
  peak: 0,
  source: "a.txt",
  range: null,
  window,
});

const examples = fc.array(
  fc.record({ window: fc.nat(60), activation: fc.integer({ min: 1, max: 1000 }), twin: fc.nat(40) }),
  { maxLength: 84 },
);

it("shows whoever labels no window and no text of the test, whatever the store keeps", () => {
  fc.assert(
    fc.property(examples, examples, fc.nat(5000), fc.nat(900), (top, sample, feature, least) => {
      const made = (list: typeof sample) =>
        list.map(({ window, activation, twin }) =>
          example(window, activation, twin < 8 ? `${twin}` : undefined),
        );
      const kept = { top: made(top), sample: made(sample) };
      const parts = split(kept, feature, least);
      const [shown, tested] = [parts.shown, parts.tested].map((part) => ({
        windows: part.map(({ window }) => window),
        texts: part.map(textOf),
      }));
      for (const part of [shown, tested])
        for (const list of [part.windows, part.texts])
          expect(new Set(list as unknown[]).size).toBe(list.length);
      expect(shown.windows.filter((it) => tested.windows.includes(it))).toEqual([]);
      expect(shown.texts.filter((it) => tested.texts.includes(it))).toEqual([]);
      for (const passage of parts.tested) expect(strengthOf(passage)).toBeGreaterThanOrEqual(least);
      expect(split(kept, feature, least)).toEqual(parts);
    }),
  );
});

it("tests equally many of five bands, and shows the strongest beside some of each", () => {
  const sample = Array.from({ length: 60 }, (_, i) => example(i, i + 1));
  const top = Array.from({ length: 20 }, (_, i) => example(100 + i, 1000 - i));
  const { shown, tested } = split({ top, sample }, 3);
  const bandOf = (strength: number) => Math.floor((strength - 1) / 12);
  const count = (list: typeof tested) =>
    [0, 1, 2, 3, 4].map((band) => list.filter((it) => bandOf(strengthOf(it)) === band).length);
  expect(count(tested)).toEqual([5, 5, 5, 5, 5]);
  expect(count(shown.filter((it) => strengthOf(it) <= 60))).toEqual([3, 3, 3, 3, 3]);
  expect(shown.filter((it) => strengthOf(it) > 60).map(strengthOf)).toEqual(
    Array.from({ length: 10 }, (_, i) => 1000 - i),
  );
  // Another latent gives other parts.
  expect(split({ top, sample }, 4).tested).not.toEqual(tested);
});

it("counts activations below what a label says anything of as none", () => {
  const sample = Array.from({ length: 20 }, (_, i) => example(i, 10 * (i + 1)));
  const { tested } = split({ top: [], sample }, 1, 100);
  expect(tested.length).toBeGreaterThan(3);
  for (const { activations } of tested) {
    expect(activations[0]).toBeGreaterThanOrEqual(100);
    expect(activations[1]).toBe(0);
  }
});

it("marks neighbouring tokens together, and keeps a text on one line", () => {
  const tokens = ["a", " b", " c", "\n", "d"];
  expect(markedText({ tokens }, [1, 2, 4])).toBe("a<< b c>>⏎<<d>>");
  expect(markedText({ tokens }, [])).toBe("a b c⏎d");
});
