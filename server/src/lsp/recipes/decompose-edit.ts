import { dirname, resolve } from "node:path";
import { type CancellationToken, ErrorCodes, ResponseError } from "vscode-languageserver/node";
import { oneName } from "../../analysis/hooks.ts";
import { ProblemError } from "../../host/problem-error.ts";
import type { DecomposeEditAnswer, DecomposeEditParams } from "../../protocol/decompose-edit.ts";
import type { SaeInfo } from "../../protocol/engine.ts";
import { type DecompositionResult, decomposeVector } from "../../steering/methods/decompose.ts";
import { catalogueLabels } from "../../steering/recipe/labels.ts";
import type { RecipeEdit } from "../../steering/recipe/types.ts";
import { readVectors } from "../../steering/vectors/read.ts";
import type { VectorFile } from "../../steering/vectors/types.ts";
import { answered } from "../answers.ts";
import { withProgress } from "../progress.ts";
import type { Session } from "../session.ts";
import { pathOf } from "../workspace-folders.ts";
import type { CheckedRecipe } from "./check-recipe.ts";
import { decompositionText } from "./decomposition-text.ts";

/** As many atoms as the command line takes by default. */
const atoms = 16;

type VectorEdit = RecipeEdit & { source: { kind: "vector" } };

/**
 * `steerscope/decompose`: tells the vector of a recipe's edit in the latents of each SAE at its hook points, as
 * `steer decompose` does, in Markdown.
 * @throws ResponseError `InvalidParams` for an edit that is not there, else `RequestFailed` with the problem as its data
 */
export function decomposeEdit(
  session: Session,
  params: DecomposeEditParams,
  token: CancellationToken,
): Promise<DecomposeEditAnswer> {
  const { uri } = params.recipe;
  return answered(
    (async () => {
      const checked = await session.recipes.checked(uri);
      const edit = meant(checked, params.index);
      if (!session.client.trusted) throw notTrusted(edit.source.file);
      const file = readVectors(resolve(dirname(pathOf(uri) ?? ""), edit.source.file));
      const { setup } = checked;
      // Its model cannot be read: the recipe's own problem says why.
      if (!setup) throw new ProblemError(checked.problems.find(({ severity }) => severity === "error")!);
      const { saes } = setup.description;
      const places = placesFor(saes, edit, file);
      const labels = catalogueLabels(setup.catalogue);
      const results = await withProgress(session, uri, "Decomposing a vector", token, async (inner, tell) => {
        const found: DecompositionResult[] = [];
        const usable = await session.analyser.usableSetup(checked.prepared, inner);
        const name = edit.source.name ?? undefined;
        for (const [done, sae] of places.entries()) {
          tell({ key: uri, stage: "analysing", done, total: places.length });
          const request = { setup: usable, sae, labels: labels(sae), file, name, atoms, contrast: null };
          found.push(await decomposeVector(session.host, request, () => {}, inner));
        }
        return found;
      });
      return { text: results.map(decompositionText).join("\n") };
    })(),
  );
}

/** @throws ResponseError, ProblemError where no edit with a vector is meant */
function meant({ parsed }: CheckedRecipe, index: number | undefined): VectorEdit {
  const edits = parsed.recipe?.edits ?? [];
  const isVector = (it: RecipeEdit): it is VectorEdit => it.source.kind === "vector";
  const vectors = edits.filter(isVector);
  if (index === undefined && vectors.length === 1) return vectors[0];
  if (index === undefined)
    throw new ProblemError({
      code: vectors.length === 0 ? "recipe-no-vector" : "recipe-vector-ambiguous",
      message: `The recipe has ${vectors.length === 0 ? "no edit" : `${vectors.length} edits`} with the vector of a file.`,
      remedy: "Choose “Decompose into features…” from the code actions of the edit that is meant.",
      subject: "recipe",
    });
  const edit = edits.find((it) => it.index === index);
  if (edit && isVector(edit)) return edit;
  throw new ResponseError(ErrorCodes.InvalidParams, `Edit ${index} of the recipe has no vector of a file.`);
}

/** Places of the SAEs that read the residual where the vector is added. @throws ProblemError where there is none */
function placesFor(saes: readonly SaeInfo[], { hooks, source }: VectorEdit, file: VectorFile): number[] {
  const named = file.vectors.filter(({ name, hook }) => [null, name, hook].includes(source.name));
  const at = hooks?.map(({ value }) => value) ?? named.flatMap(({ hook }) => hook ?? []);
  const places = [...saes.keys()].filter((s) => at.some((hook) => oneName(hook) === oneName(saes[s].hook)));
  if (places.length > 0) return places;
  const there = saes.map(({ id, hook }) => `${id} (${hook})`).join(", ") || "none";
  throw new ProblemError({
    code: "decompose-no-sae",
    message: `No SAE of this recipe reads ${at.join(", ") || "the hook point of this vector"}; it has ${there}.`,
    remedy: "Name an SAE of that hook point under saes, or make the vector where an SAE is.",
    subject: "sae",
  });
}

function notTrusted(file: string): ProblemError {
  return new ProblemError({
    code: "workspace-not-trusted",
    message: `“${file}” is not read: this workspace is not trusted.`,
    remedy: "Trust the workspace to load vectors that its files name.",
    subject: "recipe",
  });
}
