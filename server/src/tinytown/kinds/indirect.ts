import type { Random } from "../random.ts";
import { sentence } from "../template.ts";
import type { LabelledText } from "../types.ts";
import { colours } from "../world/colours.ts";
import { givenNames } from "../world/names.ts";
import { objects } from "../world/objects.ts";
import { places } from "../world/places.ts";
import { Writer } from "../writer.ts";

/** Sentences whose last word is the person who has not been named a second time. */
const templates: readonly string[] = [
  "When {a} and {b} went to the {place}, {s} gave {thing} to {io}.",
  "When {a} and {b} were at the {place}, {s} gave {thing} to {io}.",
  "After {a} and {b} went to the {place}, {s} handed {thing} to {io}.",
  "While {a} and {b} worked at the {place}, {s} showed {thing} to {io}.",
  "Then {a} and {b} met at the {place}, and {s} gave {thing} to {io}.",
  "{a} and {b} came to the {place}. {s} gave {thing} to {io}.",
  "At the {place} {a} saw {b}, and {s} sold {thing} to {io}.",
  "Friends since school, {a} and {b} went to the {place}, and {s} passed {thing} to {io}.",
];

/** One indirect-object sentence, cut in front of its answer. */
export function indirectSentence(rng: Random): { prompt: string; answer: string; other: string } {
  const [io, s] = rng.sample(givenNames, 2) as [string, string];
  const place = rng.pick(places);
  // The place tells the object here too.
  const thing = rng.chance(70) ? rng.pick(place.objects) : rng.pick(objects).value;
  const article = thing === "bread" || thing === "soup" ? "the" : /^[aeiou]/.test(thing) ? "an" : "a";
  const [a, b] = rng.chance(50) ? [io, s] : [s, io];
  const slots = { a, b, s, io, place: place.value, thing: `${article} ${thing}` };
  const text = sentence(rng.pick(templates), slots, rng);
  return { prompt: text.slice(0, text.length - io.length - 2), answer: io, other: s };
}

/** A list of coloured objects with queries: each prompt ends in front of a colour. */
export function colouredList(
  rng: Random,
  size: number,
): { list: string; queries: { prompt: string; answer: string }[] } {
  // Any colour with any object, so that only the list tells the answer.
  const pairs = rng.sample(objects, size).map(({ value }) => [value, rng.pick(colours).value] as const);
  const style = rng.int(3);
  const list =
    style === 0
      ? `${pairs.map(([thing, colour]) => `${thing}: ${colour}`).join(", ")}.`
      : style === 1
        ? `The ${pairs.map(([thing, colour]) => `${thing} is ${colour}`).join(", the ")}.`
        : `On the table there is ${pairs.map(([thing, colour]) => `the ${colour} ${thing}`).join(", ")}.`;
  const asked = [...rng.sample(pairs, size), ...rng.sample(pairs, size)];
  const queries = asked.map(([thing, answer]) => ({
    prompt: style === 0 ? `${thing}:` : `The ${thing} is`,
    answer,
  }));
  return { list, queries };
}

/** Kind 6: indirect objects (three in four documents), or a list of coloured objects and questions about it. */
export function indirect(rng: Random): LabelledText {
  const writer = new Writer();
  if (rng.chance(75)) {
    const count = 1 + rng.int(3);
    for (let i = 0; i < count; i++) {
      const { prompt, answer } = indirectSentence(rng);
      writer.add(`${i > 0 ? " " : ""}${prompt}`, { tense: "past" });
      writer.add(" ").add(answer, { "indirect object": "receiver" }).add(".");
    }
  } else {
    const { list, queries } = colouredList(rng, 2 + rng.int(4));
    writer.add(list);
    for (const { prompt, answer } of queries) writer.add(` ${prompt} ${answer}.`);
  }
  return writer.finish("indirect", "english");
}
