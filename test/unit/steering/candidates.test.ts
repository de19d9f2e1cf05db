import { expect, it } from "vitest";
import type { LabelEvidence } from "../../../server/src/protocol/feature.ts";
import { firesHereOnly, strongestOn, tokensIn } from "../../../server/src/steering/recipe/candidates.ts";
import { analysed, type FakeToken } from "../analysis/fixtures.ts";

const ranking = { topK: 8, ranking: "relative", hideAboveFrequency: 0.1 } as const;
/** Latent 7 fires on most tokens; 3 has a label, and 10 for its known maximum; 4 has none that is known. */
const tokens: FakeToken[] = [
  { text: "first", active: [[9, 900]], outside: true },
  {
    text: " cat",
    active: [
      [7, 9],
      [3, 8],
      [4, 2],
    ],
  },
  {
    text: " sat",
    active: [
      [7, 9],
      [5, 4],
    ],
  },
  {
    text: " dog",
    active: [
      [7, 9],
      [5, 8],
      [3, 1],
    ],
  },
];
const document = analysed(tokens, ({ saes: [sae] }) => {
  sae.maximum = new Float32Array(50).fill(10);
  sae.maximum[4] = 0;
  sae.frequency = new Float32Array(50).fill(0.01);
  sae.frequency[7] = 0.9;
});
const names = (found: { latent: number; label: string | null }[]) =>
  found.map(({ latent, label }) => [latent, label]);

it("ranks what fires on a token as hovers do, over several tokens by its strongest firing", () => {
  expect(names(strongestOn(document, [1], ranking, new Map()))).toEqual([
    [3, "three"],
    [4, null],
  ]);
  expect(names(strongestOn(document, [1, 3], ranking, new Map()))).toEqual([
    [3, "three"],
    [5, null],
    [4, null],
  ]);
  // The weaker one has a label, so that one can tell what it does.
  const own = new Map([["s", new Map([[3, { text: "mine" } as LabelEvidence]])]]);
  expect(names(strongestOn(document, [3], ranking, own))).toEqual([
    [3, "mine"],
    [5, null],
  ]);
  // Its activation there means nothing.
  expect(strongestOn(document, [0], ranking, new Map())).toEqual([]);
});

it("finds what fires on some tokens more than on the others, dense latents left out", () => {
  // 3: 0.8 here, 0.05 there; 4 only here; 5 only there; 7 everywhere.
  expect(names(firesHereOnly(document, [1], ranking, new Map()))).toEqual([
    [4, null],
    [3, "three"],
  ]);
  expect(names(firesHereOnly(document, [1, 3], ranking, new Map()))).toEqual([
    [4, null],
    [3, "three"],
  ]);
  expect(firesHereOnly(document, [0], ranking, new Map())).toEqual([]);
  const dense = analysed(tokens.slice(1, 3), ({ saes: [sae] }) => {
    sae.frequency = new Float32Array(50).fill(0.9);
  });
  expect(firesHereOnly(dense, [0], ranking, new Map())).toEqual([]);
});

it("leaves out SAEs whose latents are not directions of the residual stream", () => {
  const inner = analysed(tokens, ({ saes: [sae] }) => {
    sae.hook = "blocks.1.attn.hook_z";
  });
  expect(strongestOn(inner, [1], ranking, new Map())).toEqual([]);
  expect(firesHereOnly(inner, [1], ranking, new Map())).toEqual([]);
});

it("counts the tokens that a selection holds or touches", () => {
  const text = document.lines.text;
  const at = (word: string): [number, number] => [text.indexOf(word), text.indexOf(word) + word.length];
  expect(tokensIn(document, ...at("cat sat"))).toEqual([1, 2]);
  expect(tokensIn(document, ...at("a"))).toEqual([1]);
});
