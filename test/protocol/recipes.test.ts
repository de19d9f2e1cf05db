import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { CompletionItem, CompletionList, Diagnostic } from "vscode-languageserver/node";
import { Lines } from "../../server/src/analysis/lines.ts";
import { User, type UserOptions } from "./user.ts";

const patient = { timeout: 20_000 };
let folder: string;
let user: User;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "steerscope-recipes-"));
});
afterEach(async () => {
  await user.leave();
  rmSync(folder, { recursive: true });
});

const uriOf = (name: string) => pathToFileURL(join(folder, name)).href;
const enter = async (options: UserOptions = {}) => {
  user = await User.inBand({ settings: { saes: ["toy"] }, folder, ...options });
};

/** Opens a text; a “|” in it is where the cursor stands. */
async function openAt(
  name: string,
  marked: string,
): Promise<{ uri: string; position: object; text: string }> {
  const at = marked.indexOf("|");
  const text = at < 0 ? marked : marked.slice(0, at) + marked.slice(at + 1);
  const uri = await user.open(uriOf(name), text);
  return { uri, text, position: new Lines(text).position(Math.max(0, at)) };
}

async function completed(
  name: string,
  marked: string,
): Promise<{ items: CompletionItem[]; taking(label: string): string }> {
  const { uri, position, text } = await openAt(name, marked);
  const list = await user.ask<CompletionList | null>("textDocument/completion", {
    textDocument: { uri },
    position,
  });
  const items = list?.items ?? [];
  await user.close(uri);
  const lines = new Lines(text);
  return {
    items,
    taking(label) {
      const { textEdit } = items.find((it) => it.label === label)!;
      const { range, newText } = textEdit as { range: Diagnostic["range"]; newText: string };
      return text.slice(0, lines.offset(range.start)) + newText + text.slice(lines.offset(range.end));
    },
  };
}

const recipe = (edit: string) => `version: 1\nedits:\n  - ${edit}\n`;
/** What is wrong, once the set-up has been looked into: a client asks again when it is told to. */
async function problems(uri: string): Promise<Diagnostic[]> {
  await user.ask("textDocument/hover", { textDocument: { uri }, position: { line: 0, character: 0 } });
  return user.diagnostics(uri);
}
const found = (diagnostics: Diagnostic[]) => diagnostics.map(({ code, range }) => [code, range.start.line]);

/** The only latent of the fake engine with a label: “a cat”. */
async function cat(): Promise<number> {
  const uri = await user.open(uriOf("find.txt"), "The cat sat.");
  const { tokens } = await user.inspect(uri, { topK: 1000 });
  return tokens.flatMap((it) => it.features).find(({ label }) => label === "a cat")!.feature;
}

describe("what is wrong with a recipe", () => {
  it("is told where it stands, and taken back when it is mended", async () => {
    await enter();
    const { uri } = await openAt("a.steer.yaml", recipe("feature: toy/100\n    strength: 1\n    op: ad"));
    const diagnostics = await problems(uri);
    expect(found(diagnostics)).toEqual([["recipe-value-unknown", 4]]);
    expect(diagnostics[0]).toMatchObject({
      source: "steerscope",
      severity: 1,
      range: { start: { line: 4, character: 8 }, end: { line: 4, character: 10 } },
      message: expect.stringContaining("Did you mean “add”?"),
    });
    await user.edit(uri, "op: ad", "op: add");
    expect(found(await problems(uri))).toEqual([["recipe-latent-unknown", 2]]);
    await user.edit(uri, "toy/100", "toy/20");
    expect(await problems(uri)).toEqual([]);
  });

  it("counts broken YAML once, and nothing that the schema would say again", async () => {
    await enter();
    const broken = await openAt("a.steer.yaml", "version: [1\nedits: []\n");
    const codes = found(await problems(broken.uri)).map(([code]) => code);
    expect(new Set(codes)).toEqual(new Set(["yaml-invalid"]));
    const wrong = await openAt("b.steer.yaml", "version: 3\nedits: []\nthing: 1\n");
    expect(found(await problems(wrong.uri))).toEqual([
      ["recipe-key-unknown", 2],
      ["recipe-version", 0],
    ]);
  });

  it("is looked up in the set-up that the recipe names, else in that of its folder's settings", async () => {
    await enter();
    const { uri } = await openAt(
      "a.steer.yaml",
      `saes: [other]\n${recipe("{ feature: toy/1, strength: 1 }")}`,
    );
    const [unknown] = await problems(uri);
    expect(unknown).toMatchObject({
      code: "recipe-sae-unknown",
      message: expect.stringContaining("it has other"),
    });
    await user.edit(uri, "[other]", "[toy, ./missing]");
    const [missing] = await problems(uri);
    expect(missing).toMatchObject({ code: "sae-not-found", range: { start: { line: 0, character: 12 } } });
    await user.edit(uri, "saes: [toy, ./missing]", "model: ./missing");
    expect(await problems(uri)).toMatchObject([
      { code: "model-not-found", range: { start: { line: 0, character: 7 } } },
    ]);
    await user.edit(uri, "model: ./missing", "name: x");
    expect(await problems(uri)).toEqual([]);
    user.fileSettings.set(uri, { saes: ["other"] });
    await user.configure(user.settings);
    await expect.poll(async () => found(await problems(uri)), patient).toEqual([["recipe-sae-unknown", 3]]);
  });

  it("is published to a client that does not ask", async () => {
    await enter({ capabilities: { workspace: { configuration: true } } });
    const { uri } = await openAt("a.steer.yaml", recipe("{ feature: toy/100, strength: 1 }"));
    await expect.poll(() => user.published.at(-1)?.diagnostics.length, patient).toBe(1);
    expect(user.published.at(-1)).toMatchObject({ uri, diagnostics: [{ code: "recipe-latent-unknown" }] });
    await user.close(uri);
    await expect.poll(() => user.published.at(-1)?.diagnostics, patient).toEqual([]);
  });

  it("is never analysed as a prompt", async () => {
    await enter();
    const { uri } = await openAt("a.steer.yaml", recipe("{ feature: toy/20, strength: 1 }"));
    await problems(uri);
    await expect(user.inspect(uri)).rejects.toThrow("not open");
    expect(await user.symbols(uri)).toEqual([]);
  });

  it("fetches no schema that a recipe names", async () => {
    await enter();
    const text = `# yaml-language-server: $schema=http://127.0.0.1:9/x.json\n${recipe("{ feature: toy/20, strength: 1 }")}`;
    const { uri } = await openAt("a.steer.yaml", text);
    const diagnostics = await problems(uri);
    expect(diagnostics.length).toBeLessThanOrEqual(1);
    for (const { message } of diagnostics) expect(message).toContain("nothing is fetched");
  });
});

