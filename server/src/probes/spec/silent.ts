import type { Problem } from "../../protocol/problem.ts";

/**
 * What is wrong with the classes of which a specification wants nothing said; null where nothing is.
 * @param names all classes that the probe tells; none of a number
 */
export function silentProblem(
  silent: readonly string[],
  names: readonly string[],
): Pick<Problem, "code" | "message" | "remedy"> | null {
  if (names.length <= 2)
    return {
      code: "probe-key-elsewhere",
      message:
        names.length === 2
          ? "Of two classes only the positive one is told, so that editor.silent means nothing."
          : "A number has no classes that could be silent.",
      remedy: "Take editor.silent away.",
    };
  const unknown = silent.find((it) => !names.includes(it));
  if (unknown === undefined) return null;
  return {
    code: "probe-silent-unknown",
    message: `editor.silent names “${unknown}”, which is none of the classes ${names.join(", ")}.`,
    remedy: "Name one of them.",
  };
}
