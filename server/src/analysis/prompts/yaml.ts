import { type Document, isAlias, isMap, isPair, isScalar, LineCounter, type Node, parseDocument } from "yaml";
import { type PromptProblem, problemAt } from "./types.ts";

export interface ParsedYaml {
  document: Document.Parsed;
  problems: PromptProblem[];
}

/** Parses YAML that starts at `offset` of the document; errors are placed in the document. */
export function parseYaml(source: string, offset: number): ParsedYaml {
  const document = parseDocument(source, {
    lineCounter: new LineCounter(),
    prettyErrors: false,
    logLevel: "error",
  });
  const problems = document.errors.map((error) =>
    problemAt(
      { start: offset + error.pos[0], end: offset + Math.max(error.pos[1], error.pos[0] + 1) },
      "error",
      "yaml-invalid",
      `The YAML is broken: ${error.message}`,
      "Correct it; the rest of the file is analysed without it.",
    ),
  );
  return { document, problems };
}

/** A node, or what it is an alias of. */
export function resolved({ document }: ParsedYaml, node: unknown): unknown {
  return isAlias(node) ? node.resolve(document) : node;
}

/** Where a node stands in the document; the first character of the YAML where it does not say. */
export function placeOf(node: unknown, offset: number): { start: number; end: number } {
  const range = isPair(node) ? (node.key as Node).range : (node as Node | null)?.range;
  if (!range) return { start: offset, end: offset + 1 };
  return { start: offset + range[0], end: offset + Math.max(range[1], range[0] + 1) };
}

/** What a node is, for a message. */
export function kindOf(node: unknown): string {
  if (isMap(node)) return "a mapping";
  if (isScalar(node)) return node.value === null ? "empty" : `the ${typeof node.value} ${String(node.value)}`;
  return "a list";
}

/**
 * The plain values of a mapping at a path of keys, as text, those of inner mappings under `outer.inner`; empty where there
 * is none.
 *
 * @param declared whether the mapping declares its entries (`name: { type, default }`) rather than giving their values.
 */
export function valuesAt(yaml: ParsedYaml, path: (string | number)[], declared = false): Map<string, string> {
  const values = new Map<string, string>();
  const add = (name: string, value: unknown): void => {
    if (value === null || value === undefined) return;
    if (typeof value !== "object") return void values.set(name, String(value));
    values.set(name, JSON.stringify(value));
    for (const [key, inner] of Object.entries(value)) add(`${name}.${key}`, inner);
  };
  const node = resolved(yaml, yaml.document.getIn(path, true));
  if (!isMap(node)) return values;
  for (const [key, value] of Object.entries(plain(node, yaml))) {
    const isObject = typeof value === "object" && value !== null;
    add(key, declared && isObject ? (value as { default?: unknown }).default : value);
  }
  return values;
}

/** Aliases are followed only so far: a file may nest them to grow without bound. */
function plain(node: Node, { document }: ParsedYaml): Record<string, unknown> {
  try {
    return node.toJS(document, { maxAliasCount: 100 }) as Record<string, unknown>;
  } catch {
    return {};
  }
}
