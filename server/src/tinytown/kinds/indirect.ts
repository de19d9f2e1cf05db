import { at, towards } from "../grammar.ts";
import type { Random } from "../random.ts";
import { sentence } from "../template.ts";
import type { LabelledText } from "../types.ts";
import { givenNames } from "../world/names.ts";
import { objects } from "../world/objects.ts";
import { places } from "../world/places.ts";
import { Writer } from "../writer.ts";

/** Sentences whose last word is the person who has not been named a second time. */
export const templates: readonly string[] = [
  "When {a} and {b} went {to}, {s} gave {thing} to {io}.",
  "When {a} and {b} were {at}, {s} gave {thing} to {io}.",
  "After {a} and {b} went {to}, {s} handed {thing} to {io}.",
  "While {a} and {b} worked {at}, {s} showed {thing} to {io}.",
  "Then {a} and {b} met {at}, and {s} gave {thing} to {io}.",
  "{a} and {b} came {to}. {s} gave {thing} to {io}.",
  "{at} {a} saw {b}, and {s} sold {thing} to {io}.",
  "Friends since school, {a} and {b} went {to}, and {s} passed {thing} to {io}.",
];

/** One indirect-object sentence, cut in front of its answer. */
export function indirectSentence(rng: Random): { prompt: string; answer: string; other: string } {
  const [io, s] = rng.sample(givenNames, 2) as [string, string];
  const place = rng.pick(places);
  // The place tells the object here too.
  const thing = rng.chance(70) ? rng.pick(place.objects) : rng.pick(objects).value;
  const article = thing === "bread" || thing === "soup" ? "the" : /^[aeiou]/.test(thing) ? "an" : "a";
  const [a, b] = rng.chance(50) ? [io, s] : [s, io];
  const slots = {
    a,
    b,
    s,
    io,
    at: at.english(place),
    to: towards.english(place),
    thing: `${article} ${thing}`,
  };
  const text = sentence(rng.pick(templates), slots, rng);
  return { prompt: text.slice(0, text.length - io.length - 2), answer: io, other: s };
}

/** Kind 6, first part: one to three indirect-object sentences. */
export function indirect(rng: Random): LabelledText {
  const writer = new Writer();
  const count = 1 + rng.int(3);
  for (let i = 0; i < count; i++) {
    const { prompt, answer } = indirectSentence(rng);
    if (i > 0) writer.add(" ");
    const start = writer.text.length;
    writer.add(`${prompt} `).add(answer, { "indirect object": "receiver" }).add(".");
    writer.mark("tense", "past", start);
  }
  return writer.finish("indirect", "english");
}
