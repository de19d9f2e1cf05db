import { describe, expect, it } from "vitest";
import { parsePrompt } from "../../../server/src/analysis/prompts/index.ts";

const read = (text: string, name = "a.prompt") => parsePrompt(text, name);
const placed = (text: string, name?: string) =>
  read(text, name).problems.map(({ code, start, end }) => [code, text.slice(start, end)]);

describe("values of variables", () => {
  it.each([
    ["an alias", "---\na: &n Zoë\ninput:\n  default:\n    name: *n\n---\nHi {{name}}", "Hi Zoë"],
    ["an inner value", "---\ninput:\n  default:\n    user: {name: Zoë}\n---\nHi {{user.name}}", "Hi Zoë"],
    ["an entry of a list", "---\ninput:\n  default:\n    all: [x, y]\n---\nHi {{all.1}}", "Hi y"],
  ])("%s is filled in", (_, text, expected) => {
    expect(read(text).messages[0].text).toBe(expected);
    expect(read(text).problems).toEqual([]);
  });

  it("an input that is declared without a default has no value", () => {
    const text =
      "---\ninputs:\n  q: {type: string}\n  r: {type: string, default: now}\n---\nuser:\n{{q}} {{r}}";
    expect(read(text, "a.prompty").messages[0].text).toBe("{{q}} now");
    expect(placed(text, "a.prompty")).toEqual([["variable-without-value", "{{q}}"]]);
  });
});

describe("the key steerscope, where it is written wrongly, is said at its place", () => {
  it.each([
    ["steerscope: 3", "3"],
    ["steerscope:\n  model: 3", "3"],
    ["steerscope:\n  saes: {a: b}", "{a: b}"],
    ["steerscope:\n  saes: [good, 3]", "3"],
    ["steerscope:\n  sae: x", "sae"],
    ["steerscope:\n  modle: x", "modle"],
  ])("%s", (yaml, place) => {
    expect(placed(`---\n${yaml}\n---\nHi`)).toEqual([["steerscope-key-invalid", place]]);
    expect(placed(`${yaml}\nmessages:\n  - {role: user, content: Hi}`, "a.prompt.yml")).toEqual([
      ["steerscope-key-invalid", place],
    ]);
  });

  it("keeps what is right beside it", () => {
    const { steerscope } = read("---\nsteerscope:\n  model: m\n  saes: [good, 3]\n---\nHi");
    expect(steerscope.model?.value).toBe("m");
    expect(steerscope.saes?.map((it) => it.value)).toEqual(["good"]);
  });

  it("reads a model through an alias, at the place of the alias", () => {
    const text = "---\nm: &m tiny\nsteerscope: {model: *m}\n---\nHi";
    const { model } = read(text).steerscope;
    expect([model?.value, text.slice(model?.start, model?.end)]).toEqual(["tiny", "*m"]);
  });
});

describe("lines of .prompty that look like a role", () => {
  it.each(["wizard", "human"])("%s: is said at its place, and read as text", (name) => {
    const text = `system:\nBe kind.\n${name}:\nHi\n`;
    expect(placed(text, "a.prompty")).toEqual([["role-unknown", `${name}:`]]);
    expect(read(text, "a.prompty").messages).toMatchObject([{ text: `Be kind.\n${name}:\nHi` }]);
  });

  it("a heading of the text is none, and CRLF changes nothing", () => {
    expect(placed("system:\nExamples:\nHi", "a.prompty")).toEqual([]);
    const roles = read("system:\r\nBe kind.\r\nuser:\r\nHi\r\n", "a.prompty").messages.map((it) => it.role);
    expect(roles).toEqual(["system", "user"]);
  });
});
