import type { SavedProbe } from "../../protocol/probe-file.ts";
import type { Reading } from "./readings.ts";

/** What a probe speaks up about: a stretch, or adjacent tokens of which it says the same. */
export interface Alert {
  start: number;
  end: number;
  told: string;
  /** Index of the class told. */
  output: number;
  /** The greatest of its tokens. */
  score: number;
}

/** The score from which on a probe speaks up unless it says another. */
const usualThreshold = 0.5;
/** Names of classes that mean that there is nothing to say. */
const silentNames = ["none", "neither", "other", "o"];

/**
 * Whether a class is one that a probe says nothing of: of two the first; of more those that its specification names, else those that
 * are called “none” or the like, else of an order the least, and of classes none.
 * @param output the class by its index
 */
export function isSilent(output: number, { target, editor }: Pick<SavedProbe, "target" | "editor">): boolean {
  const { type, names } = target;
  if (type === "number") return false;
  if (names.length === 2) return output === 0;
  const isNone = (name: string) => silentNames.includes(name.toLowerCase());
  if (editor.silent) return editor.silent.includes(names[output]);
  if (names.some(isNone)) return isNone(names[output]);
  return type === "ordered" && output === 0;
}

/**
 * Whether a probe speaks up: of two classes where the positive one's probability reaches the threshold, of more where that of the
 * class told does, unless that is a silent one; of a number only where a threshold is set. Never where it abstains.
 */
export function speaksUp(
  { output, score, scores, abstains }: Pick<Reading, "output" | "score" | "scores" | "abstains">,
  saved: Pick<SavedProbe, "target" | "editor">,
): boolean {
  const { threshold } = saved.editor;
  if (abstains) return false;
  if (saved.target.type === "number") return threshold !== null && score >= threshold;
  if (scores.length > 2 && isSilent(output, saved)) return false;
  return score >= (threshold ?? usualThreshold);
}

/** Where a probe speaks up, in the readings' order. @param text the document's */
export function alertsOf(
  readings: readonly Reading[],
  saved: Pick<SavedProbe, "target" | "editor" | "reads">,
  text: string,
): Alert[] {
  const alerts: Alert[] = [];
  for (const reading of readings) {
    if (!speaksUp(reading, saved)) continue;
    const { start, end, score } = reading;
    const output = reading.scores.length === 2 ? 1 : reading.output;
    const told = saved.target.type === "number" ? reading.told : saved.target.names[output];
    const last = alerts.at(-1);
    const goesOn =
      saved.reads.level === "token" &&
      last?.output === output &&
      saved.target.type !== "number" &&
      /^[^\S\n]*$/.test(text.slice(last.end, start));
    if (goesOn) {
      last.end = Math.max(last.end, end);
      last.score = Math.max(last.score, score);
    } else alerts.push({ start, end, told, output, score });
  }
  return alerts.map((it) => ({ ...it, start: firstWord(text, it.start, it.end) }));
}

/** Tokens begin with the blank in front of their word. */
function firstWord(text: string, start: number, end: number): number {
  const at = text.slice(start, end).search(/\S/);
  return at < 0 ? start : start + at;
}
