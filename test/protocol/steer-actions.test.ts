import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type {
  ClientCapabilities,
  CodeAction,
  CreateFile,
  TextDocumentEdit,
  TextEdit,
  WorkspaceEdit,
} from "vscode-languageserver/node";
import type { FeatureSearch } from "../../server/src/analysis/explore/search.ts";
import { Lines } from "../../server/src/analysis/lines.ts";
import { parseRecipe } from "../../server/src/steering/recipe/parse.ts";
import { User } from "./user.ts";

const able: ClientCapabilities = {
  textDocument: {
    diagnostic: {},
    codeAction: { dataSupport: true, disabledSupport: true, resolveSupport: { properties: ["edit"] } },
  },
  workspace: {
    configuration: true,
    workspaceFolders: true,
    workspaceEdit: {
      documentChanges: true,
      resourceOperations: ["create"],
      changeAnnotationSupport: {},
    },
  },
};

let folder: string;
let user: User;
const texts = new Map<string, string>();
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "steerscope-steer-"));
  texts.clear();
});
afterEach(async () => {
  await user.leave();
  rmSync(folder, { recursive: true });
});

async function enter(capabilities = able, commandLinks = true, search?: FeatureSearch): Promise<void> {
  const initializationOptions = { commandLinks };
  const settings = { saes: ["toy"] };
  user = await User.inBand({ settings, capabilities, folder, initializationOptions, search });
}

const uriOf = (name: string) => pathToFileURL(join(folder, name)).href;

async function open(name: string, text: string): Promise<string> {
  const uri = await user.open(uriOf(name), text);
  texts.set(uri, text);
  if (name.endsWith(".yaml")) return uri;
  await user.inspect(uri);
  return uri;
}

/** Actions offered on the first occurrence of a text; on the token there where `caret` is set. */
function actions(uri: string, text: string, caret = true, only?: string[]): Promise<CodeAction[]> {
  const all = texts.get(uri)!;
  const at = all.indexOf(text);
  const range = new Lines(all).range(at, caret ? at : at + text.length);
  return user.ask("textDocument/codeAction", {
    textDocument: { uri },
    range,
    context: { diagnostics: [], ...(only && { only }) },
  });
}

/** Chooses an action: what its edit makes of each document, by name. */
async function take(offered: CodeAction[], title: RegExp): Promise<Record<string, string>> {
  const action = offered.find((it) => title.test(it.title));
  if (!action) throw new Error(`None of ${offered.map((it) => it.title).join("; ")} is ${title}.`);
  const { edit } = action.edit ? action : await user.ask<CodeAction>("codeAction/resolve", action);
  return applied(edit!);
}

function applied(edit: WorkspaceEdit): Record<string, string> {
  const result: Record<string, string> = {};
  const made = new Set<string>();
  const change = (uri: string, edits: TextEdit[]) => {
    const path = fileURLToPath(uri);
    if (!made.has(uri) && !texts.has(uri) && !existsSync(path)) throw new Error(`There is no file ${path}.`);
    const text = made.has(uri) ? "" : (texts.get(uri) ?? readFileSync(path, "utf8"));
    const lines = new Lines(text);
    let after = text;
    for (const { range, newText } of edits.toSorted(
      (a, b) => lines.offset(b.range.start) - lines.offset(a.range.start),
    ))
      after = after.slice(0, lines.offset(range.start)) + newText + after.slice(lines.offset(range.end));
    result[path.slice(folder.length + 1)] = after;
  };
  for (const [uri, edits] of Object.entries(edit.changes ?? {})) change(uri, edits);
  for (const it of (edit.documentChanges ?? []) as (TextDocumentEdit | CreateFile)[]) {
    if ("kind" in it) made.add(it.uri);
    else change(it.textDocument.uri, it.edits as TextEdit[]);
  }
  return result;
}

