import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { TextDocument } from "vscode-languageserver-textdocument";
import type { LanguageService } from "yaml-language-server/out/src/languageservice/yamlLanguageService.js";

/** Schemas, below the folder of assets, by the files they are for; their descriptions are what hovers say of a key. */
export const schemas = {
  "*.steer.yaml": "schemas/steer.schema.json",
  "*.probe.yaml": "schemas/probe.schema.json",
} as const;

let service: Promise<LanguageService> | null = null;

/**
 * What knows YAML and our schemas. Its code is loaded when a recipe or a probe is first looked at, so that a server that sees
 * none pays nothing. It fetches nothing: the schemas are given, and any other that a file names is refused.
 * @param assets folder of what ships with Steerscope
 */
export function yamlService(assets: string): Promise<LanguageService> {
  service ??= load(assets).catch((error) => {
    service = null;
    throw error;
  });
  return service;
}

let asked = 0;

/** A text as the service is to see it: what it keeps goes by URI and version, which begin anew when a file is opened again. */
export function asSeen(document: TextDocument): TextDocument {
  return TextDocument.create(document.uri, "yaml", ++asked, document.getText());
}

/** Descriptions are Markdown, which the service has a key of its own for. */
function asMarkdown(_key: string, value: unknown): unknown {
  const { description } = (value ?? {}) as { description?: unknown };
  return typeof description === "string" ? { ...(value as object), markdownDescription: description } : value;
}

async function load(assets: string): Promise<LanguageService> {
  const [{ getLanguageService }, ...read] = await Promise.all([
    import("yaml-language-server/out/src/languageservice/yamlLanguageService.js"),
    ...Object.entries(schemas).map(async ([files, path]) => ({
      fileMatch: [files],
      uri: `steerscope://${path}`,
      schema: JSON.parse(await readFile(join(assets, path), "utf8"), asMarkdown),
    })),
  ]);
  const made = getLanguageService({
    schemaRequestService: (wanted) => Promise.reject(`${wanted} is not read: nothing is fetched for a file.`),
    workspaceContext: { resolveRelativePath: (path) => path },
    clientCapabilities: {
      textDocument: { completion: { completionItem: { documentationFormat: ["markdown"] } } },
    },
  });
  made.configure({
    validate: true,
    hover: true,
    completion: true,
    hoverSchemaSource: false,
    schemas: read,
  });
  return made;
}
