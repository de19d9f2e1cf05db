import { isMap, isScalar, type Pair } from "yaml";
import type { Located } from "../analysis/prompts/index.ts";
import type { ParsedYaml } from "../analysis/prompts/yaml.ts";
import { YamlReader, type YamlSubject } from "./reader.ts";

/** The model and the SAEs that a file names with its keys `model` and `saes`; null where it names none. */
export interface NamedSetup {
  model: Located<string> | null;
  saes: Located<string>[] | null;
}

/** The set-up that a text names, whatever else is wrong with it; what is wrong is told by who reads it whole. */
export function namedSetup(yaml: ParsedYaml, subject: YamlSubject): NamedSetup {
  const reader = new YamlReader(yaml, subject);
  const { root } = reader;
  const pair = (key: string) =>
    isMap(root) ? root.items.find((it) => isScalar(it.key) && it.key.value === key) : undefined;
  return readNamedSetup(reader, pair("model"), pair("saes"));
}

/** The values of `model` and `saes`, with what is wrong with them. */
export function readNamedSetup(
  reader: YamlReader,
  model: Pair | undefined,
  saes: Pair | undefined,
): NamedSetup {
  return {
    model: model ? reader.text(model, "model") : null,
    saes: saes ? readSaes(reader, saes) : null,
  };
}

const readSaes = (reader: YamlReader, pair: Pair): Located<string>[] | null =>
  reader.list(pair, "saes")?.flatMap((it) => reader.text(it, "An entry of saes") ?? []) ?? null;
