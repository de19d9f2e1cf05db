import { isMap, type Pair, type YAMLMap } from "yaml";
import { splitFrontMatter } from "../../analysis/prompts/front-matter.ts";
import type { PromptFormat } from "../../analysis/prompts/index.ts";
import { ProblemError } from "../../host/problem-error.ts";
import { meantChanges } from "./meant-changes.ts";
import {
  columnOf,
  endOf,
  eolOf,
  lineBehind,
  rangeOf,
  setPair,
  type TextChange,
  valueText,
} from "./yaml-text.ts";

/**
 * Names a recipe in a prompt's front matter (in `.prompt.yml`: at its top level), as `steerscope: { steer: PATH }`; where it
 * has none, one is begun.
 * @param path as it is to stand there, relative to the prompt
 * @throws ProblemError for a format without front matter, and where it is broken
 */
export function nameRecipe(text: string, format: PromptFormat, path: string): TextChange[] {
  if (format === "text")
    throw new ProblemError({
      code: "prompt-names-no-recipe",
      message: "A file of plain text has no front matter that could name a recipe.",
      remedy: "Save it under a name that ends in .prompt, or write a recipe and run it by itself.",
      subject: "prompt",
    });
  try {
    return format === "prompt.yml" ? inYaml(text, path) : inFrontMatter(text, path);
  } catch (error) {
    throw new ProblemError({
      code: "prompt-not-editable",
      message: `The prompt's front matter cannot name the recipe: ${(error as Error).message}`,
      remedy: `Write steerscope: { steer: ${path} } there by hand.`,
      subject: "prompt",
    });
  }
}

function inFrontMatter(text: string, path: string): TextChange[] {
  const { yaml, offset, body, problems } = splitFrontMatter(text);
  if (problems.length > 0) throw new Error(problems[0].message);
  const eol = eolOf(text);
  if (!yaml) {
    const lines = ["---", "steerscope:", `  steer: ${valueText(path, false)}`, "---", ""];
    return [{ start: offset, end: offset, text: lines.join(eol) }];
  }
  // Up to before the closing line.
  const end = /^---[ \t]*(\r\n|\n|\r|$)/m.exec(text.slice(offset, body))!.index;
  return inYaml(text.slice(offset, offset + end), path).map((change) => ({
    ...change,
    start: change.start + offset,
    end: change.end + offset,
  }));
}

interface Named {
  steerscope?: Record<string, unknown> | null;
}

function inYaml(yaml: string, path: string): TextChange[] {
  return meantChanges<Named | null>(
    yaml,
    ({ contents: root }) => {
      if (root === null) {
        const eol = eolOf(yaml);
        const lines = `steerscope:${eol}  steer: ${valueText(path, false)}${eol}`;
        return [{ start: yaml.length, end: yaml.length, text: lines }];
      }
      if (!isMap(root)) throw new Error("It is no mapping.");
      return [inMap(yaml, root, path)];
    },
    (data) => ({ ...data, steerscope: { ...data?.steerscope, steer: path } }),
  );
}

function inMap(yaml: string, root: YAMLMap, path: string): TextChange {
  const pair = root.items.find(({ key }) => (key as { value?: unknown } | null)?.value === "steerscope");
  if (pair && isMap(pair.value)) return setPair(yaml, pair.value, "steer", path);
  const written = valueText(path, root.flow === true);
  const last = pair ?? (root.items.at(-1) as Pair);
  if (root.flow) {
    if (pair) throw new Error("steerscope is no mapping.");
    return { start: endOf(last), end: endOf(last), text: `, steerscope: { steer: ${written} }` };
  }
  const indent = " ".repeat(columnOf(yaml, rangeOf(root.items[0].key)[0]));
  const line = `${indent}  steer: ${written}`;
  return lineBehind(yaml, endOf(last), pair ? line : `${indent}steerscope:${eolOf(yaml)}${line}`);
}
