import { describe, expect, it } from "vitest";
import { parsePrompt } from "../../../server/src/analysis/prompts/index.ts";
import { nameRecipe } from "../../../server/src/steering/recipe/name-recipe.ts";
import { changed } from "../../../server/src/steering/recipe/yaml-text.ts";

const named = (text: string, fileName: string) =>
  changed(text, nameRecipe(text, parsePrompt(text, fileName).format, "./a.steer.yaml"));

describe("naming a recipe in a prompt", () => {
  it.each([
    ["Hello.\n", "---\nsteerscope:\n  steer: ./a.steer.yaml\n---\nHello.\n"],
    ["\uFEFFHello.\r\n", "\uFEFF---\r\nsteerscope:\r\n  steer: ./a.steer.yaml\r\n---\r\nHello.\r\n"],
    ["---\n---\nHello.\n", "---\nsteerscope:\n  steer: ./a.steer.yaml\n---\nHello.\n"],
    [
      "---\nmodel: gpt # for them\n---\nHello.\n",
      "---\nmodel: gpt # for them\nsteerscope:\n  steer: ./a.steer.yaml\n---\nHello.\n",
    ],
    [
      "---\nsteerscope:\n  model: tinytown # here\nx: 1\n---\nHello.\n",
      "---\nsteerscope:\n  model: tinytown # here\n  steer: ./a.steer.yaml\nx: 1\n---\nHello.\n",
    ],
    [
      "---\nsteerscope: { model: tinytown }\n---\nHello.\n",
      "---\nsteerscope: { model: tinytown, steer: ./a.steer.yaml }\n---\nHello.\n",
    ],
    ["---\nsteerscope:\n---\nHello.\n", "---\nsteerscope:\n  steer: ./a.steer.yaml\n---\nHello.\n"],
    [
      "---\n{ model: gpt }\n---\nHello.\n",
      "---\n{ model: gpt, steerscope: { steer: ./a.steer.yaml } }\n---\nHello.\n",
    ],
  ])("of %j", (before, after) => {
    expect(named(before, "a.prompt")).toBe(after);
    expect(parsePrompt(after, "a.prompt")).toMatchObject({
      problems: [],
      steerscope: { steer: [{ value: "./a.steer.yaml" }] },
      messages: [{ text: "Hello." }],
    });
  });

  it("writes at the top level of .prompt.yml", () => {
    const text = "messages:\n  - role: user\n    content: |\n      Hello.\n";
    expect(named(text, "a.prompt.yml")).toBe(`${text}steerscope:\n  steer: ./a.steer.yaml\n`);
  });

  it("refuses where nothing can name it, and changes nothing else", () => {
    expect(() => named("Hello.", "a.txt")).toThrow("no front matter");
    expect(() => named("---\nmodel: gpt\nHello.", "a.prompt")).toThrow("no closing line");
    expect(() => named("---\n[\n---\nHello.", "a.prompt")).toThrow("broken");
    expect(() => named("---\n- a\n---\nHello.", "a.prompt")).toThrow("no mapping");
    expect(() => named("---\nx: &s { model: m }\nsteerscope: *s\n---\nHello.", "a.prompt")).toThrow();
  });
});

describe("the recipes that a prompt names", () => {
  it("are read with their places, one or several", () => {
    const text = "---\nsteerscope: { steer: [./a.steer.yaml, b.steer.yaml] }\n---\nHello.";
    const { steerscope, problems } = parsePrompt(text, "a.prompt");
    expect(problems).toEqual([]);
    expect(steerscope.steer!.map(({ value, start, end }) => [value, text.slice(start, end)])).toEqual([
      ["./a.steer.yaml", "./a.steer.yaml"],
      ["b.steer.yaml", "b.steer.yaml"],
    ]);
    const wrong = parsePrompt("---\nsteerscope: { steer: 3 }\n---\nHello.", "a.prompt");
    expect(wrong.problems).toMatchObject([{ code: "steerscope-key-invalid" }]);
    expect(wrong.steerscope.steer).toEqual([]);
  });
});
