import { LONGEST_LABEL } from "../protocol/feature.ts";

/**
 * The yes and no in an answer to a batch of texts: the last array of as many, be they 0 and 1, true and false or yes and no;
 * else one for each number in lines as “Text 2: 1”.
 * @returns null where the answer does not say it of every text
 */
export function readVerdicts(answer: string, count: number): boolean[] | null {
  const said = withoutThoughts(answer);
  for (const [, inside] of [...said.matchAll(/\[([^[\]]*)\]/g)].reverse()) {
    const verdicts = inside.split(",").map(verdictOf);
    if (verdicts.length === count && verdicts.every((it) => it !== null)) return verdicts;
  }
  const lines = new Map<number, boolean>();
  for (const [, number, word] of said.matchAll(
    /^\W*(?:text|example)?\W*(\d+)\W*[:.)–-]\W*(0|1|yes|no|true|false)\b/gim,
  )) {
    const verdict = verdictOf(word);
    if (verdict !== null) lines.set(Number(number), verdict);
  }
  const listed = Array.from({ length: count }, (_, i) => lines.get(i + 1));
  return lines.size === count && listed.every((it) => it !== undefined) ? listed : null;
}

/** The label in an answer, on one line; null where it is empty or too long to be one. */
export function readLabel(answer: string): string | null {
  const lines = withoutThoughts(answer)
    .replace(/^```\w*$/gm, "")
    .split("\n")
    .map((line) =>
      line
        .replace(/\s+/g, " ")
        .replace(/\p{Cc}/gu, "")
        .trim(),
    )
    .filter(Boolean);
  // A model that explains itself names the label last.
  const named = lines.findLast((line) => /^\W*(label|answer|phrase)\W*:/i.test(line));
  const label = (named ?? lines[0] ?? "")
    .replace(/^\W*(label|answer|phrase)\W*:\W*/i, "")
    .replace(/^["“'*`]+|["”'*`.]+$/g, "")
    .trim();
  return label === "" || label.length > LONGEST_LABEL ? null : label;
}

/** What models think aloud before they answer is no part of the answer. */
function withoutThoughts(answer: string): string {
  return answer.replace(/<think>[\s\S]*?<\/think>/g, "");
}

function verdictOf(word: string): boolean | null {
  const plain = word
    .trim()
    .replace(/^["']|["']$/g, "")
    .toLowerCase();
  if (["1", "true", "yes"].includes(plain)) return true;
  return ["0", "false", "no"].includes(plain) ? false : null;
}
