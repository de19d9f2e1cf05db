import { describe, expect, it } from "vitest";
import { Catalogue, type OwnLabels } from "../../../server/src/analysis/explore/catalogue.ts";
import { contrast, movedPlace, tokensIn } from "../../../server/src/analysis/explore/contrast.ts";
import { Explorer, rowsOf } from "../../../server/src/analysis/explore/explorer.ts";
import { complete, type Found, list, nothingFound } from "../../../server/src/analysis/explore/list.ts";
import { notesOf } from "../../../server/src/analysis/explore/notes.ts";
import type { StoredFigures } from "../../../server/src/analysis/explore/search.ts";
import { readUserLabels, withUserLabel } from "../../../server/src/analysis/user-labels.ts";
import type { Description, FeatureLabel, SaeInfo } from "../../../server/src/protocol/engine.ts";
import type { FeatureQuery } from "../../../server/src/protocol/explore.ts";
import { analysed } from "./fixtures.ts";

/** What of a row says nothing where nothing was looked for, or scored. */
const unasked = { output: null, input: null, contrast: null, like: null, distance: null, cosine: null };

function sae(id: string, width: number, more: Partial<SaeInfo> = {}): SaeInfo {
  return {
    id,
    path: "",
    hook: "blocks.1.hook_resid_post",
    architecture: "topk",
    width,
    conventions: [],
    check: { l0: null, fvu: null, declaredL0: null, verdict: "unknown" },
    labels: new Map(),
    maximum: null,
    frequency: null,
    frequencySource: null,
    ...more,
  };
}
const label = (text: string, more: Partial<FeatureLabel> = {}): FeatureLabel => ({
  text,
  maker: "test",
  ...more,
});
const own = (entries: [string, [number, string][]][]): OwnLabels =>
  new Map(
    entries.map(([id, labels]) => [
      id,
      new Map(
        labels.map(([feature, text]) => [
          feature,
          { text, source: "user", maker: "me", scores: {}, from: null },
        ]),
      ),
    ]),
  );

/** Two SAEs of six latents in all; of the second nothing was measured. */
const catalogue = new Catalogue(
  {
    saes: [
      sae("a", 4, {
        labels: new Map([
          [1, label("The Cat sleeps", { maker: "tinytown ground truth", f1: 0.5, precision: 0.9 })],
          [3, label("a dog", { precision: 0.8 })],
        ]),
        frequency: Float32Array.of(0, 0.5, 0.01, 0.2),
        maximum: Float32Array.of(0, 4, 9, 2),
      }),
      sae("b", 2, { labels: new Map([[0, label("catapult")]]) }),
    ],
  },
  own([
    [
      "a",
      [
        [2, "my cat"],
        [3, "the wolf"],
      ],
    ],
    ["b", [[99, "no such latent"]]],
  ]),
);

/** What a query finds, as `sae/feature`. */
function found(query: FeatureQuery, more: Partial<Found> = {}, from = catalogue): string[] {
  const latents = list(from, complete(query, 0.1), { ...nothingFound, ...more });
  return [...latents].map((it) => `${from.saes[from.saeOf(it)].id}/${from.featureOf(it)}`);
}

