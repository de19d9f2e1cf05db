import type { PlacedProblem } from "../../analysis/document.ts";
import { hooksOf, isSteerable, oneName } from "../../analysis/hooks.ts";
import type { Located } from "../../analysis/prompts/index.ts";
import type { SteeringEdit, SteeringUnit, WeightedDirection } from "../../protocol/steering.ts";
import { nearest } from "../../yaml/nearest.ts";
import { resolveConditions } from "./resolve-conditions.ts";
import { at, type FeatureFinder, isProblem } from "./resolve-feature.ts";
import { type ResolvedSource, resolveSource } from "./resolve-source.ts";
import type { Surroundings } from "./surroundings.ts";
import type { RecipeEdit } from "./types.ts";
import { describeEdit, directionWords } from "./words.ts";

/** An entry of `edits` as the engine takes it: one edit a hook point. */
export interface ResolvedEdit {
  index: number;
  enabled: boolean;
  /** Empty where it could not be resolved. */
  steering: SteeringEdit[];
  /** What it does, in a sentence; null where it could not be resolved. */
  words: string | null;
  /** What gives it its direction, in words; null likewise. */
  direction: string | null;
}

interface Term {
  source: ResolvedSource;
  weight: number;
}

/** Operations that set or bound f, the activation of a latent. */
const onActivation = new Set(["scale", "clamp", "ablate", "cap"]);

/** Resolves one edit; what is wrong with it is added to `problems`. @throws CancelledError */
export async function resolveEdit(
  edit: RecipeEdit,
  finder: FeatureFinder,
  surroundings: Surroundings,
  problems: PlacedProblem[],
): Promise<ResolvedEdit> {
  const { index, enabled } = edit;
  const nothing: ResolvedEdit = { index, enabled, steering: [], words: null, direction: null };
  const before = problems.length;
  const failed = () => problems.slice(before).some(({ severity }) => severity === "error");
  const terms = await resolveTerms(edit, finder, surroundings, problems);
  if (!terms) return nothing;
  const hooks = hooksFor(edit, terms, surroundings.description.model.layers, problems);
  const unit = unitFor(edit, terms, surroundings, problems);
  if (hooks.length === 0 || failed()) return nothing;
  const conditions = await resolveConditions(edit.when, hooks, finder, surroundings, problems);
  const when = conditions.map(({ condition }) => condition);
  const amount = edit.strength?.value ?? (edit.to === "mean" ? "mean" : 0);
  const feature = edit.source.kind === "feature";
  if (edit.onlyFiring?.value && !feature)
    problems.push({
      ...at(
        edit.onlyFiring,
        "recipe-only-firing",
        "Only a latent fires; this direction does not.",
        "Take onlyFiring away.",
      ),
      severity: "warning",
    });
  const steering = hooks.map((hook): SteeringEdit => {
    const directions = terms.flatMap(({ source, weight }): WeightedDirection[] => {
      const direction = source.direction(hook);
      if (!isProblem(direction)) return [{ direction, weight }];
      problems.push(direction);
      return [];
    });
    return {
      hook,
      operation: edit.operation.value,
      directions,
      amount,
      unit,
      onlyFiring: feature && (edit.onlyFiring?.value ?? false),
      where: edit.where,
      when,
    };
  });
  if (failed()) return nothing;
  const direction = directionWords(terms);
  const words = describeEdit(
    steering,
    direction,
    conditions.map(({ words }) => words),
  );
  return { index, enabled, steering, words, direction };
}

async function resolveTerms(
  { source }: RecipeEdit,
  finder: FeatureFinder,
  surroundings: Surroundings,
  problems: PlacedProblem[],
): Promise<Term[] | null> {
  const named = source.kind === "sum" ? source.terms : [{ source, weight: 1 }];
  const terms: Term[] = [];
  for (const { source: own, weight } of named) {
    // A sum in a sum is not read in the first place.
    if (own.kind === "sum") continue;
    const found = await resolveSource(own, finder, surroundings);
    if (isProblem(found)) problems.push(found);
    else terms.push({ source: found, weight });
  }
  return terms.length === named.length ? terms : null;
}

