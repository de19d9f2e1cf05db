import { ProblemError } from "../../host/problem-error.ts";
import type { ReadVector } from "../recipe/surroundings.ts";
import { readVectors } from "../vectors/read.ts";

/** Vectors of a file for a recipe, by hook point; by "" where the file does not say where its vector belongs. */
export const readVectorFile: ReadVector = async (path, name) => {
  const { vectors } = readVectors(path);
  const meant = vectors.filter((it) => name === null || it.name === name || it.hook === name);
  if (meant.length > 0) return { vectors: new Map(meant.map(({ hook, vector }) => [hook ?? "", vector])) };
  const names = vectors.map((it) => it.name).join(", ") || "none";
  throw new ProblemError({
    code: "vector-unknown",
    message: `${path} has no vector${name === null ? "" : ` “${name}”`}; it has ${names}.`,
    remedy: "Name one of them.",
    subject: "recipe",
    path,
  });
};