describe("the list of latents", () => {
  it("holds all of them, SAE by SAE, where nothing is asked for", () => {
    expect(found({})).toEqual(["a/0", "a/1", "a/2", "a/3", "b/0", "b/1"]);
    expect(found({ reversed: true })[0]).toBe("b/1");
  });

  it.each<[FeatureQuery, string[]]>([
    [{ sae: "b" }, ["b/0", "b/1"]],
    [{ sae: "no such SAE" }, []],
    [{ words: "cat" }, ["a/1", "a/2", "b/0"]],
    [{ words: " CAT  the " }, ["a/1"]],
    [{ words: "dog" }, ["a/3"]],
    [{ words: "wolf" }, ["a/3"]],
    [{ words: "no such latent" }, []],
    [{ source: "user" }, ["a/2", "a/3"]],
    [{ source: "ground truth" }, ["a/1"]],
    [{ source: "imported" }, ["a/3", "b/0"]],
    [{ source: "automatic" }, []],
    [{ labelled: true }, ["a/1", "a/2", "a/3", "b/0"]],
    [{ labelled: false }, ["a/0", "b/1"]],
    [{ activity: "dead" }, ["a/0"]],
    [{ activity: "dense" }, ["a/1", "a/3"]],
    [{ activity: "dense", denseAbove: 0.3 }, ["a/1"]],
    [{ activity: "live" }, ["a/2"]],
    [{ words: "cat", sae: "a", labelled: true, activity: "live" }, ["a/2"]],
  ])("filters by %j", (query, expected) => {
    expect(found(query)).toEqual(expected);
  });

  it.each<[FeatureQuery, string[]]>([
    [{ sort: "frequency" }, ["a/1", "a/3", "a/2", "a/0", "b/0", "b/1"]],
    [{ sort: "frequency", reversed: true }, ["a/0", "a/2", "a/3", "a/1", "b/0", "b/1"]],
    // A maximum of 0 was never measured: such a latent was never seen firing.
    [{ sort: "maximum" }, ["a/2", "a/1", "a/3", "a/0", "b/0", "b/1"]],
    [{ sort: "score" }, ["a/3", "a/1", "a/0", "a/2", "b/0", "b/1"]],
    // What comes first among its labels counts: the wolf, not the dog.
    [{ sort: "label" }, ["b/0", "a/2", "a/1", "a/3", "a/0", "b/1"]],
    [{ sort: "label", reversed: true }, ["a/3", "a/1", "a/2", "b/0", "a/0", "b/1"]],
  ])("sorts by %j, what is not known last", (query, expected) => {
    expect(found(query)).toEqual(expected);
  });

  it("is what a store found, best first, and only what also fits the rest", () => {
    const promotes = new Map([
      [catalogue.numberOf(1, 0), 0],
      [catalogue.numberOf(0, 2), 1],
      [catalogue.numberOf(0, 0), 2],
    ]);
    expect(found({ promotes: " Paris" }, { promotes })).toEqual(["b/0", "a/2", "a/0"]);
    expect(found({ promotes: " Paris", labelled: true, sae: "a" }, { promotes })).toEqual(["a/2"]);
    expect(found({ promotes: " Paris" }, { promotes: new Map() })).toEqual([]);
    expect(found({ promotes: " Paris", sort: "index" }, { promotes })).toEqual(["a/0", "a/2", "b/0"]);
  });

  it("gives each row its best known label, who made it, and its best score", () => {
    const latents = Int32Array.of(1, 3, 5);
    expect(rowsOf(catalogue, { latents, found: nothingFound, notes: [] }, 0, 10)).toEqual([
      {
        ...{ sae: "a", feature: 1, label: "The Cat sleeps", source: "ground truth" },
        ...{ frequency: 0.5, maximum: 4, score: 0.5, ...unasked },
      },
      {
        ...{ sae: "a", feature: 3, label: "the wolf", source: "user", frequency: expect.closeTo(0.2) },
        ...{ maximum: 2, score: 0.8, ...unasked },
      },
      {
        ...{ sae: "b", feature: 1, label: null, source: null, frequency: null, maximum: null },
        ...{ score: null, ...unasked },
      },
    ]);
    expect(rowsOf(catalogue, { latents, found: nothingFound, notes: [] }, 2, 10)).toHaveLength(1);
    expect(rowsOf(catalogue, { latents, found: nothingFound, notes: [] }, 3, 10)).toEqual([]);
  });

  it("is made once for all its parts, and anew for other labels", async () => {
    const explorer = new Explorer();
    const description = { saes: catalogue.saes } as unknown as Description;
    const before = own([]);
    const first = explorer.catalogue(description, before);
    expect(explorer.catalogue(description, before)).toBe(first);
    let made = 0;
    const find = async () => {
      made++;
      return { ...nothingFound, notes: [] };
    };
    const query = complete({ words: "cat" }, 0.1);
    const one = await explorer.list(first, query, "", find);
    expect(await explorer.list(first, { ...query }, "", find)).toBe(one);
    expect(made).toBe(1);
    await explorer.list(first, query, "another version", find);
    const other = explorer.catalogue(description, own([["b", [[1, "cat"]]]]));
    expect((await explorer.list(other, query, "", find)).latents).toHaveLength(3);
    expect(made).toBe(3);
  });
});

