/** What a verdict of the controls means, in a few words; the sentence beside it has the figures. */
const titles: Record<string, string> = {
  "too-few-examples": "too few examples",
  leaks: "shuffled labels are learnt: something leaks",
  "no-better-than-majority": "no better than the majority",
  "explained-by-text": "the text alone does as well",
  "control-task-as-easy": "random labels of words are as easy",
  "fails-out-of-group": "fails in groups that it never saw",
  uncalibrated: "its probabilities are off",
  sound: "no control speaks against it",
};

/** Verdicts under which a part of the figures holds. */
const partly = ["fails-out-of-group", "uncalibrated"];

export const verdictTitle = (verdict: string): string => titles[verdict] ?? verdict;

/** How a verdict is marked, by more than its colour. */
export function verdictSign(verdict: string): "good" | "partly" | "bad" {
  if (verdict === "sound") return "good";
  return partly.includes(verdict) ? "partly" : "bad";
}
