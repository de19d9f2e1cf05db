import { describe, expect, it } from "vitest";
import type { CodeAction } from "vscode-languageserver/node";
import {
  alerts,
  enabled,
  english,
  enter,
  german,
  prompt,
  remove,
  uriOf,
  user,
  variant,
} from "./trained-probe.ts";

describe("steering with a probe", () => {
  const capabilities = {
    workspace: {
      configuration: true,
      workspaceEdit: { documentChanges: true, resourceOperations: ["create" as const] },
    },
    textDocument: {
      diagnostic: {},
      codeAction: { dataSupport: true, disabledSupport: true, resolveSupport: { properties: ["edit"] } },
    },
  };
  const [away, towards] = ["away from", "towards"].map(
    (it) => `Steer ${it} “german” with the probe language`,
  );

  /** A prompt, and what is offered from one place of it to another: what names a probe, with its kind and what it answers. */
  async function opened(text: string) {
    const uri = await user.open(uriOf("a.prompt"), text);
    const found = await alerts(uri);
    const ask = async (from: number, to = from, only?: string[]) => {
      const range = { start: { line: 0, character: from }, end: { line: 0, character: to } };
      const context = { diagnostics: found, ...(only && { only }) };
      return user.ask<CodeAction[]>("textDocument/codeAction", { textDocument: { uri }, range, context });
    };
    const offered = async (from: number, to = from) =>
      (await ask(from, to))
        .filter(({ title }) => title.includes("the probe"))
        .map(({ title, kind, diagnostics = [] }) => [title, kind, diagnostics.length]);
    return { found, ask, offered };
  }

  it("is the quick fix of its diagnostic, from anywhere on it and from its hover, and of nothing else", async () => {
    await enter({ ...enabled, capabilities });
    const { found, ask, offered } = await opened(prompt);
    const fixes = [
      [away, "quickfix", 1],
      [towards, "quickfix", 1],
    ];
    expect(await offered(prompt.indexOf("Markt"))).toEqual(fixes);
    expect(await offered(prompt.length - 1)).toEqual(fixes);
    // What a client asks for where it shows the diagnostic itself.
    const { start, end } = found[0].range;
    const quick = await ask(start.character, end.character, ["quickfix"]);
    expect(quick.map(({ title, diagnostics }) => [title, diagnostics])).toEqual([
      [away, [found[0]]],
      [towards, [found[0]]],
    ]);
    expect(await offered(prompt.indexOf("baker"))).toEqual([
      ["Steer away from “english” with the probe language", "refactor.rewrite.steer", 0],
      ["Steer towards “english” with the probe language", "refactor.rewrite.steer", 0],
    ]);
    expect(await ask(prompt.indexOf("baker"), undefined, ["quickfix"])).toEqual([]);
  });

  it("is offered of a selection for the sentences in it that the probe speaks up about, each class once", async () => {
    await enter({ ...enabled, capabilities });
    const text = `${english} ${german} ${english} ${german}\n`;
    const second = text.lastIndexOf(german);
    const { offered } = await opened(text);
    expect(await offered(0, text.length - 1)).toEqual([
      [away, "quickfix", 2],
      [towards, "quickfix", 2],
    ]);
    expect((await offered(4, english.length + 9)).map(([, , fixes]) => fixes)).toEqual([1, 1]);
    // Up to where the second one begins, which is not selected.
    expect((await offered(4, second)).map(([, , fixes]) => fixes)).toEqual([1, 1]);
    const quiet = await opened(`${english} ${english}\n`);
    expect(await quiet.offered(0, 2 * english.length)).toEqual([]);
  });

  it("names the class of the diagnostic also where another is likelier", async () => {
    await enter({ settings: { probes: ["probes/eager.probe.json"] }, capabilities });
    const path = variant("eager", ({ editor }) => {
      editor.threshold = 0;
    });
    try {
      const { offered } = await opened(english);
      expect((await offered(4)).map(([title]) => title)).toEqual([
        "Steer away from “german” with the probe eager",
        "Steer towards “german” with the probe eager",
      ]);
    } finally {
      remove(path);
    }
  });

  it("names the probe by its path from the recipe", async () => {
    await enter({ ...enabled, capabilities });
    const { ask } = await opened(prompt);
    const [first] = await ask(prompt.indexOf("Markt"), undefined, ["quickfix"]);
    const { edit } = await user.ask<CodeAction>("codeAction/resolve", first);
    const written = JSON.stringify(edit);
    expect(written).toContain("a.steer.yaml");
    const text = edit!.documentChanges!.flatMap((it) => ("edits" in it ? it.edits : [])) as {
      newText: string;
    }[];
    const recipe = text.map(({ newText }) => newText).find((it) => it.startsWith("version: 1"))!;
    expect(recipe).toContain(
      "edits:\n  - probe: ./probes/language.probe.json\n    class: german\n    strength: -0.5\n",
    );
    const uri = await user.open(uriOf("a.steer.yaml"), recipe);
    await user.ask("textDocument/hover", { textDocument: { uri }, position: { line: 0, character: 0 } });
    await expect.poll(() => user.diagnostics(uri), { timeout: 20_000 }).toEqual([]);
  });
});
