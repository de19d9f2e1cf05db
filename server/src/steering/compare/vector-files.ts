import { ProblemError } from "../../host/problem-error.ts";
import type { ReadVector } from "../recipe/surroundings.ts";
import { readVectors } from "../vectors/read.ts";

/** Vectors of a file for a recipe, by hook point; by "" where the file does not say where its vector belongs. */
export const readVectorFile: ReadVector = async (path, name) => {
  const { vectors } = readVectors(path);
  const meant = vectors.filter((it) => name === null || it.name === name || it.hook === name);
  const names = vectors.map((it) => it.name).join(", ") || "none";
  const nowhere = meant.filter(({ hook }) => hook === null);
  if (nowhere.length > 1)
    throw problem("vector-ambiguous", `${path} does not say where its vectors belong: ${names}.`, path);
  if (meant.length > 0) return { vectors: new Map(meant.map(({ hook, vector }) => [hook ?? "", vector])) };
  const asked = name === null ? "" : ` “${name}”`;
  throw problem("vector-unknown", `${path} has no vector${asked}; it has ${names}.`, path);
};

function problem(code: string, message: string, path: string): ProblemError {
  return new ProblemError({ code, message, remedy: "Name one of them.", subject: "recipe", path });
}