/** Where the edit is made: where it says, else where what it is made of belongs. */
function hooksFor(edit: RecipeEdit, terms: Term[], layers: number, problems: PlacedProblem[]): string[] {
  const known = (hook: string, place: { start: number; end: number }): boolean => {
    if (isSteerable(hook, layers)) return true;
    const meant = nearest(hook, hooksOf(layers));
    const message = `The model has no hook point ${hook} that can be steered (its layers are 0 to ${layers - 1}).`;
    const remedy = meant ? `Did you mean ${meant}?` : "Name one such as blocks.0.hook_resid_post.";
    problems.push(at(place, "recipe-hook-unknown", message, remedy));
    return false;
  };
  if (edit.hooks) {
    if (!edit.hooks.every((hook) => known(hook.value, hook))) return [];
    return latentElsewhere(edit, edit.hooks, terms, problems) ? [] : edit.hooks.map(({ value }) => value);
  }
  const saying = terms.filter(({ source }) => source.hooks.length > 0);
  const [first, ...others] = saying.map(({ source }) => source.hooks);
  if (!first) {
    const message = "Nothing says at which hook point this edit is made.";
    problems.push(at(edit.source, "recipe-hook-missing", message, "Give it a hook, or layers."));
    return [];
  }
  const same = (hooks: string[]) => hooks.map(oneName).sort().join() === first.map(oneName).sort().join();
  if (!others.every(same)) {
    const all = [...new Set(saying.flatMap(({ source }) => source.hooks))].join(", ");
    const message = `The terms of this sum belong to several hook points: ${all}.`;
    problems.push(at(edit.source, "recipe-hook-missing", message, "Give the edit a hook, or layers."));
    return [];
  }
  return first.every((hook) => known(hook, edit.source)) ? first : [];
}

/** An activation is read where its SAE is; only adding to and projecting out a direction make sense elsewhere. */
function latentElsewhere(
  { source, operation }: RecipeEdit,
  hooks: Located<string>[],
  terms: Term[],
  problems: PlacedProblem[],
): boolean {
  if (source.kind !== "feature" || !onActivation.has(operation.value)) return false;
  const own = oneName(terms[0].source.hooks[0]);
  const other = hooks.find(({ value }) => oneName(value) !== own);
  if (!other) return false;
  const message = `${operation.value} changes an activation, which this latent has at ${own} only, not at ${other.value}.`;
  problems.push(
    at(other, "recipe-hook-elsewhere", message, "Take hook away, or write op: add or op: project."),
  );
  return true;
}

/** The unit that is written, else the usual one. */
function unitFor(
  edit: RecipeEdit,
  terms: Term[],
  { description }: Surroundings,
  problems: PlacedProblem[],
): SteeringUnit {
  const operation = edit.operation.value;
  if (edit.strength === null || operation === "scale") {
    if (edit.unit) {
      const message = `An edit whose op is ${operation} has no unit.`;
      const problem = at(edit.unit, "recipe-unit-needless", message, "Take the unit away.");
      problems.push({ ...problem, severity: "warning" });
    }
    return "raw";
  }
  const feature = edit.source.kind === "feature" ? terms[0].source.feature : null;
  const unit = edit.unit?.value ?? (feature && operation !== "add" ? "maximum" : "residual");
  if (unit !== "maximum") return unit;
  if (!feature) {
    const message = "Only a latent has a maximum; this direction has none.";
    problems.push(at(edit.unit!, "recipe-maximum-unknown", message, "Write unit: residual or unit: raw."));
  } else if (!(description.saes[feature.sae].maximum?.[feature.latent] ?? 0)) {
    const message = `The largest activation of ${terms[0].source.words} is not known.`;
    const remedy = "Write unit: raw and the activation, or unit: residual.";
    problems.push(at(edit.unit ?? edit.strength, "recipe-maximum-unknown", message, remedy));
  }
  return unit;
}
