import { valuesOf } from "../facts.ts";
import type { Random } from "../random.ts";
import type { LabelledText } from "../types.ts";
import { colours } from "../world/colours.ts";
import { givenNames } from "../world/names.ts";
import { objects } from "../world/objects.ts";
import { places } from "../world/places.ts";
import { Writer } from "../writer.ts";

/** What stands beside a thing in a list: only the list tells, so that an answer has to be copied. */
type Entry = readonly [thing: string, value: string];

interface Style {
  list: (pairs: readonly Entry[]) => string;
  query: (thing: string) => string;
}

/** How coloured objects are listed and asked for; each query ends in front of the colour. */
export const styles: readonly Style[] = [
  {
    list: (pairs) => `${pairs.map(([thing, colour]) => `${thing}: ${colour}`).join(", ")}.`,
    query: (thing) => `${thing}:`,
  },
  {
    list: (pairs) => `The ${pairs.map(([thing, colour]) => `${thing} is ${colour}`).join(", the ")}.`,
    query: (thing) => `The ${thing} is`,
  },
  {
    list: (pairs) => `On the table: ${pairs.map(([thing, colour]) => `the ${colour} ${thing}`).join(", ")}.`,
    query: (thing) => `The ${thing} is`,
  },
];

/** The simplest list, for practice: the value follows its thing at once. */
const bare: Style = {
  list: (pairs) => `${pairs.map(([thing, value]) => `${thing} ${value}`).join(", ")}.`,
  query: (thing) => thing,
};

const colourNames = colours.map((colour) => colour.value);
const digits = Array.from({ length: 10 }, (_, digit) => String(digit));
const things = objects.map((thing) => thing.value);
/** What else a list may hold, as key or as value. A word that nothing depends on would not be told from its like. */
const columns: readonly (readonly string[])[] = [
  things,
  givenNames,
  places.map((place) => place.value),
  ...Object.values(valuesOf),
];
const everyWord = [...columns.flat(), ...colourNames];

/** A list of coloured objects with queries: each prompt ends in front of a colour. */
export function colouredList(
  rng: Random,
  size: number,
  style = rng.pick(styles),
  values: readonly string[] = colourNames,
  keys: readonly string[] = things,
): { list: string; queries: { prompt: string; answer: string }[] } {
  const pairs = rng.sample(keys, size).map((key) => [key, rng.pick(values)] as const);
  const asked = [...rng.sample(pairs, size), ...rng.sample(pairs, size)];
  return {
    list: style.list(pairs),
    queries: asked.map(([thing, answer]) => ({ prompt: style.query(thing), answer })),
  };
}

/** A row of words, said two or three times over. */
function writeEcho(writer: Writer, rng: Random): void {
  const words = Array.from({ length: 4 + rng.int(9) }, () => rng.pick(everyWord));
  const between = rng.chance(50) ? ", " : " ";
  const times = 2 + rng.int(2);
  for (let time = 0; time < times; time++) {
    words.forEach((word, at) => {
      writer.add(at > 0 ? between : time > 0 ? " " : "").add(word, time > 0 ? { copied: "word" } : {});
    });
    writer.add(".");
  }
  writer.mark("list", "words said again", 0);
}

/** Kind 6, second part: lists of coloured objects and questions about them, and simpler exercises in copying. */
export function lists(rng: Random): LabelledText {
  const writer = new Writer();
  const form = rng.int(10);
  if (form < 2) {
    writeEcho(writer, rng);
  } else {
    const size = 2 + rng.int(6);
    // Other words stand in where the line stays correct: "lamp: Anna", "baker Mill Lane", "lamp 7".
    const [keys, others] = rng.chance(45) ? rng.sample(columns, 2) : [];
    const values = keys && rng.chance(15) ? digits : others;
    // The value in front of its thing is the hardest to copy, so that it comes twice as often.
    const style = form < 5 ? bare : keys ? styles[0] : rng.pick([...styles, ...styles.slice(2)]);
    const { list, queries } = colouredList(rng, size, style, values, keys);
    writer.add(list, { list: "list of things" });
    const start = writer.text.length + 1;
    for (const { prompt, answer } of queries)
      writer.add(` ${prompt} `).add(answer, { copied: "word" }).add(".");
    writer.mark("list", "answers from a list", start);
  }
  return writer.finish("lists", "english");
}
