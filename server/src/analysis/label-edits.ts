import { type Document, isMap, type Pair, stringify } from "yaml";
import { children, findPath, type Placed } from "./label-tree.ts";

/** The text with another label at a pair that is there; what follows it on its line stays. */
export function withValue(text: string, document: Document, path: Pair[], line: string): string {
  const { value } = path[path.length - 1];
  const [start, end] = rangeOf(value);
  const before = text.slice(0, start);
  const space = /[\s]$/.test(before) ? "" : " ";
  // A block of lines ends with the line's own end.
  const ending = /\r?\n$/.exec(text.slice(start, end))?.[0] ?? "";
  return before + space + scalar(line, isInFlow(document, path.slice(0, -1))) + ending + text.slice(end);
}

/**
 * The text without a pair: its own lines, or what stands between the commas of a map on one line.
 * @param commented whether a pair with a comment behind it goes too
 */
export function withoutPair(
  text: string,
  document: Document,
  path: Pair[],
  { commented }: { commented: "goes" | "stays" } = { commented: "goes" },
): string {
  const pair = path[path.length - 1];
  const [start] = rangeOf(pair.key);
  const end = endOf(pair);
  const parent = path.length > 1 ? path[path.length - 2].value : document.contents;
  if (isMap(parent) && parent.flow) {
    const comma = /^\s*,[ \t]*/.exec(text.slice(end))?.[0] ?? "";
    const before = text.slice(0, start);
    return (comma ? before : before.replace(/,\s*$/, "")) + text.slice(end + comma.length);
  }
  const lineEnd = endOfLine(text, end);
  if (commented === "stays" && text.slice(start, lineEnd).includes("#")) return text;
  return text.slice(0, startOfLine(text, start)) + text.slice(lineEnd);
}

/** The text with a label where there was none: as the last one of its SAE, the SAE as the last one of its model, and so on. */
export function insertedAt(text: string, document: Document, path: readonly string[], line: string): string {
  const found = findPath(document, path);
  const parent = found.length > 0 ? found[found.length - 1].value : document.contents;
  const missing = path.slice(found.length);
  const siblings = children(parent);
  const last = siblings.at(-1);
  if (isMap(parent) && parent.flow) {
    const [start, end] = rangeOf(parent);
    const added = inFlow(missing, line);
    if (last) return `${text.slice(0, endOf(last))}, ${added}${text.slice(endOf(last))}`;
    const isFixed = isInFlow(document, found.slice(0, -1)) || text.slice(start, end).includes("#");
    if (isFixed && found.length > 0) return `${text.slice(0, start + 1)} ${added} ${text.slice(start + 1)}`;
  }
  const unit = unitOf(text, document);
  if (last) {
    const [start] = rangeOf(last.key);
    return withLines(text, endOf(last), text.slice(startOfLine(text, start), start), unit, missing, line);
  }
  // What stands for “nothing” makes room.
  const [start, end] = parent ? rangeOf(parent) : [text.length, text.length];
  const head = text.slice(0, start);
  const rest = start < end ? head.replace(/[ \t]+$/, "") + text.slice(end) : text;
  if (found.length === 0)
    return withLines(rest.trim() === "" ? "" : rest, rest.length, "", unit, missing, line);
  const [key, keyEnd] = rangeOf(found[found.length - 1].key);
  const own = text.slice(startOfLine(text, key), key);
  return withLines(rest, keyEnd, own + unit, unit, missing, line);
}

/** Adds a line for each key that is missing, behind the line that holds `at`. */
function withLines(
  text: string,
  at: number,
  indent: string,
  unit: string,
  missing: readonly string[],
  line: string,
): string {
  const eol = text.includes("\r\n") ? "\r\n" : "\n";
  const lines = missing.map((key, depth) => {
    const isLast = depth === missing.length - 1;
    return indent + unit.repeat(depth) + pairText(key, isLast ? line : null, isLast);
  });
  const end = endOfLine(text, at);
  const gap = end > 0 && text[end - 1] !== "\n" ? eol : "";
  return text.slice(0, end) + gap + lines.map((it) => it + eol).join("") + text.slice(end);
}

function pairText(key: string, value: string | null, isFeature: boolean): string {
  const map = new Map([[isFeature ? Number(key) : key, value]]);
  // One label a line, however long: that is what reviews and merges go by.
  return stringify(map, { nullStr: "", lineWidth: 0 }).trimEnd();
}

/** JSON is YAML that no sign of a map on one line can break. */
function inFlow(missing: readonly string[], line: string): string {
  const [key, ...rest] = missing;
  if (rest.length === 0) return `${key}: ${JSON.stringify(line)}`;
  return `${JSON.stringify(key)}: { ${inFlow(rest, line)} }`;
}

function scalar(line: string, flow: boolean): string {
  return flow ? JSON.stringify(line) : stringify(line, { lineWidth: 0 }).trimEnd();
}

/** Whether what stands below a path stands in a map on one line. */
function isInFlow({ contents }: Document, path: Pair[]): boolean {
  return [contents, ...path.map(({ value }) => value)].some((it) => isMap(it) && it.flow === true);
}

/** How much deeper a map stands than the one that holds it, in the first place that tells. */
function unitOf(text: string, document: Document): string {
  const columnOf = ({ key }: Pair) => {
    const [start] = rangeOf(key);
    return start - startOfLine(text, start);
  };
  for (const model of children(document.contents)) {
    const [first] = isMap(model.value) && !model.value.flow ? children(model.value) : [];
    if (first) return " ".repeat(Math.max(1, columnOf(first) - columnOf(model)));
  }
  return "  ";
}

/** Where the text of a pair ends, the last one of what stands below it included. */
function endOf({ key, value }: Pair): number {
  const last = isMap(value) && !value.flow ? value.items.at(-1) : undefined;
  return Math.max(rangeOf(key)[1], last ? endOf(last) : ((value as Placed | null)?.range?.[1] ?? 0));
}

function rangeOf(node: unknown): [number, number] {
  const range = (node as Placed | null)?.range;
  if (!range) throw new Error("It holds a key without a colon");
  return [range[0], range[1]];
}

function startOfLine(text: string, at: number): number {
  return text.lastIndexOf("\n", at - 1) + 1;
}

/** Behind the end of the line that holds an offset; the offset itself where a line has just ended there. */
function endOfLine(text: string, at: number): number {
  if (at > 0 && text[at - 1] === "\n") return at;
  const next = text.indexOf("\n", at);
  return next < 0 ? text.length : next + 1;
}