describe("steering from a prompt", () => {
  it("offers the strongest latents of the token under the cursor, as its hover ranks them, those with a label first", async () => {
    await enter();
    const uri = await open("mood.prompt", "The cat sat.\n");
    const offered = await actions(uri, "cat");
    expect(offered.map((it) => it.title)).toEqual(
      expect.arrayContaining([
        expect.stringMatching(/^Amplify .*toy\/\d+/),
        expect.stringMatching(/^Suppress .*toy\/\d+/),
        expect.stringMatching(/^Ablate .*toy\/\d+/),
        expect.stringMatching(/^Clamp to its strongest: .*toy\/\d+/),
      ]),
    );
    const hover = (await user.hoverOver(uri, "cat"))!;
    const rows = [...hover.matchAll(/toy · (\d+) · ([^·]+) ·/g)].map(([, latent, label]) => ({
      latent,
      label,
    }));
    const isNamed = ({ label }: { label: string }) => Number(!label.includes("no label"));
    const ranked = rows.toSorted((a, b) => isNamed(b) - isNamed(a)).map(({ latent }) => latent);
    const named = offered.flatMap((it) => /^Amplify .*toy\/(\d+)/.exec(it.title)?.[1] ?? []);
    expect(named).toEqual(ranked.slice(0, named.length));
    // The one that fires on every token says nothing of this one.
    expect(named).not.toContain("7");
    expect(offered.every((it) => it.kind === "refactor.rewrite.steer" && !it.edit)).toBe(true);
    expect(await actions(uri, "cat", true, ["quickfix"])).toEqual([]);
    expect(await actions(uri, "cat", true, ["refactor"])).toHaveLength(offered.length);
  });

  it("makes a recipe beside the prompt and names it there, in one edit that says what it does", async () => {
    await enter();
    const uri = await open("mood.prompt", "The cat sat.\n");
    const [first] = await actions(uri, "cat");
    const resolved = await user.ask<CodeAction>("codeAction/resolve", first);
    const { edit, command } = resolved;
    expect(edit!.documentChanges).toHaveLength(3);
    expect(Object.values(edit!.changeAnnotations!)).toMatchObject([{ label: first.title }]);
    expect(command).toMatchObject({
      command: "steerscope.openRecipe",
      arguments: [uriOf("mood.steer.yaml")],
    });
    const after = applied(edit!);
    expect(after["mood.prompt"]).toBe("---\nsteerscope:\n  steer: ./mood.steer.yaml\n---\nThe cat sat.\n");
    const { recipe, problems } = parseRecipe(after["mood.steer.yaml"]);
    expect(problems).toEqual([]);
    expect(recipe).toMatchObject({
      name: "mood",
      model: { value: "tinytown" },
      saes: [{ value: "toy" }],
      edits: [{ source: { feature: { sae: "toy" } }, strength: { value: 0.5 } }],
    });
  });

  it("adds to the recipe that the prompt names, as it stands in the editor", async () => {
    await enter();
    const before = "version: 1\n# mine\nedits:\n  - feature: toy/1 # kept\n    strength: 1\n";
    writeFileSync(join(folder, "other.steer.yaml"), "version: 1\nedits: []\n");
    await open("other.steer.yaml", before);
    const uri = await open(
      "mood.prompt",
      "---\nsteerscope: { steer: ./other.steer.yaml }\n---\nThe cat sat.\n",
    );
    const after = await take(await actions(uri, "cat"), /^Ablate/);
    expect(Object.keys(after)).toEqual(["other.steer.yaml"]);
    expect(after["other.steer.yaml"]).toMatch(
      /^version: 1\n# mine\nedits:\n {2}- feature: toy\/1 # kept\n {4}strength: 1\n {2}- feature: toy\/\d+.*\n {4}op: ablate\n$/,
    );
  });

  it("turns up an edit that is there, rather than adding another", async () => {
    await enter();
    const uri = await open("mood.prompt", "---\nsteerscope: { steer: ./m.steer.yaml }\n---\nThe cat sat.\n");
    const offered = await actions(uri, "cat");
    const [, latent] = /toy\/(\d+)/.exec(offered[0].title)!;
    writeFileSync(
      join(folder, "m.steer.yaml"),
      `version: 1\nedits: [{ feature: toy/${latent}, strength: 0.5 }]\n`,
    );
    expect(await take(offered, /^Amplify/)).toEqual({
      "m.steer.yaml": `version: 1\nedits: [{ feature: toy/${latent}, strength: 0.75 }]\n`,
    });
    expect(await take(offered, /^Suppress/)).toEqual({
      "m.steer.yaml": `version: 1\nedits: [{ feature: toy/${latent}, strength: -0.5 }]\n`,
    });
  });

  it("steers away from what fires on a selection but not elsewhere", async () => {
    await enter();
    const text = "The cat sat. The dog sat. The cat slept.";
    const uri = await open("mood.prompt", text);
    const { tokens } = await user.inspect(uri, { topK: 1000 });
    const firesOn = (word: string) =>
      tokens.filter((it) => it.text === word).flatMap((it) => it.features.map(({ feature }) => feature));
    const offered = await actions(uri, " dog", false);
    const after = await take(offered, /^Steer away/);
    const { recipe } = parseRecipe(after["mood.steer.yaml"]);
    const latents = recipe!.edits.map(({ source }) => source.kind === "feature" && source.feature.latent);
    const elsewhere = new Set(["The", " The", " cat", " sat.", " slept."].flatMap(firesOn));
    expect(latents).toEqual(firesOn(" dog").filter((it) => !elsewhere.has(it)));
    expect(recipe!.edits.map(({ operation }) => operation.value)).toEqual(["ablate"]);
    expect((await actions(uri, "cat")).some((it) => it.title.startsWith("Steer away"))).toBe(false);
  });

  it("refuses, with the reason, where no recipe can be named or made", async () => {
    await enter();
    const plain = await open("story.txt", "The cat sat.");
    const [refused] = await actions(plain, "cat");
    expect(refused).toMatchObject({ disabled: { reason: expect.stringContaining("no front matter") } });
    await expect(user.ask("codeAction/resolve", { ...refused, data: undefined })).rejects.toThrow(
      "with its data",
    );
    const odd = await open("odd.prompt", "---\nsteerscope: { steer: ../notes.txt }\n---\nThe cat sat.\n");
    const [named] = await actions(odd, "cat");
    expect(named.disabled?.reason).toContain(".steer.yaml");
    writeFileSync(join(folder, "broken.steer.yaml"), "version: [\n");
    const broken = await open("broken.prompt", "The cat sat.\n");
    expect((await actions(broken, "cat"))[0].disabled?.reason).toContain("broken YAML");
  });

  it("says to a client that makes no files what to do, and serves one that knows plain edits only", async () => {
    const workspaceEdit = undefined;
    await enter({ ...able, workspace: { ...able.workspace, workspaceEdit } }, false);
    const uri = await open("mood.prompt", "The cat sat.\n");
    expect((await actions(uri, "cat"))[0].disabled?.reason).toContain("cannot make files");
    writeFileSync(join(folder, "mood.steer.yaml"), "version: 1\nedits: []\n");
    const offered = await actions(uri, "cat");
    const resolved = await user.ask<CodeAction>("codeAction/resolve", offered[0]);
    expect(resolved.command).toBeUndefined();
    expect(Object.keys(resolved.edit!.changes!)).toHaveLength(2);
    expect(applied(resolved.edit!)["mood.prompt"]).toContain("steer: ./mood.steer.yaml");
  });

  it("gives the edit at once to a client that does not ask for it later", async () => {
    const textDocument = { diagnostic: {}, codeAction: {} };
    await enter({ ...able, textDocument });
    const uri = await open("mood.prompt", "The cat sat.\n");
    const [first] = await actions(uri, "cat");
    expect(applied(first.edit!)["mood.steer.yaml"]).toContain("feature: toy/");
  });

  it("does not write what was offered for another text", async () => {
    await enter();
    const uri = await open("mood.prompt", "The cat sat.\n");
    const [first] = await actions(uri, "cat");
    await user.edit(uri, "cat", "dog");
    await user.inspect(uri);
    await expect(user.ask("codeAction/resolve", first)).rejects.toThrow("edited since");
  });
});

