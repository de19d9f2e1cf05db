import type { Language } from "../types.ts";

/** A wording of the world as something to look for in a text. */
export interface Pattern {
  attribute: string;
  value: string;
  language: Language;
  regex: RegExp;
}

/** What a slot may hold where not everything will do. */
export type SlotClasses = Readonly<Record<string, readonly string[]>>;

/** Whatever stands in a slot stays inside its sentence. */
const anything = `[^.!?"\\n]{1,60}?`;

/** Slots of every language's grammar that may be empty: endings of French adjectives. */
const endings: SlotClasses = { e: ["", "e"], x: ["x", "se"] };

const escaped = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");

/**
 * The source of a regular expression for everything a template can say: `<a/b>` any choice, `{slot}` one of its class
 * or anything, `[past|present]` the given tense, or either.
 */
export function templateSource(
  template: string,
  classes: SlotClasses = {},
  tense: "past" | "present" | undefined = undefined,
): string {
  const choice = (options: readonly string[]): string => `(?:${options.map(inner).join("|")})`;
  const inner = (text: string): string => templateSource(text, classes, tense);
  const parts = template.split(/(<[^<>|]*\/[^<>|]*>|\{\w+\}|\[[^[\]]*\|[^[\]]*\])/);
  return parts
    .map((part, i) => {
      if (i % 2 === 0) return escaped(part);
      const body = part.slice(1, -1);
      if (part.startsWith("<")) return choice(body.split("/"));
      if (part.startsWith("{")) {
        const known = classes[body] ?? endings[body];
        return known ? choice(known) : anything;
      }
      const [past = "", present = ""] = body.split("|");
      return choice(tense === "past" ? [past] : tense === "present" ? [present] : [past, present]);
    })
    .join("");
}

/** A pattern for a template, found wherever a sentence may begin, in any case of letters. */
export function pattern(
  attribute: string,
  value: string,
  language: Language,
  template: string,
  classes: SlotClasses = {},
  tense: "past" | "present" | undefined = undefined,
): Pattern {
  const source = templateSource(template, classes, tense);
  return { attribute, value, language, regex: new RegExp(`(?<![\\p{L}\\p{N}])(?!\\s)${source}`, "giu") };
}
