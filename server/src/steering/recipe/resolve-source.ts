import { isAbsolute, resolve } from "node:path";
import type { PlacedProblem } from "../../analysis/document.ts";
import { oneName, streamHook } from "../../analysis/hooks.ts";
import { toProblem } from "../../host/problem-error.ts";
import type { DirectionSource } from "../../protocol/steering.ts";
import { at, type FeatureFinder, isProblem, type ResolvedFeature } from "./resolve-feature.ts";
import { resolveProbe } from "./resolve-probe.ts";
import type { Surroundings } from "./surroundings.ts";
import type { RecipeSource } from "./types.ts";

/** A direction, or several by hook point, with what is said of it. */
export interface ResolvedSource {
  /** The hook points it belongs to by itself; empty: it does not say. */
  hooks: string[];
  /** The latent that it is; null for all else. */
  feature: ResolvedFeature | null;
  /** The direction at a hook point, or what keeps it from being one there. */
  direction(hook: string): DirectionSource | PlacedProblem;
  /** The direction in words, such as `resid_post_3/812 “mood: cheerful”`. */
  words: string;
}

type Simple = Exclude<RecipeSource, { kind: "sum" }>;

/** Looks up what gives an edit, or a term of a sum, its direction. @throws CancelledError */
export async function resolveSource(
  source: Simple,
  finder: FeatureFinder,
  surroundings: Surroundings,
): Promise<ResolvedSource | PlacedProblem> {
  switch (source.kind) {
    case "feature":
      return resolveFeature(source, finder, surroundings);
    case "token":
      return resolveToken(source, surroundings);
    case "vector":
      return resolveVector(source, surroundings);
    case "probe":
      return resolveProbe(source.probe, surroundings);
  }
}

function resolveFeature(
  { feature }: Simple & { kind: "feature" },
  finder: FeatureFinder,
  { description }: Surroundings,
): ResolvedSource | PlacedProblem {
  const found = finder.find(feature);
  if (isProblem(found)) return found;
  const { id, hook } = description.saes[found.sae];
  const stream = streamHook(hook);
  if (stream === null)
    return at(
      feature,
      "recipe-not-in-stream",
      `${id} reads ${hook}, inside the heads, where nothing can be steered.`,
      "Take a latent of an SAE on the residual stream, or on what a block gives.",
    );
  const label = finder.label(found);
  return {
    hooks: [stream],
    feature: found,
    direction: () => ({ kind: "latent", ...found }),
    words: `${id}/${found.latent}${label === null ? "" : ` “${label}”`}`,
  };
}

async function resolveToken(
  source: Simple & { kind: "token" },
  { readTokens, description }: Surroundings,
): Promise<ResolvedSource | PlacedProblem> {
  const ids = await readTokens(source.text);
  if (ids.length !== 1)
    return at(
      source,
      "recipe-token-invalid",
      `“${source.text}” is ${ids.length} tokens to ${description.model.id}, not one.`,
      "Name one token, with the space that begins it where it has one.",
    );
  const [id] = ids;
  return {
    hooks: [],
    feature: null,
    direction: () => ({ kind: "token", id }),
    words: `the token “${source.text}”`,
  };
}

async function resolveVector(
  source: Simple & { kind: "vector" },
  { readVector, folder, trusted, description }: Surroundings,
): Promise<ResolvedSource | PlacedProblem> {
  const { file, name } = source;
  if (!trusted)
    return at(
      source,
      "workspace-not-trusted",
      `“${file}” is not read: this workspace is not trusted.`,
      "Trust the workspace to load vectors that its files name.",
    );
  if (folder === null && !isAbsolute(file))
    return at(source, "recipe-no-folder", `“${file}” starts from no folder.`, "Save the recipe first.");
  let vectors: ReadonlyMap<string | number, Float32Array>;
  try {
    ({ vectors } = await readVector(resolve(folder ?? "", file), name));
  } catch (error) {
    return { ...toProblem(error), start: source.start, end: source.end, severity: "error" };
  }
  const { dModel, id } = description.model;
  const wrong = [...vectors.values()].find(({ length }) => length !== dModel);
  if (wrong)
    return at(
      source,
      "recipe-vector-width",
      `The vector in “${file}” has ${wrong.length} numbers; the residual stream of ${id} has ${dModel}.`,
      "Take a vector that was made for this model.",
    );
  const named = new Map([...vectors].map(([key, vector]) => [hookOf(key), vector]));
  return {
    hooks: [...named.keys()].filter((hook) => hook !== ""),
    feature: null,
    direction(hook) {
      const vector = named.get(oneName(hook)) ?? (named.size === 1 ? [...named.values()][0] : undefined);
      if (vector) return { kind: "vector", vector };
      return at(
        source,
        "recipe-vector-elsewhere",
        `“${file}” has several vectors, and none for ${hook}.`,
        `It has them for ${[...named.keys()].join(", ") || "no hook point"}.`,
      );
    },
    words: name === null ? file : `${name} of ${file}`,
  };
}

const hookOf = (key: string | number): string =>
  typeof key === "number" ? `blocks.${key}.hook_resid_post` : oneName(key);
