type Json = Record<string, unknown>;

/**
 * A pre-tokeniser as Python's `tokenizers` means it. Its `Digits` splits at every numeric character (`²`, `½`, `ⅷ`, `١`);
 * the library used here knows only the digits 0 to 9 by that name, so it is told in terms of a regular expression.
 */
export function asPythonMeansIt(step: unknown): unknown {
  if (typeof step !== "object" || step === null) return step;
  const it = step as Json;
  if (it.type === "Sequence" && Array.isArray(it.pretokenizers))
    return { ...it, pretokenizers: it.pretokenizers.map(asPythonMeansIt) };
  if (it.type !== "Digits") return it;
  const Regex = it.individual_digits ? "\\p{N}" : "\\p{N}+";
  return { type: "Split", pattern: { Regex }, behavior: "Isolated", invert: false };
}
