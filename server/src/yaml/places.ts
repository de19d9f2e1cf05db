import { isMap, isScalar, isSeq } from "yaml";
import { type ParsedYaml, placeOf, resolved } from "../analysis/prompts/yaml.ts";
import type { Place } from "./reader.ts";

/** Nodes that are walked at most: aliases may nest a file so that it grows without bound. */
const MOST = 10_000;

/**
 * Where every value of a file stands, by its path of keys and indices: `data.files.0`. A value that is left out stands where
 * its key does.
 */
export function placesIn(yaml: ParsedYaml): ReadonlyMap<string, Place> {
  const places = new Map<string, Place>();
  const walk = (node: unknown, path: string, key: unknown): void => {
    if (places.size >= MOST) return;
    const value = resolved(yaml, node);
    const range = (node as { range?: [number, number, number] } | null)?.range;
    if (path !== "") places.set(path, placeOf(range && range[1] > range[0] ? node : key, 0));
    const inside = (name: string) => (path === "" ? name : `${path}.${name}`);
    if (isMap(value))
      for (const pair of value.items)
        if (isScalar(pair.key)) walk(pair.value, inside(String(pair.key.value)), pair.key);
    if (isSeq(value)) value.items.forEach((item, i) => void walk(item, inside(String(i)), item));
  };
  walk(yaml.document.contents, "", null);
  return places;
}
