import { isMap, isScalar, isSeq, type Pair, stringify, type YAMLMap, type YAMLSeq } from "yaml";

/** One change of a text, UTF-16 offsets of the text before any change. */
export interface TextChange {
  start: number;
  end: number;
  text: string;
}

/** What a pair of a mapping may be set to. */
export type YamlValue = string | number | boolean | readonly number[];

/** The text with changes made, none of which may lie over another. */
export function changed(text: string, changes: readonly TextChange[]): string {
  let result = text;
  for (const change of changes.toSorted((a, b) => b.start - a.start))
    result = result.slice(0, change.start) + change.text + result.slice(change.end);
  return result;
}

/** The one change that makes a text another: what both begin and end with stays. None where they are the same. */
export function difference(before: string, after: string): TextChange[] {
  if (before === after) return [];
  let start = 0;
  const shorter = Math.min(before.length, after.length);
  while (start < shorter && before[start] === after[start]) start++;
  let same = 0;
  while (same < shorter - start && before.at(-1 - same) === after.at(-1 - same)) same++;
  return [{ start, end: before.length - same, text: after.slice(start, after.length - same) }];
}

/** Changes one value of a mapping, or adds it as the last one; comments and all else stay. */
export function setPair(text: string, map: YAMLMap, key: string, value: YamlValue): TextChange {
  const pair = map.items.find((it) => isScalar(it.key) && it.key.value === key);
  const written = valueText(value, map.flow === true || isFlow(pair?.value));
  if (pair) return setValue(text, pair, written);
  const last = map.items.at(-1);
  if (map.flow) {
    const [start, end] = rangeOf(map);
    if (!last) return { start, end, text: `{ ${key}: ${written} }` };
    return { start: endOf(last), end: endOf(last), text: `, ${key}: ${written}` };
  }
  if (!last) throw new Error("A mapping without a key has no place for one.");
  const indent = " ".repeat(columnOf(text, rangeOf(map.items[0].key)[0]));
  return lineBehind(text, endOf(last), `${indent}${key}: ${written}`);
}

function setValue(text: string, pair: Pair, written: string): TextChange {
  const [, keyEnd] = rangeOf(pair.key);
  const range = (pair.value as { range?: [number, number, number] } | null)?.range;
  if (range && range[1] > range[0]) {
    // A block of lines ends with the line's own end, which stays.
    const ending = /\r?\n$/.exec(text.slice(range[0], range[1]))?.[0].length ?? 0;
    return { start: range[0], end: range[1] - ending, text: written };
  }
  const colon = text.indexOf(":", keyEnd) + 1;
  return { start: colon, end: colon, text: ` ${written}` };
}

/** Adds an entry behind the last one of a list that has some: `pairs` as a mapping. */
export function appendItem(
  text: string,
  list: YAMLSeq,
  pairs: readonly (readonly [string, YamlValue])[],
  comment: string | null,
): TextChange {
  const last = list.items.at(-1);
  if (list.flow) return { start: endOf(last), end: endOf(last), text: `, ${flowMap(pairs)}` };
  const indent = " ".repeat(columnOf(text, dashOf(list, 0)));
  return lineBehind(text, endOf(last), blockItem(indent, eolOf(text), pairs, comment));
}

/** Takes an entry out of a list that has more: its own lines, or what stands between the commas. */
export function removeItem(text: string, list: YAMLSeq, index: number): TextChange {
  const end = endOf(list.items[index]);
  if (list.flow) {
    const [start] = rangeOf(list.items[index]);
    const comma = /^\s*,[ \t]*/.exec(text.slice(end))?.[0].length ?? 0;
    if (comma > 0) return { start, end: end + comma, text: "" };
    return { start: /,?\s*$/.exec(text.slice(0, start))!.index, end, text: "" };
  }
  const dash = dashOf(list, index);
  const start = dash - columnOf(text, dash);
  return { start, end: lineEnd(text, end), text: "" };
}

