import { capitalised } from "./grammar.ts";
import type { Random } from "./random.ts";

/** What a template's `{slots}` stand for. */
export type Slots = Readonly<Record<string, string>>;

/**
 * Fills a template: `<a/b>` is a free choice, `{slot}` a value (which may hold tense pairs itself),
 * `[past|present]` a choice by tense. Throws a RangeError on an unknown slot.
 */
export function fill(
  template: string,
  slots: Slots,
  rng: Random,
  tense: "past" | "present" = "present",
): string {
  return template
    .replace(/<([^<>|]*\/[^<>|]*)>/g, (_, options: string) => rng.pick(options.split("/")))
    .replace(/\{(\w+)\}/g, (_, name: string) => {
      const value = slots[name];
      if (value === undefined) throw new RangeError(`no slot ${name} for: ${template}`);
      return value;
    })
    .replace(/\[([^[\]|]*)\|([^[\]|]*)\]/g, (_, past: string, present: string) =>
      tense === "past" ? past : present,
    );
}

/** A filled template that starts with a capital, as a sentence does. */
export function sentence(
  template: string,
  slots: Slots,
  rng: Random,
  tense: "past" | "present" = "present",
): string {
  const text = fill(template, slots, rng, tense);
  return /^["“„«]/.test(text) ? text.charAt(0) + capitalised(text.slice(1)) : capitalised(text);
}