describe("steering with a named latent", () => {
  const steer = (uri: string, more: object) =>
    user.ask<{ title: string; edit: WorkspaceEdit; recipe: string }>("steerscope/steerFeature", {
      ...{ textDocument: { uri }, sae: "toy", feature: 20, way: "amplify" },
      ...more,
    });

  it("makes the edit of the code action, once the prompt is analysed", async () => {
    await enter();
    const uri = await open("mood.prompt", "The cat sat.\n");
    const offered = await actions(uri, "cat");
    const first = offered[0].title;
    const feature = Number(/toy\/(\d+)/.exec(first)![1]);
    const answer = await steer(uri, { feature });
    expect(answer).toMatchObject({ title: first, recipe: uriOf("mood.steer.yaml") });
    expect(applied(answer.edit)).toEqual(await take(offered, /^Amplify/));
    const ablated = await steer(uri, { feature, way: "ablate" });
    expect(applied(ablated.edit)["mood.steer.yaml"]).toContain("op: ablate");
    expect(applied((await steer(uri, { feature, way: "clamp" })).edit)["mood.steer.yaml"]).toMatch(
      /op: clamp/,
    );
  });

  it("refuses what is not there", async () => {
    await enter();
    const uri = await open("mood.prompt", "The cat sat.\n");
    await expect(steer(uri, { way: "toString" })).rejects.toThrow("one of amplify, suppress, ablate, clamp");
    await expect(steer(uri, { feature: 9_999_999 })).rejects.toThrow("no latent 9999999");
    const plain = await open("story.txt", "The cat sat.");
    await expect(steer(plain, {})).rejects.toThrow("no front matter");
  });

  it("marks a weak handle where scores are known, but not where it is only switched off", async () => {
    const scores = { output: new Float32Array(4096).fill(0.002), input: new Float32Array(4096) };
    const figures = async () => ({
      ...{ source: "", finished: true, frequency: null, maximum: null, labels: new Map(), scores },
    });
    const search = { figures, byExamples: async () => null, byPromotedToken: async () => null };
    await enter(able, true, search);
    const uri = await open("mood.prompt", "The cat sat.\n");
    const titles = (await actions(uri, "cat")).map(({ title }) => title);
    for (const title of titles)
      expect(title.includes(" · weak handle: output score 0.002 (below 0.01)")).toBe(
        !title.startsWith("Ablate"),
      );
    scores.output.fill(0.5);
    expect((await actions(uri, "cat")).some(({ title }) => title.includes("weak"))).toBe(false);
  });
});

