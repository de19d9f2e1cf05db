import { readFile } from "node:fs/promises";
import { dirname } from "node:path";
import type { CancellationToken } from "vscode-jsonrpc/node";
import type { PlacedProblem } from "../../analysis/document.ts";
import { Lines } from "../../analysis/lines.ts";
import type { EngineHost } from "../../host/engine-host.ts";
import { ProblemError } from "../../host/problem-error.ts";
import { parseRecipe } from "../recipe/parse.ts";
import { resolveRecipe } from "../recipe/resolve.ts";
import { readVectors } from "../vectors/read.ts";
import { idsOf } from "./read-texts.ts";
import type { LoadedRecipe, Subject } from "./subject.ts";

/** A recipe's file, and its text where an editor has a newer one than the disk. */
export interface RecipeSource {
  path: string;
  text: string | null;
  /** Whether files that it names may be read. */
  trusted: boolean;
}

/**
 * Reads recipes and resolves them against what reads a prompt. A recipe with an error is not applied in part.
 * @throws ProblemError with the first error, its place in front; CancelledError
 */
export async function loadRecipes(
  host: Pick<EngineHost, "analyse">,
  subject: Omit<Subject, "recipes">,
  sources: readonly RecipeSource[],
  token?: CancellationToken,
): Promise<LoadedRecipe[]> {
  const loaded: LoadedRecipe[] = [];
  for (const { path, text: own, trusted } of sources) {
    const text = own ?? (await textOf(path));
    const { recipe, problems } = parseRecipe(text);
    requireNone(problems, path, text);
    if (recipe === null) continue;
    const resolved = await resolveRecipe(recipe, {
      ...{ description: subject.description, labels: subject.labels, folder: dirname(path), trusted },
      steers: subject.setup.model,
      readVector: async (file, name) => {
        const { vectors } = readVectors(file);
        const meant = vectors.filter((it) => name === null || it.name === name || it.hook === name);
        if (meant.length === 0) throw noVector(file, name, vectors);
        return { vectors: new Map(meant.map(({ hook, vector }) => [hook ?? "", vector])) };
      },
      readTokens: async (token_) => Array.from(await idsOf(host, subject, token_, token)),
    });
    requireNone(resolved.problems, path, text);
    loaded.push({ file: path, recipe, edits: resolved.edits });
  }
  return loaded;
}

async function textOf(path: string): Promise<string> {
  try {
    return (await readFile(path, "utf8")).replace(/^\uFEFF/, "");
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    throw new ProblemError({
      code: "recipe-unreadable",
      message:
        code === "ENOENT" ? `There is no recipe ${path}.` : `The recipe ${path} cannot be read: ${message}.`,
      remedy: "Give the path of a file NAME.steer.yaml.",
      subject: "recipe",
      path,
    });
  }
}

function requireNone(problems: readonly PlacedProblem[], path: string, text: string): void {
  const wrong = problems.find(({ severity }) => severity === "error");
  if (!wrong) return;
  const { line, character } = new Lines(text).position(wrong.start);
  const { code, message, remedy } = wrong;
  throw new ProblemError({
    ...{ code, remedy, subject: "recipe", path },
    message: `${path}:${line + 1}:${character + 1}: ${message}`,
  });
}

function noVector(path: string, name: string | null, vectors: readonly { name: string }[]): ProblemError {
  const names = vectors.map((it) => it.name).join(", ") || "none";
  return new ProblemError({
    code: "vector-unknown",
    message: `${path} has no vector${name === null ? "" : ` “${name}”`}; it has ${names}.`,
    remedy: "Name one of them.",
    subject: "recipe",
    path,
  });
}