describe("writing a recipe", () => {
  it("is offered its keys and their values", async () => {
    await enter();
    const labels = async (marked: string) =>
      (await completed("a.steer.yaml", marked)).items.map(({ label }) => label);
    expect(await labels("|")).toEqual(expect.arrayContaining(["version", "edits", "checks"]));
    expect(await labels(recipe("|"))).toEqual(
      expect.arrayContaining(["feature", "vector", "token", "op", "when"]),
    );
    expect(await labels(recipe("feature: toy/20\n    op: |"))).toEqual(
      expect.arrayContaining(["add", "scale", "clamp", "ablate", "project", "cap"]),
    );
    expect(await labels(recipe("feature: toy/20\n    where:\n      |"))).toEqual(
      expect.arrayContaining(["tokens", "roles", "halfLife"]),
    );
  });

  it("finds features by a part of their label", async () => {
    await enter();
    const latent = await cat();
    for (const marked of [
      recipe("feature: ca|"),
      recipe("{ feature: ca|"),
      recipe("feature: |"),
      recipe("feature: toy|"),
    ]) {
      const { items, taking } = await completed("a.steer.yaml", marked);
      expect(items, marked).toMatchObject([
        { label: "a cat", labelDetails: { description: `toy/${latent}` } },
      ]);
      expect(taking("a cat").trim().endsWith(`feature: toy/${latent}`)).toBe(true);
      expect(items[0].filterText).toContain("a cat");
    }
    expect((await completed("a.steer.yaml", recipe("feature: horse|"))).items).toEqual([]);
    const byLabel = await completed("a.steer.yaml", recipe('{ feature: { sae: toy, label: "a|'));
    expect(byLabel.taking("a cat").trim().endsWith('label: "a cat')).toBe(true);
    const other = await completed("a.steer.yaml", recipe("{ feature: { sae: other, label: a|"));
    expect(other.items).toEqual([]);
  });

  it("is offered SAEs and hook points of the set-up", async () => {
    await enter();
    expect(
      (await completed("a.steer.yaml", `saes: [|]\n${recipe("{ feature: toy/1 }")}`)).items,
    ).toMatchObject([{ label: "toy" }]);
    expect(
      (await completed("a.steer.yaml", `saes: [a, b]\n${recipe("{ feature: { sae: |")}`)).items,
    ).toMatchObject([{ label: "a", detail: "blocks.2.hook_resid_post, 100 latents" }, { label: "b" }]);
    for (const list of ["saes:\n  - |", "saes:\n- toy\n# one more\n- |", "saes: # mine\n  - 'a'\n  - \"t|"]) {
      const { items } = await completed("a.steer.yaml", `${list}\n${recipe("{ feature: toy/1 }")}`);
      expect(items, list).toEqual(expect.arrayContaining([expect.objectContaining({ label: "toy" })]));
    }
    // An entry of another list is no SAE.
    expect(
      (await completed("a.steer.yaml", `saes:\n  - toy\nother:\n  - |\n`)).items.map(({ label }) => label),
    ).not.toContain("toy");
    const { items, taking } = await completed("a.steer.yaml", recipe("token: x\n    hook: blo|"));
    expect(items).toHaveLength(9);
    expect(items.find(({ detail }) => detail === "toy")!.label).toBe("blocks.2.hook_resid_post");
    expect(taking("blocks.2.hook_resid_post")).toContain("hook: blocks.2.hook_resid_post\n");
  });

  it("is offered what the judge knows, attributes first and then their values", async () => {
    await enter();
    const check = (it: string) => `version: 1\nedits: []\nchecks: [{ prompt: a, expect: [{ judge: ${it}`;
    const first = await completed("a.steer.yaml", check("mo|"));
    expect(first.items.map(({ label }) => label)).toEqual(expect.arrayContaining(["mood/", "pet name/"]));
    const second = await completed("a.steer.yaml", check("mood/ch|"));
    expect(second.items.map(({ label }) => label)).toEqual([
      ...["mood/cheerful", "mood/sad", "mood/angry", "mood/afraid"],
    ]);
    expect(second.taking("mood/sad")).toBe(check("mood/sad"));
    expect((await completed("a.steer.yaml", check('"truth/|'))).taking("truth/true statement")).toBe(
      check('"truth/true statement'),
    );
  });

  it("is offered files: vectors for a direction, prompts for a check, folder by folder", async () => {
    await enter();
    mkdirSync(join(folder, "deep"), { recursive: true });
    for (const name of [
      "happy.gguf",
      "deep/sad.safetensors",
      "deep/truth.probe.safetensors",
      "b.prompt",
      "c.json",
    ])
      writeFileSync(join(folder, name), "");
    const labels = async (marked: string) =>
      (await completed("a.steer.yaml", marked)).items.map(({ label }) => label);
    for (const it of [
      "vector: |",
      "{ vector: |",
      "vector: { file: |",
      "vector:\n      file: |",
      "vector:\n     name: x\n     file: |",
    ])
      expect(await labels(recipe(it)), it).toEqual(["happy.gguf", "deep/"]);
    const inside = await completed("a.steer.yaml", recipe('{ vector: "./deep/s|'));
    expect(inside.taking("sad.safetensors")).toContain('vector: "./deep/sad.safetensors');
    expect(inside.items.map(({ label }) => label)).toEqual(["sad.safetensors"]);
    expect(await labels("version: 1\nedits: []\nchecks:\n  - file: |")).toEqual(["b.prompt", "deep/"]);
  });

  it("keeps what the set-up offers while the YAML is broken", async () => {
    await enter();
    const uri = await user.open(uriOf("a.steer.yaml"), recipe("{ feature: toy/20, strength: 1 }"));
    await problems(uri);
    await user.edit(uri, "{ feature: toy/20, strength: 1 }", "{ feature: ca");
    const position = { line: 2, character: 17 };
    const list = await user.ask<CompletionList>("textDocument/completion", {
      textDocument: { uri },
      position,
    });
    expect(list.items.map(({ label }) => label)).toEqual(["a cat"]);
  });

  it("offers a prompt the recipes of its folder, the nearest first", async () => {
    await enter();
    mkdirSync(join(folder, "deep/node_modules"), { recursive: true });
    for (const name of ["a.steer.yaml", "deep/b.steer.yaml", "deep/node_modules/c.steer.yaml", "d.yaml"])
      writeFileSync(join(folder, name), "");
    const { items, taking } = await completed("mood.prompt", "---\nsteerscope:\n  steer: ./|\n---\nHello.\n");
    expect(items.map(({ label }) => label)).toEqual(["./a.steer.yaml", "./deep/b.steer.yaml"]);
    expect(taking("./deep/b.steer.yaml")).toContain("  steer: ./deep/b.steer.yaml\n---");
    const inside = await completed("deep/mood.prompt", "---\nsteerscope: { steer: |\n---\nHello.\n");
    expect(inside.items.map(({ label }) => label)).toEqual(["./b.steer.yaml", "../a.steer.yaml"]);
    expect((await completed("mood.prompt", "---\n---\nsteer: |\n")).items).toEqual([]);
  });
});

