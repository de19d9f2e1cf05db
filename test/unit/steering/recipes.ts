import type { PlacedProblem } from "../../../server/src/analysis/document.ts";
import { Catalogue } from "../../../server/src/analysis/explore/catalogue.ts";
import type { Description, SaeInfo } from "../../../server/src/protocol/engine.ts";
import { catalogueLabels } from "../../../server/src/steering/recipe/labels.ts";
import { parseRecipe } from "../../../server/src/steering/recipe/parse.ts";
import { type ResolvedRecipe, resolveRecipe } from "../../../server/src/steering/recipe/resolve.ts";
import type { Surroundings } from "../../../server/src/steering/recipe/surroundings.ts";
import { trainedProbe } from "./probes.ts";

/** A recipe of version 1 with these edits, each written as a map on one line. */
export const withEdits = (...edits: string[]): string =>
  `version: 1\nedits:\n${edits.map((it) => `  - ${it}\n`).join("")}`;

/** Problems as `code: the text they stand at`. */
export const told = (text: string, problems: PlacedProblem[]): string[] =>
  problems.map(({ code, start, end }) => `${code}: ${text.slice(start, end)}`);

export const problemsIn = (text: string): string[] => told(text, parseRecipe(text).problems);

function sae(id: string, hook: string, labels: [number, string][] = []): SaeInfo {
  return {
    id,
    path: "",
    hook,
    architecture: "jumprelu",
    width: 100,
    conventions: [],
    check: { l0: null, fvu: null, declaredL0: null, verdict: "unknown" },
    labels: new Map(labels.map(([latent, text]) => [latent, { text, maker: "nobody" }])),
    maximum: Float32Array.from({ length: 100 }, (_, latent) => (latent === 9 ? 0 : 10)),
    frequency: null,
    frequencySource: null,
  };
}

export const description: Description = {
  setupId: "s",
  model: {
    id: "toy",
    path: "/models/toy",
    family: "llama",
    layers: 4,
    dModel: 8,
    contextLength: 100,
    vocabulary: 10,
    dtype: "f32",
    computeDtype: "f32",
    device: "cpu",
    deviceReason: "",
    hasChatTemplate: true,
    templateSha256: "t",
    conventions: [],
  },
  saes: [
    sae("early", "blocks.1.hook_resid_post", [
      [1, "mood: cheerful"],
      [2, "a cat"],
      [3, "a cat"],
    ]),
    sae("late", "blocks.2.hook_resid_post", [[5, "a dog"]]),
    sae("heads", "blocks.1.attn.hook_z"),
    sae("mlp", "blocks.1.hook_mlp_out"),
  ],
  loadMs: 0,
};

/** The labels that came with its SAEs. */
export const labels = catalogueLabels(new Catalogue(description, new Map(), [], []));

/** Vectors by file name: one without a place, one of two layers, one that is too wide. */
const files: Record<string, Map<string | number, Float32Array>> = {
  "plain.safetensors": new Map([["", new Float32Array(8).fill(1)]]),
  "layers.gguf": new Map([
    [1, new Float32Array(8).fill(1)],
    [2, new Float32Array(8).fill(2)],
  ]),
  "wide.safetensors": new Map([["", new Float32Array(9)]]),
};

export const surroundings: Surroundings = {
  description,
  labels,
  folder: "/recipes",
  steers: null,
  async readVector(path) {
    const vectors = files[path.replace("/recipes/", "")];
    if (vectors) return { vectors };
    throw Object.assign(new Error(`There is no file ${path}.`));
  },
  readTokens: async (text) => text.split(/(?= )/).map((it) => it.length),
  readProbe: async (named) => trainedProbe(named),
  identify: async () => ({
    model: { id: "toy", sha256: "m" },
    saes: description.saes.map(({ id, hook, width }) => ({ id, hook, width, sha256: `hash of ${id}` })),
  }),
  trusted: true,
};

/** Resolves a text that is read without a problem. */
export async function resolved(text: string, more: Partial<Surroundings> = {}): Promise<ResolvedRecipe> {
  const { recipe, problems } = parseRecipe(text);
  if (!recipe || problems.some(({ severity }) => severity === "error"))
    throw new Error(told(text, problems).join("\n"));
  return resolveRecipe(recipe, { ...surroundings, ...more });
}
