import { isMap, isScalar, isSeq } from "yaml";
import { type Located, type PromptFile, type PromptProblem, problemAt } from "./types.ts";
import { kindOf, type ParsedYaml, placeOf, resolved } from "./yaml.ts";

const remedy = "Write it as steerscope: { model: NAME, saes: [NAME, …], steer: RECIPE }.";

/** `steerscope: { model, saes, steer }` of a mapping, with places; what is written otherwise is said where it stands. */
export function steerscopeOf(
  yaml: ParsedYaml,
  offset: number,
  problems: PromptProblem[],
): PromptFile["steerscope"] {
  const wrong = (node: unknown, message: string): void => {
    problems.push(problemAt(placeOf(node, offset), "warning", "steerscope-key-invalid", message, remedy));
  };
  const string = (node: unknown, name: string): Located<string> | null => {
    const value = resolved(yaml, node);
    if (isScalar(value) && typeof value.value === "string" && value.value !== "") {
      return { value: value.value, ...placeOf(node, offset) };
    }
    wrong(node, `${name} is ${kindOf(value)}, not a name or a path; it is left out.`);
    return null;
  };

  const top = yaml.document.contents;
  const written = isMap(top) ? top.get("steerscope", true) : undefined;
  if (written === undefined) return {};
  const node = resolved(yaml, written);
  if (!isMap(node)) {
    wrong(written, `steerscope is ${kindOf(node)}, not a mapping; it is left out.`);
    return {};
  }
  const found: PromptFile["steerscope"] = {};
  for (const pair of node.items) {
    const key = isScalar(pair.key) ? String(pair.key.value) : "";
    if (key === "model") {
      found.model = string(pair.value, "steerscope.model") ?? undefined;
    } else if (key === "saes") {
      const list = resolved(yaml, pair.value);
      const items = isSeq(list) ? list.items : [pair.value];
      found.saes = items.flatMap((item) => string(item, "An entry of steerscope.saes") ?? []);
      // Nothing usable is not “those that ship”, unless an empty list says so itself.
      if (found.saes.length === 0 && items.length > 0) delete found.saes;
    } else if (key === "steer") {
      const list = resolved(yaml, pair.value);
      const items = isSeq(list) ? list.items : [pair.value];
      found.steer = items.flatMap((item) => string(item, "An entry of steerscope.steer") ?? []);
    } else wrong(pair, `steerscope has no key ${key || "of that kind"}; it is left out.`);
  }
  if (found.model === undefined) delete found.model;
  return found;
}