describe("a contrast", () => {
  const text = analysed(
    [
      { text: "<s>", virtual: true, active: [[9, 99]] },
      { text: "The", active: [[1, 2]] },
      {
        text: " cat",
        active: [
          [3, 8],
          [1, 2],
        ],
      },
      {
        text: " dog",
        active: [
          [4, 6],
          [1, 3],
        ],
      },
      { text: " x", outside: true, active: [[5, 50]] },
    ],
    ({ saes: [it] }) => {
      it.maximum = new Float32Array(50).fill(10);
      it.maximum[3] = 100;
      it.maximum[4] = 0;
    },
  );
  const all = new Catalogue(text.description, new Map());
  const place = (start: number, end: number) => ({
    range: text.lines.range(start, end),
    text: text.lines.text.slice(start, end),
  });
  const side = (start: number, end: number) => ({
    document: text,
    tokens: tokensIn(text, [place(start, end)]),
  });
  const rank = (values: Map<number, { rank: number }>) =>
    [...values].sort(([, a], [, b]) => a.rank - b.rank).map(([latent]) => latent);

  it("takes the tokens that a selection touches, and no virtual ones", () => {
    expect(tokensIn(text, [place(0, 3)])).toEqual([1]);
    expect(tokensIn(text, [place(5, 9)])).toEqual([2, 3]);
    expect(tokensIn(text, [place(3, 3)])).toEqual([]);
    expect(tokensIn(text, [place(0, 1), place(8, 9)])).toEqual([1, 3]);
  });

  it("finds what fires more on one than on the other, by mean or by maximum", () => {
    const by = (measure: "mean" | "maximum", relative: boolean) =>
      contrast(all, side(0, 7), side(7, 11), { by: measure, relative });
    // Latent 1 fires on all three, most on the second side.
    expect([...by("mean", false)]).toEqual([[3, { on: 4, against: 0, rank: -4 }]]);
    expect([...by("maximum", false)]).toEqual([[3, { on: 8, against: 0, rank: -8 }]]);
    expect(by("mean", true).get(3)!.rank).toBeCloseTo(-0.04);
    expect([...contrast(all, side(7, 11), side(0, 7), { by: "mean", relative: false })]).toEqual([
      [4, { on: 6, against: 0, rank: -6 }],
      [1, { on: 3, against: 2, rank: -1 }],
    ]);
  });

  it("ranks by shares of known maxima, and puts behind what has none", () => {
    const values = contrast(all, side(0, 11), null, { by: "maximum", relative: true });
    expect(rank(values)).toEqual([1, 3, 4]);
    expect(rank(contrast(all, side(0, 11), null, { by: "maximum", relative: false }))).toEqual([3, 4, 1]);
  });

  it("counts no token that the SAE was not made for", () => {
    const values = contrast(all, side(7, 13), null, { by: "mean", relative: false });
    expect(values.has(5)).toBe(false);
    expect(values.get(4)!.on).toBe(6);
  });

  it("notices that another text stands where one was selected", () => {
    expect(movedPlace(text, [place(0, 3), place(3, 7)])).toBeNull();
    expect(movedPlace(text, [place(0, 3), { ...place(3, 7), text: " fox" }])?.text).toBe(" fox");
  });
});

describe("labels of the user", () => {
  it("are read for one model, and what is no label left out", () => {
    let text = withUserLabel("", { model: "m", sae: "s", feature: 7 }, "mine");
    text = withUserLabel(text, { model: "other", sae: "s", feature: 8 }, "not mine");
    text += "  # by hand\n";
    const labels = readUserLabels(text, "m");
    expect([...labels.keys()]).toEqual(["s"]);
    expect(labels.get("s")!.get(7)).toMatchObject({ text: "mine", source: "user" });
    expect(readUserLabels(text, "none").size).toBe(0);
    expect(readUserLabels("", "m").size).toBe(0);
    expect(readUserLabels("m:\n  s:\n    x: y\n    3: ''\n    4: four\n", "m").get("s")!.size).toBe(1);
    expect(() => readUserLabels("m: [1]", "m")).toThrow("It holds");
  });
});

