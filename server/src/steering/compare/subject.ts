import type { ComparedEdit, ComparedRecipe } from "../../protocol/compare.ts";
import type { Description, MessageInput, Setup } from "../../protocol/engine.ts";
import type { SamplingOptions } from "../../protocol/steering.ts";
import type { LabelsOf } from "../recipe/labels.ts";
import type { ResolvedEdit } from "../recipe/resolve-edit.ts";
import type { Recipe } from "../recipe/types.ts";
import { hasStrength } from "./strengths.ts";

/** How much is written, and how. */
export interface Writing {
  sampling: SamplingOptions;
  maxTokens: number;
  samples: number;
  stop: string[];
}

/** A recipe as its set-up understands it. */
export interface LoadedRecipe {
  /** Path of the file. */
  file: string;
  recipe: Recipe;
  edits: ResolvedEdit[];
}

/** A prompt, what reads it, and the recipes that are to steer that. */
export interface Subject {
  /** Names the prompt to the engine. */
  key: string;
  fileName: string;
  setup: Setup;
  description: Description;
  labels: LabelsOf;
  messages: MessageInput[];
  recipes: LoadedRecipe[];
}

/** Entries of all recipes, in their order: strengths are given in this one. */
export const editsOf = ({ recipes }: Pick<Subject, "recipes">): ResolvedEdit[] =>
  recipes.flatMap(({ edits }) => edits);

/** The same for whoever reads a result. @param strengths those that were used, null where the recipe's own was */
export function comparedEdits(
  { recipes }: Pick<Subject, "recipes">,
  strengths: readonly (number | null)[],
): ComparedEdit[] {
  return recipes
    .flatMap(({ recipe, edits }, r) => edits.map((edit) => ({ edit, recipe, r })))
    .map(({ edit: { index, enabled, words, steering }, recipe, r }, i) => {
      const entry = recipe.edits.find((it) => it.index === index);
      const [first] = steering;
      const written = first && hasStrength(first) ? (entry?.strength?.value ?? null) : null;
      return {
        recipe: r,
        index,
        enabled,
        words: words ?? "",
        operation: first?.operation ?? entry?.operation.value ?? "add",
        unit: first?.unit ?? "raw",
        strength: written === null ? null : (strengths[i] ?? written),
        written,
      };
    });
}

export const comparedRecipes = ({ recipes }: Pick<Subject, "recipes">): ComparedRecipe[] =>
  recipes.map(({ file, recipe }) => ({ file, name: recipe.name }));

/** Writing as it is usual: greedy for one sample, else at temperature 0.8 and seed 1. */
export function usualWriting(
  wish: Partial<SamplingOptions> & Partial<Omit<Writing, "sampling">> = {},
): Writing {
  const { maxTokens = 40, stop = [], ...sampling } = wish;
  const wanted = wish.samples ?? 1;
  const temperature = sampling.temperature ?? (wanted > 1 ? 0.8 : 0);
  return {
    sampling: {
      temperature,
      topK: sampling.topK ?? 0,
      topP: sampling.topP ?? 1,
      minP: sampling.minP ?? 0,
      repetitionPenalty: sampling.repetitionPenalty ?? 1,
      seed: sampling.seed ?? 1,
    },
    maxTokens,
    // The likeliest text is one: several samples of it would count it several times.
    samples: temperature === 0 ? 1 : wanted,
    stop,
  };
}
