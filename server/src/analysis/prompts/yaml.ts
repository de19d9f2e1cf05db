import { type Document, isMap, isScalar, isSeq, LineCounter, parseDocument } from "yaml";
import { type Located, type PromptFile, type PromptProblem, problemAt } from "./types.ts";

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

/** `steerscope: { model, saes }` of a mapping, with places. */
export function steerscopeOf(yaml: ParsedYaml, offset: number): PromptFile["steerscope"] {
  const node = yaml.document.get("steerscope");
  if (!isMap(node)) return {};
  const found: PromptFile["steerscope"] = {};
  const model = locate(node.get("model", true), offset);
  if (model) found.model = model;
  const saes = node.get("saes", true);
  const one = locate(saes, offset);
  if (one) found.saes = [one];
  else if (isSeq(saes)) found.saes = saes.items.flatMap((item) => locate(item, offset) ?? []);
  return found;
}

function locate(node: unknown, offset: number): Located<string> | null {
  if (!isScalar(node) || typeof node.value !== "string" || !node.range) return null;
  return { value: node.value, start: offset + node.range[0], end: offset + node.range[1] };
}

/** The plain values of a mapping at a path of keys, as text; empty where there is none. */
export function valuesAt(yaml: ParsedYaml, path: (string | number)[]): Map<string, string> {
  const node = yaml.document.getIn(path);
  const values = new Map<string, string>();
  if (!isMap(node)) return values;
  for (const [key, value] of Object.entries(node.toJSON() as Record<string, unknown>)) {
    const plain = typeof value === "object" && value !== null && "default" in value ? value.default : value;
    if (plain === null || plain === undefined) continue;
    values.set(key, typeof plain === "object" ? JSON.stringify(plain) : String(plain));
  }
  return values;
}