describe("a feature store", () => {
  const stored = (more: Partial<StoredFigures> = {}): StoredFigures => ({
    source: "100 tokens of stories.txt (feature store s.sqlite)",
    finished: true,
    frequency: Float32Array.of(0.25, 0),
    maximum: Float32Array.of(7, 0),
    labels: new Map([
      [0, [{ text: "not this one", source: "imported", maker: "x", scores: { f1: 1 }, from: null }]],
      [1, [{ text: "A Boat", source: "imported", maker: "x", scores: { f1: 0.7 }, from: null }]],
    ]),
    scores: null,
    ...more,
  });
  const described = { saes: catalogue.saes } as unknown as Description;
  const explorer = new Explorer();
  const none: OwnLabels = new Map();
  const first = stored();
  const filled = explorer.catalogue(described, none, [stored({ frequency: null, maximum: null }), first]);

  it("fills what an SAE came without, latent by latent, and nothing else", () => {
    const at = (s: number, feature: number) => filled.summary(filled.numberOf(s, feature));
    expect(at(1, 0)).toMatchObject({ label: "catapult", frequency: 0.25, maximum: 7, score: null });
    expect(at(1, 1)).toMatchObject({ label: "A Boat", frequency: 0, maximum: null, score: 0.7 });
    expect(at(0, 1)).toMatchObject({ label: "The Cat sleeps", frequency: 0.5, maximum: 4 });
    expect(found({ words: "boat" }, {}, filled)).toEqual(["b/1"]);
    expect(found({ words: "not this" }, {}, filled)).toEqual(["a/0"]);
    // Own: a maximum of 0 was never seen firing, which a store may have.
    const seen = new Catalogue(described, none, [stored({ maximum: Float32Array.of(3, 99, 99, 99) }), null]);
    expect([0, 1].map((latent) => seen.maximum(latent))).toEqual([3, 4]);
  });

  it("is named where figures or a search rest on it", () => {
    const notes = (query: FeatureQuery, of = filled) => notesOf(of, complete(query, 0.1), true).join("\n");
    expect(notes({})).toBe(
      "b: frequencies, maxima that it came without from a scan of 100 tokens of stories.txt (feature store s.sqlite).",
    );
    expect(notes({ sae: "a" })).toBe("");
    expect(notes({ examples: "cat", promotes: " cat" })).toMatch(
      /^a: examples, the ten tokens that each latent raises most from a scan of 100/m,
    );
    expect(notes({ activity: "dead" })).toContain("never fired on");
    expect(notes({ activity: "dead" })).toContain("stories.txt");
    const unfinished = new Catalogue(described, none, [null, stored({ finished: false })]);
    expect(notes({ examples: "cat" }, unfinished)).toContain("examples may be missing");
  });

  it("sorts and filters by output and input scores; what was not measured comes last, and fits no filter", () => {
    const output = Float32Array.of(0.5, Number.NaN, 0.009, 0.9);
    const input = Float32Array.of(0.1, 0.2, 1, Number.NaN);
    const scored = new Catalogue(described, none, [stored({ scores: { output, input } }), null]);
    const some = (query: FeatureQuery) => found(query, {}, scored);
    expect(some({ sort: "output", sae: "a" })).toEqual(["a/3", "a/0", "a/2", "a/1"]);
    expect(some({ sort: "output", sae: "a", reversed: true })).toEqual(["a/2", "a/0", "a/3", "a/1"]);
    expect(some({ sort: "input", sae: "a" })).toEqual(["a/2", "a/1", "a/0", "a/3"]);
    expect(some({ minOutput: 0.01 })).toEqual(["a/0", "a/3"]);
    expect(some({ minOutput: 0 })).toEqual(["a/0", "a/2", "a/3"]);
    expect(some({ minInput: 0.2 })).toEqual(["a/1", "a/2"]);
    expect(some({ minInput: 0.1, minOutput: 0.01 })).toEqual(["a/0"]);
    expect(scored.summary(1)).toMatchObject({ output: null, input: expect.closeTo(0.2) });
    const notes = (query: FeatureQuery) => notesOf(scored, complete(query, 0.1), true).join("\n");
    expect(notes({ minOutput: 0.1 })).toMatch(
      /rarely high.*\nb: its latents were not scored yet.*--sae b --scores/,
    );
    expect(notes({ sort: "input", sae: "a" })).not.toContain("not scored yet");
    expect(notes({ sort: "label" })).not.toContain("rarely");
  });

  it("makes other lists when it changes, and keeps them while it does not", () => {
    const [before] = filled.stored;
    expect(explorer.catalogue(described, none, [before, first])).toBe(filled);
    expect(explorer.catalogue(described, none, [before, stored()])).not.toBe(filled);
  });
});
