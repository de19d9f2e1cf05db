import type { Pair } from "yaml";
import type { YamlReader } from "../../yaml/reader.ts";
import { textsOf } from "./parse-data.ts";
import type { TargetSpec } from "./types.ts";

export const targetTypes = ["classes", "ordered", "number"] as const;
export const targetKeys = ["type", "classes", "order", "positive", "examples"] as const;
export const exampleKeys = ["min", "max"] as const;

/** Examples of a class below which nothing is learnt that could be trusted, in training or in test. */
export const leastExamples = 5;

export const usualTarget: TargetSpec = {
  type: "classes",
  names: null,
  positive: null,
  least: leastExamples,
  most: null,
};

/** `target`; null, with its problems told, where a part of it is not usable. Left out: the classes that the data has. */
export function readTarget(reader: YamlReader, pair: Pair | undefined): TargetSpec | null {
  if (!pair) return usualTarget;
  const fields = reader.fields(pair, "target", targetKeys);
  if (!fields) return null;
  const named = reader.optional(fields, "type", (it) => reader.choice(it, "target.type", targetTypes));
  const type = named === undefined ? (fields.has("order") ? "ordered" : "classes") : named?.value;
  const classes = reader.optional(fields, "classes", (it) => readNames(reader, it, "target.classes"));
  const order = reader.optional(fields, "order", (it) => readNames(reader, it, "target.order"));
  const positive = reader.optional(fields, "positive", (it) => reader.words(it, "target.positive"));
  const examples = reader.optional(fields, "examples", (it) => readExamples(reader, it));
  if (!type || [classes, order, positive, examples].includes(null)) return null;
  const means = { classes: ["classes", "positive"], ordered: ["order"], number: [] as string[] }[type];
  for (const key of ["classes", "order", "positive"])
    if (fields.has(key) && !means.includes(key))
      return reader.wrong(
        reader.place(fields.get(key)),
        "probe-key-elsewhere",
        `A target of type ${type} has no ${key}.`,
        "Take it away, or give another type.",
      );
  if (type === "ordered" && !order)
    return reader.wrong(
      reader.place(pair),
      "probe-order-missing",
      "The target is ordered, and the order is not given.",
      "List its labels, the least first: order: [low, middle, high].",
    );
  if (positive && classes && !classes.includes(positive.value))
    return reader.wrong(
      positive,
      "probe-positive-unknown",
      `target.positive is “${positive.value}”, which is none of the classes ${classes.join(", ")}.`,
      "Name one of them.",
    );
  return {
    type,
    names: classes ?? order ?? null,
    positive: positive?.value ?? null,
    least: examples?.least ?? leastExamples,
    most: examples?.most ?? null,
  };
}

function readNames(reader: YamlReader, pair: Pair, what: string): string[] | null {
  const names = textsOf(reader, pair, what);
  if (!names) return null;
  if (new Set(names).size >= 2 && new Set(names).size === names.length) return names;
  const twice = names.find((it, i) => names.indexOf(it) < i);
  return reader.wrong(
    reader.place(pair),
    "probe-classes-invalid",
    twice === undefined ? `${what} has one label only.` : `${what} has “${twice}” more than once.`,
    "List at least two labels, each once.",
  );
}

function readExamples(reader: YamlReader, pair: Pair): Pick<TargetSpec, "least" | "most"> | null {
  const fields = reader.fields(pair, "target.examples", exampleKeys);
  if (!fields) return null;
  const count = (key: (typeof exampleKeys)[number]) =>
    reader.optional(fields, key, (it) =>
      reader.whole(it, `target.examples.${key}`, { least: leastExamples }),
    );
  const [least, most] = [count("min"), count("max")];
  if (least === null || most === null) return null;
  if (least && most && most.value < least.value)
    return reader.wrong(
      most,
      "probe-examples-invalid",
      `target.examples.max is ${most.value}, below min, which is ${least.value}.`,
      "Give a larger max.",
    );
  return { least: least?.value ?? leastExamples, most: most?.value ?? null };
}
