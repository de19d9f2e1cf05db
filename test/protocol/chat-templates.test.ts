import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, expect, it } from "vitest";
import { User } from "./user.ts";

// dist/server.js and the real engine: what models do whose chat template is missing or odd.
const scratch = mkdtempSync(join(tmpdir(), "steerscope-templates-"));
afterAll(() => rmSync(scratch, { recursive: true }));
let user: User;
afterEach(() => user.leave());

/** The embedded model with another chat template, or none. */
function modelWith(template: string | null): string {
  const folder = mkdtempSync(join(scratch, "model-"));
  cpSync(join(import.meta.dirname, "../../assets/tinytown/model"), folder, { recursive: true });
  rmSync(join(folder, "chat_template.jinja"), { force: true });
  const file = join(folder, "tokenizer_config.json");
  const { chat_template: _, ...config } = JSON.parse(readFileSync(file, "utf8"));
  writeFileSync(file, JSON.stringify(template === null ? config : { ...config, chat_template: template }));
  return folder;
}

const prompt = '{{role "system"}}\nAnna sings.\n{{role "user"}}\nWhere is Emma?\n';

async function open(template: string | null) {
  user = await User.spawned({ settings: { model: modelWith(template) } });
  const uri = await user.open("a.prompt", prompt);
  const { tokens } = await user.inspect(uri);
  const visible = tokens.filter((token) => token.range);
  const lines = prompt.split("\n");
  for (const { range, text } of visible) {
    const { start, end } = range!;
    expect(lines[start.line].slice(start.character, end.character)).toBe(text);
  }
  return { tokens, read: visible.map((token) => token.text).join(""), problems: await user.diagnostics(uri) };
}

it("a model without a template reads the messages one after the other, and it is said", async () => {
  const { read, tokens, problems } = await open(null);
  expect(read).toBe("Anna sings.Where is Emma?");
  expect(tokens.some((token) => token.text.includes("im_start"))).toBe(false);
  expect(problems).toMatchObject([{ code: "no-chat-template", severity: 2, range: { start: { line: 0 } } }]);
});

it("a template that reorders is said to, and its tokens stand where they are written", async () => {
  const { tokens, problems } = await open(
    "{% for m in messages | reverse %}{{ m['role'] + '\\n' + m['content'] + '\\n' }}{% endfor %}",
  );
  expect(problems).toMatchObject([{ code: "template-reorders", severity: 2 }]);
  const at = (text: string) => tokens.findIndex((token) => token.range && token.text.includes(text));
  expect(at("Where")).toBeGreaterThan(-1);
  expect(at("Where")).toBeLessThan(at("Anna"));
});

it("a template that drops a message has that said at the message", async () => {
  const { read, problems } = await open("{{ messages[1]['content'] }}");
  expect(read).toBe("Where is Emma?");
  const dropped = problems.find((it) => it.code === "template-drops")!;
  expect(dropped.range).toEqual({ start: { line: 1, character: 0 }, end: { line: 1, character: 11 } });
});

it("a template that refuses has its words said", async () => {
  user = await User.spawned({
    settings: { model: modelWith("{{ raise_exception('Only one message is taken') }}") },
  });
  const uri = await user.open("a.prompt", prompt);
  await expect(user.inspect(uri)).rejects.toThrow("Only one message is taken");
  expect(await user.diagnostics(uri)).toMatchObject([{ code: "template-refused", severity: 1 }]);
});
