import { describe, expect, it } from "vitest";
import { textInputs } from "../../../server/src/learn/data.ts";
import { kindOf } from "../../../server/src/learn/kinds/index.ts";
import { textKinds } from "../../../server/src/learn/kinds/texts.ts";
import { fitText, type TextBaselineId } from "../../../server/src/learn/text/baselines.ts";
import { cleanedSet } from "../../../server/src/learn/text/cleaned.ts";
import { keyWords } from "../../../server/src/learn/text/key-words.ts";

const target = (labels: number[]) =>
  ({ type: "classes", names: ["no", "yes"], labels: Int32Array.from(labels) }) as const;

describe.each(textKinds.map(({ id }) => id))("a %s probe", (id) => {
  const kind = kindOf(id);
  const texts = Array.from({ length: 90 }, (_, i) => `The ${["cat", "dog", "hen"][i % 3]} number ${i} sat.`);
  const classes = (count: number) => texts.map((_, i) => (i % 3) % count);

  it.each([2, 3])("tells %i classes, and is the same once kept and restored", (count) => {
    const names = ["a", "b", "c"].slice(0, count);
    const of = { type: "classes", names, labels: Int32Array.from(classes(count)) } as const;
    const fit = kind.fit(textInputs(texts), of, { seed: 1 });
    const told = fit.predict(textInputs(["a dog", "a cat"]));
    expect(told.length).toBe(2 * count);
    expect(told[1]).toBeGreaterThan(0.5);
    expect(told[count]).toBeGreaterThan(0.5);
    const again = kind.restore(structuredClone(fit.state));
    expect(again.predict(textInputs(["a dog", "a cat"]))).toEqual(told);
    expect(again.facts()).toEqual(fit.facts());
    expect(again.penalty).toBe(fit.penalty);
    expect(again.directions()).toEqual([]);
    expect(JSON.parse(JSON.stringify(fit.state.settings))).toEqual(fit.state.settings);
    // What a probe tells is what the baseline beside it tells, up to f32.
    fitText(id as TextBaselineId, texts, of, { seed: 1 })
      .predict(["a dog", "a cat"])
      .forEach((it, i) => void expect(told[i]).toBeCloseTo(it, 5));
  });
  it("tells a number", () => {
    const values = Float64Array.from(classes(3), (it) => it * 2);
    const fit = kind.fit(textInputs(texts), { type: "number", values }, { seed: 1, penalty: 100 });
    const [dog] = fit.predict(textInputs(["The dog number 1 sat."]));
    expect(dog).toBeCloseTo(2, 0);
  });
  it("refuses activations, texts without a word, and files that lack its terms", () => {
    const one = { type: "classes", names: ["a", "b"], labels: Int32Array.of(0, 1) } as const;
    const x = { rows: 2, columns: 1, values: new Float32Array(2) };
    expect(() => kind.fit({ x }, one, { seed: 1 })).toThrow(/reads texts/);
    expect(() => kind.fit(textInputs(["", ""]), one, { seed: 1 })).toThrow(/No text has a word/);
    const { state } = kind.fit(textInputs(["a dog", "the cat"]), one, { seed: 1, penalty: 1 });
    const { terms: _, ...settings } = state.settings;
    expect(() => kind.restore({ ...state, settings })).toThrow(/lacks its terms/);
  });
});

describe("key words of texts", () => {
  const common = Array.from({ length: 12 }, (_, i) => `The ${i % 2 ? "cat" : "dog"} of number ${i} sat.`);

  it("are the rarest that enough texts have, and the same word is the same number", () => {
    const types = keyWords([...common, "A cat and the dog", "Nothing here"], [...common.keys()]);
    expect([...types.slice(0, 12)]).toEqual(common.map((_, i) => i % 2));
    // Of two that are as rare the first counts; a text that has none is alone.
    expect([...types.slice(12)]).toEqual([1, -14]);
  });
  it("count in the texts learnt from only", () => {
    const types = keyWords(common, [0, 2, 4, 6, 8, 10, 1]);
    expect(types[1]).toBe(types[11]);
    expect(types[1]).not.toBe(types[0]);
  });
});

describe("text baselines", () => {
  const texts = Array.from({ length: 60 }, (_, i) =>
    i % 2 ? `It was good day ${i}` : `It was bad day ${i}`,
  );
  const labels = texts.map((_, i) => i % 2);

  it("find the word that gives a class away, and say which", () => {
    const fit = fitText("bag-of-words", texts, target(labels), { seed: 1 });
    expect(fit.predict(["a good one"])[1]).toBeGreaterThan(0.8);
    expect(fit.predict(["a bad one"])[1]).toBeLessThan(0.2);
    expect(fit.heaviest(1, 1)[0].term).toBe("good");
  });
  it("see punctuation by characters, and not by words", () => {
    const asked = texts.map((_, i) => `Is it so ${i >> 1}${labels[i] ? "?" : "."}`);
    const [words, characters] = (["word-ngrams", "character-ngrams"] as const).map((id) =>
      fitText(id, asked, target(labels), { seed: 1, c: 100 }).predict(["Is it so 8?"]),
    );
    expect(characters[1]).toBeGreaterThan(0.9);
    expect(words[1]).toBeLessThan(0.7);
  });
  it("tell lengths apart", () => {
    const long = texts.map((_, i) => "word ".repeat(labels[i] ? 20 + (i % 7) : 3 + (i % 5)));
    const fit = fitText("length", long, target(labels), { seed: 1 });
    expect(fit.predict(["word ".repeat(22)])[1]).toBeGreaterThan(0.9);
    expect(fit.predict(["word word"])[1]).toBeLessThan(0.1);
  });
  it("give the shares of the classes to all where they read nothing", () => {
    expect([
      ...fitText("majority", ["a", "b", "c", "d"], target([0, 1, 1, 1]), { seed: 0 }).predict(["x", ""]),
    ]).toEqual([0.25, 0.75, 0.25, 0.75]);
  });
  it("take texts without a word", () => {
    const fit = fitText("word-ngrams", ["", "!", "so so", "so"], target([0, 0, 1, 1]), { seed: 0, c: 100 });
    expect(fit.predict([""])[1]).toBeLessThan(0.5);
  });
  it("refuse one class, by its name", () => {
    expect(() => fitText("bag-of-words", ["a", "b"], target([1, 1]), { seed: 0 })).toThrow("“yes”");
  });
});

describe("the cleaned set", () => {
  const labels = target([1, 1, 0, 0]);
  const probe = Float64Array.from([0.1, 0.9, 0.2, 0.8, 0.7, 0.3, 0.4, 0.6]);
  it("drops what the words give away, and gives both figures", () => {
    const baseline = Float64Array.from([0.05, 0.95, 0.9, 0.1, 0.6, 0.4, 0.02, 0.98]);
    const found = cleanedSet(probe, baseline, labels);
    // The last is a confident mistake of the baseline, so it stays.
    expect([...found.kept]).toEqual([1, 2, 3]);
    expect(found.dropped).toBe(1);
    expect(found.all.probe).toMatchObject({ value: 0.75, n: 4 });
    expect(found.cleaned!.probe).toMatchObject({ value: 2 / 3, n: 3 });
    expect(found.cleaned!.baseline.value).toBe(1 / 3);
  });
  it("may be empty, which is said", () => {
    const baseline = Float64Array.from([0, 1, 0, 1, 1, 0, 1, 0]);
    expect(cleanedSet(probe, baseline, labels)).toMatchObject({ dropped: 4, cleaned: null });
  });
});
