import { dirname, isAbsolute } from "node:path";
import type { CancellationToken } from "vscode-jsonrpc/node";
import type { Analyser } from "../../analysis/analyser.ts";
import type { PreparedDocument } from "../../analysis/document.ts";
import { located } from "../../analysis/setup.ts";
import type { EngineHost } from "../../host/engine-host.ts";
import type { Description } from "../../protocol/engine.ts";
import type { LabelsOf } from "../recipe/labels.ts";
import { resolveRecipe } from "../recipe/resolve.ts";
import type { ReadProbe, ReadVector } from "../recipe/surroundings.ts";
import { tokensOf } from "../recipe/token-ids.ts";
import { type ReadRecipe, type RecipeFile, readRecipe, requireNone } from "./recipe-text.ts";
import type { LoadedRecipe, Subject } from "./subject.ts";

/** What a prompt and its recipes are looked up with. */
export interface Surrounding {
  host: Pick<EngineHost, "analyse" | "forget" | "identify">;
  analyser: Pick<Analyser, "usableSetup" | "describeSetup">;
  labels(prepared: PreparedDocument, description: Description): Promise<LabelsOf>;
  readVector: ReadVector;
  readProbe: ReadProbe;
  /** Whether files that recipes name may be read. */
  trusted: boolean;
}

/**
 * Reads recipes and resolves them against what reads a prompt; SAEs that only they name join those of the prompt.
 * @throws ProblemError, also where a recipe has an error: it is not applied in part; CancelledError
 */
export async function prepareSubject(
  prompt: PreparedDocument,
  files: readonly RecipeFile[],
  surrounding: Surrounding,
  token?: CancellationToken,
): Promise<Subject> {
  const recipes: ReadRecipe[] = [];
  for (const file of files) recipes.push(await readRecipe(file));
  const { analyser } = surrounding;
  const own = await analyser.describeSetup(prompt, token);
  const prepared = withSaesOf(prompt, own, recipes, surrounding.trusted);
  const description = prepared === prompt ? own : await analyser.describeSetup(prepared, token);
  const setup = await analyser.usableSetup(prepared, token);
  const labels = await surrounding.labels(prepared, description);
  const loaded: LoadedRecipe[] = [];
  for (const { path, text, recipe } of recipes) {
    const { edits, problems } = await resolveRecipe(recipe, {
      ...{ description, labels, folder: dirname(path), trusted: surrounding.trusted },
      steers: setup.model,
      readVector: surrounding.readVector,
      readTokens: (it) => tokensOf(surrounding.host, setup, it, token),
      readProbe: surrounding.readProbe,
      identify: () => surrounding.host.identify(setup, token),
    });
    requireNone(problems, path, text);
    loaded.push({ file: path, recipe, edits });
  }
  const messages = prepared.prompt.messages.map(({ role, text }) => ({ role, text }));
  const { key, fileName } = prompt;
  return { key, fileName, setup, description, labels, messages, recipes: loaded };
}

function withSaesOf(
  prompt: PreparedDocument,
  { saes }: Description,
  recipes: readonly ReadRecipe[],
  trusted: boolean,
): PreparedDocument {
  const known = new Set(saes.flatMap(({ id, path }) => [id, path]));
  const more = recipes
    .flatMap(({ path, recipe }) => (recipe.saes ?? []).map(({ value }) => located(value, dirname(path))))
    .filter((sae) => !known.has(sae) && (trusted || !isAbsolute(sae)));
  if (more.length === 0) return prompt;
  const { setup } = prompt;
  const all = [...(setup.saes ?? saes.map(({ id }) => id)), ...new Set(more)];
  return { ...prompt, setup: { ...setup, saes: all, saePlaces: all.map(() => null) } };
}
