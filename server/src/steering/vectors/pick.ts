import { canonical } from "./names.ts";
import { vectorProblem } from "./problems.ts";
import type { NamedVector, VectorFile } from "./types.ts";

/**
 * The one vector of a file that is meant.
 * @param wanted.name a tensor's name or the name of its hook point
 * @param wanted.hook the hook point it is for; a file's only vector of which nothing says where it belongs serves for any
 * @throws ProblemError `vector-unknown` where it has none such, `vector-ambiguous` where it has several
 */
export function pickVector(file: VectorFile, wanted: { name?: string; hook?: string }): NamedVector {
  const { path, vectors } = file;
  const { name, hook } = wanted;
  const named = name === undefined ? vectors : vectors.filter((it) => it.name === name || isAt(it, name));
  const found =
    hook === undefined
      ? named
      : named.filter((it) => isAt(it, hook) || (it.hook === null && named.length === 1));
  if (found.length === 1) return found[0];
  const there = vectors
    .map(({ name, hook }) => (hook && hook !== name ? `${name} (${hook})` : name))
    .join(", ");
  if (found.length > 1)
    throw vectorProblem(
      "vector-ambiguous",
      `${path} holds ${found.length} vectors that could be meant: ${there}.`,
      "Say which one by its name or hook point.",
      path,
    );
  throw vectorProblem(
    "vector-unknown",
    `${path} holds no vector ${[name, hook && `for ${hook}`].filter(Boolean).join(" ")}; it has ${there}.`,
    "Name one of these, or a file that was made for this hook point.",
    path,
  );
}

const isAt = (it: NamedVector, hook: string) => it.hook !== null && canonical(it.hook) === canonical(hook);