describe("a prompt that names recipes", () => {
  it("says where it names them which of them cannot be used", async () => {
    await enter();
    const made = {
      "good.steer.yaml": "version: 1\nmodel: tinytown\nedits: []\n",
      "broken.steer.yaml": "version: 1\nedits: 3\n",
      "theirs.steer.yaml": "version: 1\nmodel: other/model\nedits: []\n",
    };
    for (const [name, text] of Object.entries(made)) writeFileSync(join(folder, name), text);
    const names = ["good.steer.yaml", "broken.steer.yaml", "theirs.steer.yaml", "none.steer.yaml", "a.txt"];
    const text = `---\nsteerscope:\n  steer:\n${names.map((it) => `    - ${it}\n`).join("")}---\nThe cat sat.\n`;
    const uri = await open("mood.prompt", text);
    const found = (await user.diagnostics(uri)).map(({ code, range }) => [code, range.start.line]);
    expect(found).toEqual([
      ["recipe-unusable", 4],
      ["recipe-other-model", 5],
      ["recipe-missing", 6],
      ["recipe-name", 7],
    ]);
    // What is written in the editor counts over what lies on the disk.
    await open("broken.steer.yaml", "version: 1\nedits: []\n");
    expect((await user.diagnostics(uri)).map(({ code }) => code)).not.toContain("recipe-unusable");
  });
});

describe("the edits of a recipe", () => {
  const text = `version: 1
edits:
  - feature: toy/20 # a cat
    strength: 1 # enough
  - { feature: toy/21, op: clamp, strength: 0.5, enabled: false }
`;

  it("are turned up, down, on and off, measured otherwise and removed", async () => {
    await enter();
    const uri = await open("a.steer.yaml", text);
    const first = await actions(uri, "toy/20");
    expect(first.map((it) => it.title)).toEqual([
      "Stronger: 1.5",
      "Weaker: 0.6667",
      "Switch this edit off",
      "Measure its strength in the unit “maximum” (the number stays)",
      "Measure its strength in the unit “raw” (the number stays)",
      "Note the strength 1 as tried (tested)",
      "Remove this edit",
      "Open the strength slider",
    ]);
    const make = async (title: RegExp) => (await take(first, title))["a.steer.yaml"];
    expect(await make(/Stronger/)).toBe(text.replace("strength: 1 ", "strength: 1.5 "));
    expect(await make(/off/)).toBe(text.replace("# enough\n", "# enough\n    enabled: false\n"));
    expect(await make(/raw/)).toBe(text.replace("# enough\n", "# enough\n    unit: raw\n"));
    expect(await make(/Remove/)).toBe(
      "version: 1\nedits:\n  - { feature: toy/21, op: clamp, strength: 0.5, enabled: false }\n",
    );
    expect(await make(/tried/)).toBe(text.replace("# enough\n", "# enough\n    tested: [1, 1]\n"));
    const second = await actions(uri, "toy/21");
    expect((await take(second, /Switch this edit on/))["a.steer.yaml"]).toContain("enabled: true }");
    expect(await actions(uri, "version")).toEqual([]);
    // An edit that is switched off moves nothing.
    expect(second.map((it) => it.title)).not.toContain("Open the strength slider");
  });

  it("leads to its slider and, for a vector, to its features, in a client that runs our commands", async () => {
    await enter();
    const vector =
      "version: 1\nedits:\n  - feature: toy/1\n    op: ablate\n  - vector: ./v.gguf\n    strength: 1\n";
    const uri = await open("v.steer.yaml", vector);
    const commands = (await actions(uri, "./v.gguf")).filter(({ command }) => command);
    expect(commands.map(({ command }) => [command!.command, command!.arguments])).toEqual([
      ["steerscope.openSlider", [uri, 1]],
      ["steerscope.decomposeVector", [uri, 1]],
    ]);
    // Chosen, it stays what it is: there is nothing to look up.
    expect(await user.ask("codeAction/resolve", commands[0])).toEqual(commands[0]);
    expect((await actions(uri, "toy/1")).filter(({ command }) => command)).toEqual([]);
    const prompt = await open(
      "mood.prompt",
      "---\nsteerscope: { steer: ./v.steer.yaml }\n---\nThe cat sat.\n",
    );
    expect((await actions(prompt, "cat")).at(-1)).toMatchObject({
      title: "Open the strength slider",
      command: { command: "steerscope.openSlider", arguments: [prompt] },
    });
    await user.leave();
    await enter(able, false);
    const again = await open("v.steer.yaml", vector);
    expect((await actions(again, "./v.gguf")).some(({ command }) => command)).toBe(false);
  });
});
