import { factOf, valuesOf } from "../facts.ts";
import type { Random } from "../random.ts";
import type { LabelledText } from "../types.ts";
import { colours } from "../world/colours.ts";
import { topics } from "../world/fact-wordings.ts";
import { objects } from "../world/objects.ts";
import { often } from "../world/residents.ts";
import { Writer } from "../writer.ts";

const functions = ["find", "show", "paint", "move", "check", "sell"] as const;

/** Joins lines; the indentation is Python's. */
const block = (...lines: string[]): string => lines.join("\n");

/** Short programs in a Python-like form. */
export const programs: readonly ((rng: Random) => string)[] = [
  (rng) => {
    const { value } = rng.pick(objects);
    const [count, more] = [1 + rng.int(5), 1 + rng.int(4)];
    return block(`${value} = ${count}`, `${value} += ${more}`, `print(${value})  # ${count + more}`);
  },
  (rng) => {
    const { value, plural } = rng.pick(objects);
    return block(`for ${value} in ${plural}:`, `    ${rng.pick(functions)}(${value})`);
  },
  (rng) => {
    const { value } = rng.pick(objects);
    const number = rng.int(10);
    return block(
      `def ${rng.pick(functions)}(${value}):`,
      `    if ${value} > ${number}:`,
      `        return ${value} - ${number}`,
      `    return ${number}`,
    );
  },
  (rng) => {
    const colour = rng.pick(colours).value;
    const [first, second] = rng.sample(objects, 2).map((thing) => thing.value) as [string, string];
    return block(
      `colour = {"${first}": "${colour}", "${second}": "${rng.pick(colours).value}"}`,
      `print(colour["${first}"])  # ${colour}`,
    );
  },
  (rng) => {
    const { plural } = rng.pick(objects);
    const [a, b] = rng.sample(colours, 2).map((colour) => colour.value) as [string, string];
    return block(
      `${plural} = ["${a}", "${b}"]`,
      `while ${plural}:`,
      `    print(${plural}.pop())`,
      `print(len(${plural}))  # 0`,
    );
  },
];

/** A resident's facts as a record: the name first, then some of the facts. */
function record(rng: Random): string {
  const who = rng.pick(often);
  const told = rng.sample(topics, 2 + rng.int(3)).map((topic) => `"${topic}": "${factOf(who, topic)}"`);
  return `{"name": "${who.name}", ${told.join(", ")}}`;
}

/** A thing for sale as a record over several lines. */
function offer(rng: Random): string {
  const thing = rng.pick(objects);
  const lines = [
    `"object": "${thing.value}"`,
    `"colour": "${rng.pick(thing.colours)}"`,
    `"price": ${1 + rng.int(99)}`,
    `"sold": ${rng.pick(["true", "false"])}`,
  ];
  return `{\n${lines.map((line) => `  ${line}`).join(",\n")}\n}`;
}

/** A menu: a list of dishes. */
function menu(rng: Random): string {
  const dishes = rng.sample(valuesOf.dish, 2 + rng.int(3));
  return `{"menu": [${dishes.map((dish) => `"${dish}"`).join(", ")}], "open": ${rng.pick(["true", "false"])}}`;
}

/** Kind 9: one or two short pieces of code, Python-like or JSON-like. */
export function code(rng: Random): LabelledText {
  const writer = new Writer();
  const python = rng.chance(50);
  const count = 1 + rng.int(2);
  for (let i = 0; i < count; i++) {
    if (i > 0) writer.add(python ? "\n\n" : "\n");
    const piece = python ? rng.pick(programs)(rng) : rng.pick([record, record, offer, menu])(rng);
    const start = writer.text.length;
    writer.add(piece, { code: python ? "Python-like" : "JSON-like" });
    markParts(writer, piece, start, python);
  }
  return writer.finish("code", "english");
}

const pythonParts =
  /(?<keyword>\b(?:def|for|in|if|return|while|print|len)\b)|(?<comment># .+)|(?<text>"[^"]*")/g;
const jsonParts = /(?<key>"[^"]*"(?=:))|(?<text>"[^"]*")|(?<keyword>\b(?:true|false)\b)/g;

function markParts(writer: Writer, piece: string, start: number, python: boolean): void {
  for (const match of piece.matchAll(python ? pythonParts : jsonParts)) {
    const [part] = Object.entries(match.groups ?? {}).find(([, text]) => text !== undefined) ?? [];
    if (part) writer.mark("code part", part, start + match.index, start + match.index + match[0].length);
  }
}
