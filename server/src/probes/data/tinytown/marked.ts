import type { ProblemError } from "../../../host/problem-error.ts";
import {
  attributes,
  generate,
  type Kind,
  kinds,
  type LabelledText,
  type Span,
} from "../../../tinytown/index.ts";
import { probeProblem } from "../../problems.ts";
import type { paceOf } from "../pace.ts";
import type { LabelledSpan } from "../types.ts";

/** Documents that are looked into to learn which kinds of text have an attribute. */
const LOOKED_AT = 1_500;
/** Documents drawn at most for an example: what is rarer than that is not worth waiting for. */
const MOST_FOR_ONE = 100;

/** Marks that tell what the stretch around them says, such as the verdict on a statement. */
const answers = new Set(["verdict", "result"]);

/** A document with the stretches of one attribute. */
export interface MarkedText {
  text: string;
  /** `group`: what the stretch says, in the form in which it is not to be seen on both sides of a split. */
  spans: (LabelledSpan & { group: string })[];
}

/**
 * Documents of the labelled text in which an attribute occurs, with its stretches. A stretch ends where its own answer begins:
 * “23 + 48 =” of “23 + 48 = 71.”.
 * @param wanted kinds to draw from; null: all that have the attribute
 * @param n stretches that are wanted; after {@link MOST_FOR_ONE} documents for each the draw ends
 * @param pace is kept between documents
 * @throws ProblemError `probe-kinds-lack` where no wanted kind has the attribute; what the pace rejects with
 */
export async function* markedTexts(
  attribute: string,
  { n, seed, wanted }: { n: number; seed: number; wanted: readonly Kind[] | null },
  pace: ReturnType<typeof paceOf>,
): AsyncGenerator<MarkedText> {
  if (wanted && !haveIt(wanted, attribute)) throw lacking(wanted, attribute);
  const from = wanted ?? kindsWith(attribute);
  let left = n;
  for (const document of generate({ kinds: from, n: n * MOST_FOR_ONE, seed })) {
    const turn = pace();
    if (turn) await turn;
    const spans = spansOf(document, attribute);
    if (spans.length === 0) continue;
    yield { text: document.text, spans };
    left -= spans.length;
    if (left <= 0) return;
  }
}

/** Whether a stretch of an attribute is a word of its text, rather than a text by itself. */
export const isWord = (attribute: string): boolean => attributes[attribute].unit === "word";

function haveIt(kinds: readonly Kind[], attribute: string): boolean {
  for (const document of generate({ kinds, n: LOOKED_AT, seed: 0 }))
    if (spansOf(document, attribute).length > 0) return true;
  return false;
}

const lacking = (wanted: readonly Kind[], attribute: string): ProblemError =>
  probeProblem(
    "probe-kinds-lack",
    `tinytown's texts of the ${wanted.length === 1 ? "kind" : "kinds"} ${wanted.join(", ")} have nothing labelled “${attribute}”.`,
    `Take kinds that have: ${kindsWith(attribute).join(", ")}; or leave kinds out.`,
  );

let kindsByAttribute: Map<string, Set<Kind>> | null = null;

/** Kinds of text that have an attribute, as far as a look at many documents tells; that is taken once. */
function kindsWith(attribute: string): Kind[] {
  kindsByAttribute ??= lookedAt();
  const found = kindsByAttribute.get(attribute);
  return kinds.filter((kind) => found?.has(kind));
}

function lookedAt(): Map<string, Set<Kind>> {
  const found = new Map<string, Set<Kind>>();
  for (const { kind, spans } of generate({ n: LOOKED_AT, seed: 0 }))
    for (const { attribute } of spans) {
      const known = found.get(attribute) ?? new Set();
      found.set(attribute, known.add(kind));
    }
  return found;
}

function spansOf({ text, spans }: LabelledText, attribute: string): MarkedText["spans"] {
  const isAnswer = answers.has(attribute);
  return spans.flatMap((it) => {
    if (attribute === "number") return numberOf(text, it, spans);
    if (it.attribute !== attribute) return [];
    const answer = isAnswer
      ? undefined
      : spans.find((other) => answers.has(other.attribute) && isInside(other, it));
    const said = text.slice(it.start, answer?.start ?? it.end).trimEnd();
    if (said === "") return [];
    return [{ start: it.start, end: it.start + said.length, label: it.value, group: said.toLowerCase() }];
  });
}

const isInside = (inner: Span, outer: Span): boolean => inner.start > outer.start && inner.end <= outer.end;

/** The text marks plurals only: an English name of an object that is no plural is a singular. One noun is one group. */
function numberOf(
  text: string,
  { attribute, start, end, value }: Span,
  spans: readonly Span[],
): MarkedText["spans"] {
  if (attribute !== "object") return [];
  const isPlural = spans.some((it) => it.attribute === "number" && it.start === start && it.end === end);
  if (!isPlural && text.slice(start, end) !== value) return [];
  return [{ start, end, label: isPlural ? "plural" : "singular", group: value }];
}
