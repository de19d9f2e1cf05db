import { random } from "../../../tinytown/random.ts";
import type { DataSource, Level } from "../../spec/types.ts";
import { paceOf } from "../pace.ts";
import type { DataAccess } from "../read.ts";
import { type Example, type ExampleSource, noLabel } from "../types.ts";
import { isDrawn } from "./attributes.ts";
import { draws } from "./drawn.ts";
import { isWord, markedTexts } from "./marked.ts";

type Drawing = Extract<DataSource, { kind: "tinytown" }>;

/**
 * Examples of the labelled text behind the embedded model: `n` of them, of tokens `n` stretches, fewer where an attribute is
 * too rare. What was drawn as statement and contrary is a pair; groups are wordings, words, sums or residents.
 * @throws ProblemError where the kinds of text that are named have no such label, CancelledError
 */
export function tinytownExamples(
  drawing: Drawing,
  level: Level,
  { cancellation, onProgress }: Pick<DataAccess, "cancellation" | "onProgress"> = {},
): Promise<Example[]> {
  const pace = paceOf(cancellation);
  const step = (done: number) => {
    const turn = pace();
    if (turn) onProgress?.(done, drawing.n);
    return turn;
  };
  return level !== "token" && isDrawn(drawing.attribute)
    ? drawnExamples(drawing, level, step)
    : markedExamples(drawing, level, step);
}

/** Waits its turn, and tells how many examples there are. */
type Step = (done: number) => Promise<void> | undefined;

async function drawnExamples({ attribute, n, seed }: Drawing, level: Level, step: Step): Promise<Example[]> {
  const draw = draws[attribute as keyof typeof draws];
  const examples: Example[] = [];
  for (let i = 0; examples.length < n; i++) {
    const turn = step(examples.length);
    if (turn) await turn;
    const drawn = draw(random(seed, `probe/${attribute}/${i}`));
    for (const it of drawn) {
      if (examples.length === n) break;
      examples.push({
        ...it,
        span: level === "span" ? [0, it.text.length] : null,
        tokens: null,
        pair: drawn.length > 1 ? String(i) : null,
        record: String(i),
        source: sourceOf(examples.length),
      });
    }
  }
  return examples;
}

/**
 * At text level a stretch that says something by itself becomes a text, and a word becomes the text up to its end; at span
 * level both stay in their document.
 */
async function markedExamples(
  { attribute, n, seed, kinds }: Drawing,
  level: Level,
  step: Step,
): Promise<Example[]> {
  const examples: Example[] = [];
  let left = n;
  let documents = 0;
  const texts = markedTexts(attribute, { n, seed, wanted: kinds }, () => step(n - left));
  for await (const { text, spans } of texts) {
    const rest = { pair: null, split: null, record: String(documents++) };
    if (level === "token") {
      const group = text;
      const source = sourceOf(examples.length);
      examples.push({ text, span: null, label: noLabel, tokens: spans, group, source, ...rest });
      left -= spans.length;
      if (left <= 0) break;
      continue;
    }
    for (const { start, end, label, group } of spans.slice(0, left)) {
      const said = text.slice(start, end);
      const whole = level === "span" ? text : isWord(attribute) ? text.slice(0, end) : said;
      const span = level === "span" ? ([start, end] as const) : null;
      examples.push({
        text: whole,
        span,
        label,
        tokens: null,
        group,
        source: sourceOf(examples.length),
        ...rest,
      });
    }
    left = n - examples.length;
    if (left <= 0) break;
  }
  return examples;
}

const sourceOf = (i: number): ExampleSource => ({
  path: "tinytown",
  line: i + 1,
  where: `tinytown, example ${i + 1}`,
});