describe("hovering over a recipe", () => {
  it("tells what is known of a feature before one steers with it", async () => {
    await enter();
    const latent = await cat();
    const { uri } = await openAt(
      "a.steer.yaml",
      recipe(`{ feature: { sae: toy, label: a cat }, strength: 1, when: { feature: toy/21, above: 1 } }`),
    );
    await problems(uri);
    const hover = (await user.hoverOver(uri, "label: a cat"))!;
    expect(hover.split("\n")[0]).toContain(`**toy/${latent}** · blocks.2.hook_resid_post`);
    expect(hover).toContain("“a cat” · imported, fake");
    expect(hover).toContain("Fires on 1.0 % of tokens, at most 10.0 (measured on nothing at all)");
    expect(hover).toContain("not measured yet");
    expect((await user.hoverOver(uri, "toy/21"))!).toContain("**toy/21**");
  });

  it("tells what a key means and what its edit does", async () => {
    await enter();
    const { uri } = await openAt("a.steer.yaml", recipe("feature: toy/20\n    strength: 0.5\n    op: scale"));
    await problems(uri);
    expect(await user.hoverOver(uri, "strength")).toMatch(/How much.*Multiplies toy\/20 by 0.5 at/s);
    expect(await user.hoverOver(uri, "op:")).toContain("`scale`: f becomes strength · f");
    expect(await user.hoverOver(uri, "version")).not.toContain("Multiplies");
  });
});
