import { isMap, isScalar, isSeq, type YAMLMap } from "yaml";
import { type MappedText, MessageBuilder } from "./pieces.ts";
import { roleNamed } from "./roles.ts";
import { mapScalar } from "./scalar.ts";
import { steerscopeOf } from "./steerscope-key.ts";
import { type PromptFile, type PromptMessage, type PromptProblem, problemAt } from "./types.ts";
import { appendFilled } from "./variables.ts";
import { kindOf, type ParsedYaml, parseYaml, placeOf, resolved, valuesAt } from "./yaml.ts";

/** GitHub Models `.prompt.yml`: `messages: [{ role, content }]`, variables from the first row of `testData`. */
export function parseGithubModels(text: string): PromptFile {
  const yaml = parseYaml(text, 0);
  const problems = [...yaml.problems];
  const values = valuesAt(yaml, ["testData", 0]);
  const messages: PromptMessage[] = [];
  const top = yaml.document.contents;
  const list = isMap(top) ? resolved(yaml, top.get("messages", true)) : undefined;
  if (!isSeq(list)) {
    problems.push(
      problemAt(
        { start: 0, end: Math.min(1, text.length) },
        "error",
        "messages-missing",
        "The file has no list called messages.",
        "Add messages with role and content.",
      ),
    );
  } else {
    for (const written of list.items) {
      const item = resolved(yaml, written);
      if (!isMap(item)) {
        problems.push(
          problemAt(
            placeOf(written, 0),
            "warning",
            "message-invalid",
            `This entry of messages is ${kindOf(item)}, not a message; it is left out.`,
            "Write it as { role: …, content: … }.",
          ),
        );
        continue;
      }
      const source = contentOf(yaml, text, item, placeOf(written, 0), problems);
      if (!source) continue;
      const role = item.get("role", true);
      const named = resolved(yaml, role);
      const name = isScalar(named)
        ? roleNamed(String(named.value), placeOf(role, 0), problems)
        : roleMissing(placeOf(role ?? written, 0), problems);
      const builder = new MessageBuilder(text);
      appendFilled(builder, source, values, problems, "the first row of testData");
      const message = builder.build(name, false);
      if (message.text !== "") messages.push(message);
    }
  }
  return { format: "prompt.yml", messages, steerscope: steerscopeOf(yaml, 0, problems), problems };
}

function roleMissing(place: { start: number; end: number }, problems: PromptProblem[]): string {
  problems.push(
    problemAt(
      place,
      "warning",
      "role-missing",
      "This message names no role; its text is read as the user's.",
      "Give it a role: system, user or assistant.",
    ),
  );
  return "user";
}

/** The text of a message, mapped to where it stands; null, with a problem, where there is none. */
function contentOf(
  yaml: ParsedYaml,
  text: string,
  item: YAMLMap,
  place: { start: number; end: number },
  problems: PromptProblem[],
): MappedText | null {
  const written = item.get("content", true);
  const content = resolved(yaml, written);
  if (isScalar(content) && content.value !== null && content.range) {
    if (written === content) {
      // Numbers and truth values are text here, as they are written.
      const isText = typeof content.value === "string";
      const value = isText ? String(content.value) : text.slice(content.range[0], content.range[1]);
      return mapScalar(text, content, value);
    }
    const builder = new MessageBuilder(text);
    const alias = placeOf(written, 0);
    builder.replaced(String(content.value), alias.start, alias.end);
    return builder.mapped();
  }
  const empty = written === undefined || (isScalar(content) && content.value === null);
  problems.push(
    problemAt(
      written === undefined ? place : placeOf(written, 0),
      "warning",
      empty ? "content-missing" : "content-not-text",
      empty ? "This message has no text." : `The content of this message is ${kindOf(content)}, not text.`,
      "Give it a content of text.",
    ),
  );
  return null;
}
