import type { KeptExample } from "../store/kept-examples.ts";
import { type Passage, strengthOf, textOf } from "./passage.ts";
import { random, shuffled } from "./random.ts";

/** Bands between quantiles of the activations, and passages of each kept for tests and shown to whoever labels. */
const bands = 5;
const testedOfBand = 5;
const shownOfBand = 3;
/** Of the strongest passages. */
const shownStrongest = 10;

/** A latent's passages, those for the label and those for its test: no window and no text is in both. */
export interface Split {
  shown: Passage[];
  /** From every band alike, strongest band first. */
  tested: Passage[];
}

/**
 * Parts what a store keeps of a latent. As in delphi (Paulo et al. 2024, arXiv 2410.13928) a passage stands for its strongest
 * token, each window gives one, tests are drawn at random and in equal numbers from bands between quantiles, and whoever labels
 * sees others; delphi takes ten bands of thousands of passages, here there are five of the at most 64 of the store's random
 * sample. The strongest passages come on top for the label, not for tests: they would make labels of the extreme look better
 * than they are.
 *
 * The parts depend on the latent and what is kept alone, so that labels of one latent are tested on the same texts.
 *
 * @param least activations below it are not tested and count as none: a label that holds from a share of the maximum says
 * nothing of them
 */
export function split(
  { top, sample }: { top: readonly KeptExample[]; sample: readonly KeptExample[] },
  feature: number,
  least = 0,
): Split {
  const next = random(feature + 1);
  const drawn = distinct(sample).filter((it) => strengthOf(it) >= least);
  const sorted = drawn.toSorted((a, b) => strengthOf(b) - strengthOf(a));
  const tested: Passage[] = [];
  const left: Passage[] = [];
  for (let band = 0; band < bands; band++) {
    const [from, to] = [band, band + 1].map((edge) => Math.round((edge * sorted.length) / bands));
    const mixed = shuffled(sorted.slice(from, to), next);
    const count = Math.min(testedOfBand, Math.ceil(mixed.length / 2));
    tested.push(...mixed.slice(0, count).map((it) => withoutWeak(it, least)));
    left.push(...mixed.slice(count, count + shownOfBand));
  }
  const windows = new Set(tested.map(({ window }) => window));
  const texts = new Set(tested.map(textOf));
  const strongest = distinct(top).filter((it) => !windows.has(it.window) && !texts.has(textOf(it)));
  return { shown: distinct([...strongest.slice(0, shownStrongest), ...left]), tested };
}

function withoutWeak(passage: Passage, least: number): Passage {
  return { ...passage, activations: passage.activations.map((it) => (it < least ? 0 : it)) };
}

/** One passage a window and a text, the first of each. */
function distinct(examples: readonly Passage[]): Passage[] {
  const windows = new Set<number>();
  const texts = new Set<string>();
  return examples.flatMap((example) => {
    const text = textOf(example);
    if (windows.has(example.window) || texts.has(text)) return [];
    windows.add(example.window);
    texts.add(text);
    const { tokens, activations, window } = example;
    return [{ tokens, activations, window }];
  });
}
