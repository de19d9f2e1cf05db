import type { SavedProbe } from "../../protocol/probe-file.ts";
import type { ProbeFacts } from "../../protocol/probe-requests.ts";

const baselineNames: Record<string, string> = {
  length: "length baseline",
  "bag-of-words": "bag-of-words baseline",
  "word-ngrams": "n-gram baseline",
  "character-ngrams": "n-gram baseline",
};

/** What speaks against a probe, as short as a line of the editor needs it. */
const verdicts: Record<string, string> = {
  "too-few-examples": "too few examples to tell",
  leaks: "even shuffled labels are learnt",
  "no-better-than-majority": "no better than the most frequent class",
  "explained-by-text": "words alone do as well",
  "control-task-as-easy": "random labels are learnt as well",
  "fails-out-of-group": "fails in groups it never saw",
  uncalibrated: "its probabilities are off",
};

/** The text baseline that comes nearest to a probe; the share of the majority where no other was made. */
export function bestBaseline({ report: { controls } }: SavedProbe): { name: string; value: number } | null {
  if (!controls) return null;
  const read = controls.text.filter(({ id }) => id !== "majority");
  if (read.length === 0) return { name: "majority", value: controls.majority };
  const { id, before, figure } = read.reduce((best, it) => (it.figure.value > best.figure.value ? it : best));
  const name = baselineNames[id] ?? `${id} baseline`;
  return { name: before ? `${name} of the text up to there` : name, value: figure.value };
}

/** How good a probe is on held-out examples, with what could explain that: “held out 0.91, n-gram baseline 0.62”. */
export function figuresText(saved: SavedProbe): string {
  const { figures } = saved.report;
  if (!figures) return "not measured";
  const measure = figures.measure === "accuracy" ? "held out" : "rank correlation held out";
  const baseline = bestBaseline(saved);
  const beside = baseline ? `, ${baseline.name} ${baseline.value.toFixed(2)}` : ", no baseline";
  return `${measure} ${figures.leading.value.toFixed(2)}${beside}`;
}

/** What speaks against a probe; null where nothing does. */
export function doubtText({ report: { trust } }: SavedProbe): string | null {
  if (!trust) return "no controls were made";
  return trust.verdict === "sound" ? null : (verdicts[trust.verdict] ?? trust.verdict);
}

/**
 * What a probe says where it speaks up, always with its figures and what speaks against it.
 * @param told the class, or the number as text
 */
export function alertText(saved: SavedProbe, told: string, score: number): string {
  const isNumber = saved.target.type === "number";
  const isText = saved.reads.source.kind === "text";
  const own = isNumber
    ? `The probe “${saved.name}” reads ${told} here`
    : isText
      ? `The words here are like those of “${told}”`
      : `The model treats this as “${told}”`;
  const said = saved.editor.message ?? own;
  const doubt = doubtText(saved);
  const shown = isNumber ? told : score.toFixed(2);
  return `${said} (${shown}; ${figuresText(saved)})${doubt ? ` · ${doubt}` : ""}`;
}

/** Where a probe reads. */
export function sourceText({ source }: SavedProbe["reads"]): string {
  if (source.kind === "hook") return source.hook;
  if (source.kind === "latents") return `latents of ${source.sae} at ${source.hook}`;
  if (source.kind === "text") return "the text";
  return source.of ? `attention ${source.of}` : "attention";
}

/** What a list says of a trained probe. */
export function factsOf(saved: SavedProbe): ProbeFacts {
  const { report, reads, fit, target } = saved;
  return {
    model: saved.model.id,
    where: `${fit.kind} at ${sourceText(reads)}, ${reads.position}`,
    classes: target.type === "number" ? [] : target.names,
    made: report.made,
    measure: report.figures?.measure ?? "accuracy",
    heldOut: report.figures?.leading ?? null,
    baseline: bestBaseline(saved),
    verdict: report.trust?.verdict ?? null,
    sentence: report.trust?.sentence ?? null,
  };
}
