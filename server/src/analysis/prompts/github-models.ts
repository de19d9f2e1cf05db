import { isMap, isScalar, isSeq, type Scalar } from "yaml";
import { MessageBuilder } from "./pieces.ts";
import { roleNamed } from "./roles.ts";
import { type PromptFile, type PromptMessage, problemAt } from "./types.ts";
import { appendFilled } from "./variables.ts";
import { parseYaml, steerscopeOf, valuesAt } from "./yaml.ts";

/** GitHub Models `.prompt.yml`: `messages: [{ role, content }]`, variables from the first row of `testData`. */
export function parseGithubModels(text: string): PromptFile {
  const yaml = parseYaml(text, 0);
  const problems = [...yaml.problems];
  const values = valuesAt(yaml, ["testData", 0]);
  const messages: PromptMessage[] = [];
  const list = yaml.document.get("messages");
  if (!isSeq(list))
    problems.push(
      problemAt(
        { start: 0, end: Math.min(1, text.length) },
        "error",
        "messages-missing",
        "The file has no list called messages.",
        "Add messages with role and content.",
      ),
    );
  else
    for (const item of list.items) {
      if (!isMap(item)) continue;
      const role = item.get("role", true);
      const content = item.get("content", true);
      if (!isScalar(content) || typeof content.value !== "string" || !content.range) {
        const range = item.range ?? [0, 1];
        problems.push(
          problemAt(
            { start: range[0], end: range[1] },
            "warning",
            "content-missing",
            "This message has no text.",
            "Give it content.",
          ),
        );
        continue;
      }
      const place =
        isScalar(role) && role.range
          ? { start: role.range[0], end: role.range[1] }
          : { start: content.range[0], end: content.range[1] };
      const name = roleNamed(isScalar(role) ? String(role.value) : "user", place, problems);
      const builder = new MessageBuilder(text);
      for (const line of scalarLines(text, content as Scalar<string>))
        if (line.text === null) appendFilled(builder, text, line.start, line.end, values, problems);
        else builder.replaced(fill(line.text, values), line.start, line.end);
      const message = builder.build(name, false);
      if (message.text !== "") messages.push(message);
    }
  return { format: "prompt.yml", messages, steerscope: steerscopeOf(yaml, 0), problems };
}

const fill = (text: string, values: Map<string, string>) =>
  text.replace(/\{\{\s*([\w.-]+)\s*\}\}/g, (all, name) => values.get(name) ?? all);

/** Stretches of a scalar: `text` null where the document reads the same, else what the whole stretch says. */
function scalarLines(
  document: string,
  scalar: Scalar<string>,
): { start: number; end: number; text: string | null }[] {
  const [start, end] = scalar.range as [number, number, number];
  const { value } = scalar;
  if (scalar.type === "PLAIN" && document.slice(start, end) === value) return [{ start, end, text: null }];
  if (/^QUOTE/.test(scalar.type ?? "") && document.slice(start + 1, end - 1) === value)
    return [{ start: start + 1, end: end - 1, text: null }];
  if (scalar.type === "BLOCK_LITERAL") {
    const lines = blockLines(document, start, end, value);
    if (lines) return lines;
  }
  return [{ start, end, text: value }];
}

/** Lines of a `|` block: each stands in the document behind its indentation. */
function blockLines(document: string, start: number, end: number, value: string) {
  const pieces: { start: number; end: number; text: string | null }[] = [];
  let at = document.indexOf("\n", start) + 1;
  for (const line of value.match(/[^\n]*\n|[^\n]+$/g) ?? []) {
    const body = line.replace(/\n$/, "");
    const lineEnd = document.indexOf("\n", at);
    const stop = lineEnd < 0 ? end : lineEnd;
    const raw = document.slice(at, stop).replace(/\r$/, "");
    const indent = raw.length - body.length;
    if (indent < 0 || !raw.endsWith(body) || raw.slice(0, indent).trim() !== "") return null;
    const newline = line.endsWith("\n") && lineEnd >= 0;
    const crlf = document[stop - 1] === "\r";
    if (body !== "")
      pieces.push({
        start: at + indent,
        end: at + indent + body.length + Number(newline && !crlf),
        text: null,
      });
    if (newline && (crlf || body === ""))
      pieces.push({ start: at + raw.length, end: lineEnd + 1, text: "\n" });
    if (line.endsWith("\n") && lineEnd < 0) pieces.push({ start: end, end, text: "\n" });
    at = stop + 1;
  }
  return pieces;
}
