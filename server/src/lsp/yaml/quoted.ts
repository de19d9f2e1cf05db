import { valueText } from "../../steering/recipe/yaml-text.ts";

/** A text as a value: behind an opening quote only what may stand there; else with quotes of its own where YAML needs them. */
export function quoted(text: string, { quote }: { quote: '"' | "'" | "" }): string {
  if (quote === "'") return text.replaceAll("'", "''");
  if (quote === '"') return JSON.stringify(text).slice(1, -1);
  return valueText(text, true);
}
