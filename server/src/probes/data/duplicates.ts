import type { DuplicateWay } from "../spec/types.ts";
import type { Split } from "./split.ts";
import type { DataProblem, Example } from "./types.ts";

/** Places named at most in a message. */
export const MOST_NAMED = 3;

/** What two examples share that are the same but for white space and case; a stretch is the same only in the same place. */
export function sameness({ text, span }: Example): string {
  const plain = (it: string) => it.replace(/\s+/g, " ").trim().toLowerCase();
  if (!span) return plain(text);
  const [start, end] = span;
  return [text.slice(0, start), text.slice(start, end), text.slice(end)].map(plain).join("\0");
}

/**
 * Test examples that are trained on too: dropped from the test set, reported, or a reason to refuse, as the specification says.
 */
export function withoutDuplicates(
  examples: readonly Example[],
  split: Split,
  way: DuplicateWay,
): { split: Split; problems: DataProblem[] } {
  const trained = new Map<string, number>();
  for (const i of split.train) {
    const key = sameness(examples[i]);
    if (!trained.has(key)) trained.set(key, i);
  }
  const twice = [...split.test].filter((i) => trained.has(sameness(examples[i])));
  if (twice.length === 0) return { split, problems: [] };
  const named = twice.slice(0, MOST_NAMED).map((i) => {
    const other = examples[trained.get(sameness(examples[i]))!];
    return `${examples[i].source.where} is ${other.source.where}`;
  });
  const message = `${twice.length} of ${split.test.length} test examples are trained on too: ${named.join("; ")}${twice.length > MOST_NAMED ? "; …" : ""}.`;
  const remedy = {
    drop: "They are left out of the test set.",
    report:
      "They stay in the test set: figures on it are too good. Write splits: { duplicates: drop }, or split by group.",
    refuse: "Take them out, or write splits: { duplicates: drop }.",
  }[way];
  const severity = way === "refuse" ? "error" : way === "drop" ? "information" : "warning";
  const problem: DataProblem = {
    code: "probe-duplicates",
    message,
    remedy,
    subject: "probe",
    severity,
    at: way === "drop" ? "data" : "splits.duplicates",
  };
  const drop = new Set(way === "drop" ? twice : []);
  return { split: { ...split, test: split.test.filter((i) => !drop.has(i)) }, problems: [problem] };
}

/** Examples that are the same and have different labels. */
export function contradictions(examples: readonly Example[]): DataProblem[] {
  const first = new Map<string, number>();
  const found: [number, number][] = [];
  for (const [i, example] of examples.entries()) {
    if (example.tokens) return [];
    const key = sameness(example);
    const other = first.get(key);
    if (other === undefined) first.set(key, i);
    else if (examples[other].label !== example.label) found.push([other, i]);
  }
  if (found.length === 0) return [];
  const named = found
    .slice(0, MOST_NAMED)
    .map(
      ([a, b]) =>
        `${examples[a].source.where} (${examples[a].label}) and ${examples[b].source.where} (${examples[b].label})`,
    );
  return [
    {
      code: "probe-label-contradicts",
      message: `${found.length} examples repeat another one under a different label: ${named.join("; ")}${found.length > MOST_NAMED ? "; …" : ""}.`,
      remedy: "No probe can tell them apart; correct the labels, or take one of each out.",
      subject: "probe",
      severity: "warning",
      at: "data",
    },
  ];
}
