import type { PlacedProblem } from "../../analysis/document.ts";
import type { Located } from "../../analysis/prompts/index.ts";
import type { SteeringOperation, SteeringPlaces, SteeringUnit } from "../../protocol/steering.ts";
import type { Place } from "../../yaml/reader.ts";

/** A latent as a recipe names it: by its number, or by the exact text of its label. */
export interface FeatureReference extends Place {
  sae: string;
  latent: number | null;
  label: string | null;
}

/** A trained probe as a recipe names it: by its name or its path, and which of its classes is meant where it has several. */
export interface ProbeReference extends Place {
  name: string;
  class: Located<string> | null;
}

/** What gives an edit its direction. */
export type RecipeSource = Place &
  (
    | { kind: "feature"; feature: FeatureReference }
    | { kind: "vector"; file: string; name: string | null }
    | { kind: "token"; text: string }
    | { kind: "probe"; probe: ProbeReference }
    | { kind: "sum"; terms: RecipeTerm[] }
  );

/** One term of a sum; its weight belongs to a unit vector. */
export interface RecipeTerm {
  source: RecipeSource;
  weight: number;
}

/** Thresholds of a condition; once it held on a generated token it holds until `release`. */
export interface RecipeBounds {
  above?: number;
  below?: number;
  release?: number;
}

/**
 * What must lie above a threshold, or stay below it: a latent's activation, or what a probe says of the token (a probability, or
 * its number).
 */
export type RecipeCondition = Place &
  RecipeBounds &
  ({ feature: FeatureReference } | { probe: ProbeReference });

/** One entry of `edits`, with what was left out filled in where the recipe alone decides it. */
export interface RecipeEdit extends Place {
  /** Its place in the list, from 0. */
  index: number;
  source: RecipeSource;
  operation: Located<SteeringOperation>;
  /** Null for `ablate` and `project`. */
  strength: Located<number> | null;
  /** Of `ablate`: what f becomes. */
  to: "zero" | "mean";
  /** Null: what its operation and direction make usual. */
  unit: Located<SteeringUnit> | null;
  /** Hook points by name; null where the source says them. */
  hooks: Located<string>[] | null;
  onlyFiring: Located<boolean> | null;
  where: SteeringPlaces;
  when: RecipeCondition[];
  /** The least and the greatest strength that were tried. */
  tested: [number, number] | null;
  enabled: boolean;
}

/** What a check's samples are made from. */
export type RecipePrompt =
  | { kind: "text"; text: string }
  | { kind: "messages"; messages: { role: string; content: string }[] }
  | { kind: "file"; file: string };

/** What must hold of a check's samples; `share` is the least share of samples of which it must. */
export type RecipeExpectation = Place &
  (
    | { kind: "contains" | "lacks"; texts: string[]; share: number }
    | { kind: "klBelow" | "perplexityRatioBelow"; value: number }
    | { kind: "latent"; feature: FeatureReference; above?: number; below?: number }
    | { kind: "judge"; attribute: string; value: string; share: number }
  );

/** One entry of `checks`. */
export interface RecipeCheck extends Place {
  name: string;
  prompt: RecipePrompt;
  samples: number;
  seed: number;
  maxTokens: number;
  temperature: number;
  expect: RecipeExpectation[];
}

/** A recipe as far as its text alone says; entries that are not usable are left out. */
export interface Recipe {
  name: string | null;
  description: string | null;
  model: Located<string> | null;
  saes: Located<string>[] | null;
  edits: RecipeEdit[];
  checks: RecipeCheck[];
}

/** A recipe's text as read: null where it is no recipe of version 1, or broken beyond use. */
export interface ParsedRecipe {
  recipe: Recipe | null;
  /** The set-up that it names, also where it is broken elsewhere: while it is written it often is. */
  named: Pick<Recipe, "model" | "saes">;
  problems: PlacedProblem[];
}

/** How a recipe's file is told by its name. */
export const recipeEnding = ".steer.yaml";

export const isRecipeName = (name: string): boolean => name.toLowerCase().endsWith(recipeEnding);
