import { isSeq, type Pair } from "yaml";
import { type Kind as TextKind, kinds as textKinds } from "../../tinytown/index.ts";
import { nearest } from "../../yaml/nearest.ts";
import type { Fields, YamlReader } from "../../yaml/reader.ts";
import { attributeNames } from "../data/tinytown/attributes.ts";
import type { Columns, DataSource } from "./types.ts";

/** Keys of which `data` has exactly one. */
export const sourceKeys = ["files", "folder", "tinytown"] as const;
export const columnKeys = ["text", "label", "span", "spans", "group", "pair", "split"] as const;
export const tinytownKeys = ["attribute", "n", "seed", "kinds"] as const;
export const spansKeys = ["column", "attribute"] as const;

/** Examples that are drawn of tinytown where nothing is said, and at most. */
const usualDraw = 2_000;
const largestDraw = 1_000_000;

/** `data`: null, with its problems told, where no source can be used. */
export function readData(reader: YamlReader, pair: Pair): { source: DataSource; columns: Columns } | null {
  const fields = reader.fields(pair, "data", [...sourceKeys, ...columnKeys]);
  if (!fields) return null;
  const named = sourceKeys.filter((key) => fields.has(key));
  if (named.length !== 1)
    return reader.wrong(
      reader.place(named[1] ? fields.get(named[1]) : pair),
      "probe-one-source",
      named.length === 0
        ? "data names no source."
        : `data names ${named.join(" and ")}, which exclude each other.`,
      `Give exactly one of ${sourceKeys.join(", ")}.`,
    );
  const source = readSource(reader, named[0], fields.get(named[0])!);
  const columns = readColumns(reader, fields);
  if (source?.kind === "tinytown")
    for (const key of columnKeys)
      if (fields.has(key))
        reader.wrong(
          reader.place(fields.get(key)),
          "probe-key-elsewhere",
          `tinytown has no columns, so ${key} means nothing.`,
          "Take it away.",
          "warning",
        );
  return source && { source, columns };
}

function readSource(reader: YamlReader, kind: (typeof sourceKeys)[number], pair: Pair): DataSource | null {
  if (kind === "tinytown") return readTinytown(reader, pair);
  if (kind === "folder") {
    const folder = reader.text(pair, "data.folder");
    return folder && { kind, folder: folder.value };
  }
  const files = textsOf(reader, pair, "data.files");
  return files && { kind, files };
}

function readTinytown(reader: YamlReader, pair: Pair): DataSource | null {
  const fields = reader.fields(pair, "data.tinytown", tinytownKeys);
  if (!fields) return null;
  const written = fields.get("attribute");
  if (!written)
    return reader.wrong(
      reader.place(pair),
      "probe-attribute-missing",
      "data.tinytown names no attribute.",
      `Give it one of ${attributeNames.slice(0, 8).join(", ")}, ….`,
    );
  const attribute = readAttribute(reader, written);
  const n = reader.optional(fields, "n", (it) =>
    reader.whole(it, "data.tinytown.n", { least: 1, most: largestDraw }),
  );
  const seed = reader.optional(fields, "seed", (it) => reader.whole(it, "data.tinytown.seed", { least: 0 }));
  const kinds = reader.optional(fields, "kinds", (it) =>
    choicesOf<TextKind>(reader, it, "data.tinytown.kinds", textKinds),
  );
  if (!attribute || [n, seed, kinds].includes(null)) return null;
  return {
    kind: "tinytown",
    attribute,
    n: n?.value ?? usualDraw,
    seed: seed?.value ?? 1,
    kinds: kinds ?? null,
  };
}

function readAttribute(reader: YamlReader, pair: Pair): string | null {
  const found = reader.text(pair, "data.tinytown.attribute");
  if (!found || attributeNames.includes(found.value)) return found?.value ?? null;
  const meant = nearest(found.value, attributeNames);
  return reader.wrong(
    found,
    "probe-attribute-unknown",
    `tinytown labels nothing as “${found.value}”.`,
    meant ? `Did you mean “${meant}”?` : `Take one of ${attributeNames.join(", ")}.`,
  );
}

function readColumns(reader: YamlReader, fields: Fields): Columns {
  const column = (key: "text" | "label" | "group" | "pair" | "split") =>
    reader.optional(fields, key, (it) => reader.words(it, `data.${key}`))?.value ?? null;
  const span = fields.get("span");
  const spans = fields.get("spans");
  if (span && spans)
    reader.wrong(
      reader.place(spans),
      "probe-one-span",
      "data names span and spans, which exclude each other.",
      "Name two columns with offsets, or one column with a list of spans.",
    );
  return {
    text: column("text") ?? "text",
    label: column("label") ?? "label",
    span: span ? readSpan(reader, span) : null,
    spans: spans ? readSpans(reader, spans) : null,
    group: column("group"),
    pair: column("pair"),
    split: column("split"),
  };
}

function readSpan(reader: YamlReader, pair: Pair): [string, string] | null {
  const items = reader.list(pair, "data.span");
  if (!items) return null;
  const names = items.flatMap((it) => reader.words(it, "A column of data.span")?.value ?? []);
  if (items.length === 2) return names.length === 2 ? [names[0], names[1]] : null;
  return reader.wrong(
    reader.place(pair),
    "probe-span-invalid",
    `data.span names ${items.length} columns.`,
    "Name two: that of the first character and that of the one behind the last.",
  );
}

function readSpans(reader: YamlReader, pair: Pair): Columns["spans"] {
  const fields = reader.fields(pair, "data.spans", spansKeys);
  if (!fields) return null;
  const text = (key: (typeof spansKeys)[number]) =>
    reader.optional(fields, key, (it) => reader.words(it, `data.spans.${key}`))?.value ?? null;
  return { column: text("column") ?? "spans", attribute: text("attribute") };
}

/** The entries of a list, or what stands in its place; null where it is empty. */
function itemsOf(reader: YamlReader, pair: Pair, what: string): unknown[] | null {
  const value = reader.node(pair.value);
  const items = isSeq(value) ? value.items : [pair.value];
  if (items.length > 0) return items;
  return reader.wrong(
    reader.place(pair),
    "probe-list-empty",
    `${what} is an empty list.`,
    "Name at least one.",
  );
}

/** One text or a list of some. Null where one of them is none. */
export function textsOf(reader: YamlReader, pair: Pair, what: string): string[] | null {
  const items = itemsOf(reader, pair, what);
  if (!items) return null;
  const texts = items.map((it) => reader.words(it, `An entry of ${what}`));
  return texts.includes(null) ? null : texts.map((it) => it!.value);
}

/** One word or a list of some, each of the choices and each once. Null where one of them is none. */
export function choicesOf<T extends string>(
  reader: YamlReader,
  pair: Pair,
  what: string,
  choices: readonly T[],
): T[] | null {
  const items = itemsOf(reader, pair, what);
  if (!items) return null;
  const found = items.map((it) => reader.choice(it, `An entry of ${what}`, choices));
  return found.includes(null) ? null : [...new Set(found.map((it) => it!.value))];
}