/** A mapping as an entry of a list, over several lines. */
export function blockItem(
  indent: string,
  eol: string,
  pairs: readonly (readonly [string, YamlValue])[],
  comment: string | null,
): string {
  return pairs
    .map(([key, value], i) => {
      const line = `${indent}${i === 0 ? "- " : "  "}${key}: ${valueText(value, false)}`;
      return i === 0 && comment ? `${line} # ${comment.replace(/\s+/g, " ").trim()}` : line;
    })
    .join(eol);
}

export function flowMap(pairs: readonly (readonly [string, YamlValue])[]): string {
  return `{ ${pairs.map(([key, value]) => `${key}: ${valueText(value, true)}`).join(", ")} }`;
}

/** A value on one line; JSON, which no sign of a mapping on one line can break, where it stands in one. */
export function valueText(value: YamlValue, inFlow: boolean): string {
  if (typeof value === "number") return figure(value);
  if (typeof value === "boolean") return String(value);
  if (typeof value !== "string") return `[${value.map(figure).join(", ")}]`;
  const plain = inFlow ? /^[A-Za-z_./][\w./-]*$/.test(value) : !/[\r\n]/.test(value);
  const written = plain ? stringify(value, { lineWidth: 0 }).trimEnd() : JSON.stringify(value);
  return /[\r\n]/.test(written) ? JSON.stringify(value) : written;
}

/** Four significant digits: a strength is a person's choice, and shows as one. */
const figure = (value: number): string => String(Number(value.toPrecision(4)));

/** A new line behind the one on which a stretch ends, its comment included. */
export function lineBehind(text: string, at: number, line: string): TextChange {
  const eol = eolOf(text);
  if (at > 0 && text[at - 1] === "\n") return { start: at, end: at, text: line + eol };
  const end = lineEnd(text, at);
  if (end > at && text[end - 1] === "\n") return { start: end, end, text: line + eol };
  return { start: end, end, text: eol + line };
}

export const eolOf = (text: string): string => (text.includes("\r\n") ? "\r\n" : "\n");

/** Behind the line break of the line that holds an offset; the offset itself where a line has just ended there. */
function lineEnd(text: string, at: number): number {
  if (at > 0 && text[at - 1] === "\n") return at;
  const next = text.indexOf("\n", at);
  return next < 0 ? text.length : next + 1;
}

export function columnOf(text: string, at: number): number {
  return at - (text.lastIndexOf("\n", at - 1) + 1);
}

/** Where the text of a node or pair ends, comments behind it left out. */
export function endOf(node: unknown): number {
  const pair = node as { key?: unknown; value?: unknown };
  if (!isMap(node) && !isSeq(node) && !isScalar(node) && pair?.key)
    return Math.max(rangeOf(pair.key)[1], pair.value ? endOf(pair.value) : 0);
  const items = (isMap(node) || isSeq(node)) && !node.flow ? node.items : [];
  const last = items.at(-1);
  return last ? endOf(last) : rangeOf(node)[1];
}

export function rangeOf(node: unknown): [number, number] {
  const range = (node as { range?: [number, number, number] } | null)?.range;
  if (!range) throw new Error("It stands nowhere in the text.");
  return [range[0], range[1]];
}

/** Offset of the sign that begins an entry of a list on several lines; the document keeps its source tokens. */
function dashOf(list: YAMLSeq, index: number): number {
  const token = list.srcToken as { items?: { start: { type: string; offset: number }[] }[] } | undefined;
  const dashes = token?.items?.flatMap(({ start }) => start.filter(({ type }) => type === "seq-item-ind"));
  const dash = dashes?.[index];
  if (!dash) throw new Error("The list has no such entry.");
  return dash.offset;
}

function isFlow(node: unknown): boolean {
  return (isMap(node) || isSeq(node)) && node.flow === true;
}
