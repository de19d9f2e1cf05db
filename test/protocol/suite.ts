import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, describe, expect, it } from "vitest";
import { CancellationTokenSource } from "vscode-jsonrpc/node";
import { LSPErrorCodes, SymbolKind } from "vscode-languageserver/node";
import type { FeatureResult } from "../../server/src/protocol/feature.ts";
import type { TriedFeature } from "../../server/src/protocol/requests.ts";
import type { User, UserOptions } from "./user.ts";

const chat = `---
model: gpt
---
{{role "system"}}
You are kind.
{{role "user"}}
The cat sat on the mat. The cat slept.
`;

/** What holds for a user of any server with any engine. */
export function userSuite(name: string, enter: (options?: UserOptions) => Promise<User>): void {
  let user: User;
  afterEach(() => user.leave());

  describe(`${name}: reading`, () => {
    it("says in initialize what it can do", async () => {
      user = await enter();
      expect(user.initialized.capabilities).toMatchObject({
        hoverProvider: true,
        diagnosticProvider: { interFileDependencies: false },
        documentSymbolProvider: true,
      });
    });

    it("shows the token and its features in a hover", async () => {
      user = await enter();
      const uri = await user.open("a.prompt", chat);
      await user.inspect(uri);
      const hover = (await user.hoverOver(uri, "cat"))!;
      const lines = hover.split("\n");
      expect(lines[0]).toMatch(/^\*\*`" ?c/);
      expect(lines.length).toBeLessThanOrEqual(20);
      expect(hover).toMatch(/Surprisal [\d.]+ bits/);
      const features = lines.filter((line) =>
        /^`[▰▱]{8}` [^·]+ · \d+ · [^·]+ · [\d.]+ \*\(.* of its (known maximum|strongest)/.test(line),
      );
      expect(features.length).toBeGreaterThan(0);
      expect(hover).toMatch(/FVU [\d.]+/);
      expect(hover).toMatch(/Next `"/);
    });

    it("answers null between and outside messages", async () => {
      user = await enter();
      const uri = await user.open("a.prompt", chat);
      await user.inspect(uri);
      expect(await user.hover(uri, 1, 2)).toBeNull();
      expect(await user.hover(uri, 5, 4)).toBeNull();
      expect(await user.hover("file:///prompts/not-open.prompt", 0, 0)).toBeNull();
    });

    it("gives the inspect object of the contract, its ranges where the tokens stand", async () => {
      user = await enter();
      const uri = await user.open("a.prompt", chat);
      const answer = await user.inspect(uri, { topK: 2 });
      expect(answer).toMatchObject({ schema: "steerscope.inspect/1", version: 1 });
      const lines = chat.split("\n");
      const visible = answer.tokens.filter((token) => token.range);
      const read = visible.map(({ range }) =>
        range!.start.line === range!.end.line
          ? lines[range!.start.line].slice(range!.start.character, range!.end.character)
          : "",
      );
      expect(read.join("")).toContain("The cat sat on the mat.");
      expect(read).toEqual(visible.map((token) => token.text));
      expect(answer.tokens.filter((token) => token.virtual).length).toBeGreaterThan(0);
      expect(new Set(visible.map((token) => token.role))).toEqual(new Set(["system", "user"]));
      expect(answer.next).toHaveLength(10);
      for (const token of answer.tokens) {
        const activations = token.features.map((it) => it.activation);
        expect(activations).toEqual(activations.toSorted((a, b) => b - a));
        expect(activations.length).toBeLessThanOrEqual(2);
      }
    });

    it("places tokens and hovers in a document of CRLF lines", async () => {
      user = await enter();
      const text = chat.replaceAll("\n", "\r\n");
      const uri = await user.open("a.prompt", text);
      const lines = text.split("\r\n");
      const { tokens } = await user.inspect(uri);
      const shown = tokens.filter((token) => token.range);
      for (const { range, text: token } of shown) {
        expect(range!.start.line).toBe(range!.end.line);
        expect(lines[range!.start.line].slice(range!.start.character, range!.end.character)).toBe(token);
      }
      const cat = shown.find((token) => token.text.includes("cat"))!;
      expect(cat.range!.start).toMatchObject({ line: 6, character: lines[6].indexOf("cat") - 1 });
      const hover = await user.hover(uri, 6, lines[6].indexOf("cat"));
      expect(hover?.range).toEqual(cat.range);
      expect(await user.hover(uri, 5, 3)).toBeNull();
      await user.edit(uri, "cat", "dog");
      expect((await user.hover(uri, 6, lines[6].indexOf("cat")))?.value).toMatch(/^\*\*`" ?d/);
    });

    it("finds where a feature fires, with the activations that inspect gives", async () => {
      user = await enter();
      const uri = await user.open("a.prompt", chat);
      const answer = await user.inspect(uri, { topK: 1000 });
      const token = answer.tokens.findLast((it) => it.range && it.features.length > 0)!;
      const [{ sae, feature, activation, label }] = token.features;
      const fires = await user.whereFires(uri, answer.saes[sae].id, feature);
      expect(fires).toMatchObject({ feature, version: 1 });
      // Below the share of its maximum from which a label holds, a token says nothing of it.
      expect([null, fires.label]).toContain(label);
      expect(fires.tokens).toContainEqual({ range: token.range, activation });
      expect(fires.scale.value).toBeGreaterThan(0);
    });

    it("refuses a latent that is not there, naming what is", async () => {
      user = await enter();
      const uri = await user.open("a.prompt", chat);
      const { saes } = await user.inspect(uri);
      await expect(user.whereFires(uri, "nothing", 1)).rejects.toThrow(saes[0].id);
    });

    it("tells what a feature is, of a document's set-up and of the settings'", async () => {
      user = await enter();
      const uri = await user.open("a.prompt", chat);
      const answer = await user.inspect(uri, { topK: 1000 });
      const token = answer.tokens.findLast((it) => it.range && it.features.length > 0)!;
      const [{ sae: s, feature }] = token.features;
      const sae = answer.saes[s];
      const params = { sae: sae.id, feature };
      const known = await user.ask<FeatureResult>("steerscope/feature", {
        textDocument: { uri },
        ...params,
      });
      const { id, hook, architecture, width, conventions } = sae;
      expect(known).toMatchObject({
        schema: "steerscope.feature/1",
        model: answer.model.id,
        sae: { id, hook, architecture, width, conventions },
        feature,
        known: { frequency: expect.any(Number) },
      });
      expect(await user.ask("steerscope/feature", params)).toEqual(known);
      await expect(user.ask("steerscope/feature", { ...params, feature: width })).rejects.toThrow(id);
      await expect(user.ask("steerscope/feature", { sae: "nothing", feature })).rejects.toThrow(id);
    });

    it("tries a feature on a typed sentence as it would fire in a file", async () => {
      user = await enter();
      const text = "The cat sat on the mat.";
      const uri = await user.open("a.txt", text);
      const answer = await user.inspect(uri, { topK: 1000 });
      const token = answer.tokens.findLast((it) => it.range && it.features.length > 0)!;
      const ask = (sae: string, feature: number, typed = text) =>
        user.ask<TriedFeature>("steerscope/tryFeature", {
          textDocument: { uri },
          sae,
          feature,
          text: typed,
        });
      for (const { sae, feature, activation } of token.features.slice(0, 5)) {
        const { id } = answer.saes[sae];
        const tried = await ask(id, feature);
        expect(tried.tokens.map((it) => [it.text, it.virtual])).toEqual(
          answer.tokens.map((it) => [it.text, it.virtual]),
        );
        expect(tried.tokens[token.i].activation).toBeCloseTo(activation, 3);
        expect(tried.scale).toEqual((await user.whereFires(uri, id, feature)).scale);
      }
      const long = ask(answer.saes[0].id, 0, "a ".repeat(5_000));
      await expect(long).rejects.toThrow("Put it into a file");
    });

    it("lists the messages by role", async () => {
      user = await enter();
      const uri = await user.open("a.prompt", chat);
      const symbols = await user.symbols(uri);
      expect(symbols.map((it) => it.name)).toEqual(["system", "user"]);
      expect(symbols[0]).toMatchObject({ detail: "You are kind.", kind: SymbolKind.String });
      expect(symbols[1].range.start.line).toBeGreaterThan(symbols[0].range.start.line);
    });

    it("reads an empty file and a file of any language", async () => {
      user = await enter();
      const empty = await user.open("empty.txt", "");
      expect((await user.inspect(empty)).tokens.every((token) => token.virtual)).toBe(true);
      const other = await user.open("story.rst", "A cat.");
      expect(await user.hoverOver(other, "cat")).toContain("Surprisal");
    });
  });

  describe(`${name}: editing`, () => {
    it("shows the new text right after an edit, never the old one", async () => {
      user = await enter();
      const uri = await user.open("a.txt", "The cat sat.");
      await user.inspect(uri);
      await user.edit(uri, "cat", "dog");
      const hover = await user.hover(uri, 0, 5);
      expect(hover?.value.split("\n")[0]).toMatch(/`" ?d/);
      expect(hover?.value).not.toMatch(/`" ?cat"`/);
    });

    it("answers inspect for the newest of twenty edits within a second", async () => {
      user = await enter();
      const uri = await user.open("a.txt", "word0 is here.");
      await user.inspect(uri);
      const answers = [];
      for (let i = 1; i <= 20; i++) {
        await user.edit(uri, `word${i - 1} `, `word${i} `);
        answers.push(user.inspect(uri));
        await sleep(40);
      }
      const versions = (await Promise.all(answers)).map((answer) => answer.version);
      versions.forEach((version, i) => void expect(version).toBeGreaterThanOrEqual(i + 2));
      const last = await user.inspect(uri);
      expect(last.version).toBe(21);
      const text = last.tokens.filter((token) => token.range).map((token) => token.text);
      expect(text.join("")).toBe("word20 is here.");
    });

    it("gives up what is asked of a file that is closed meanwhile, and serves others", async () => {
      user = await enter();
      await user.inspect(await user.open("warm.txt", "The cat."));
      const working = user.until((status) => status.state === "busy");
      const uri = await user.open("a.txt", `please-be-slow ${"The cat sat. ".repeat(90)}`);
      const answer = user.inspect(uri);
      answer.catch(() => {});
      await working;
      await user.close(uri);
      await expect(answer).rejects.toMatchObject({ code: LSPErrorCodes.ContentModified });
      const other = await user.open("b.txt", "The dog sat.");
      expect((await user.inspect(other)).version).toBe(1);
    });

    it("lets a request be cancelled", async () => {
      user = await enter();
      const uri = await user.open("a.txt", "The cat sat.");
      await user.inspect(uri);
      await user.edit(uri, "cat", "dog");
      const source = new CancellationTokenSource();
      const answer = user.inspect(uri, {}, source.token);
      await sleep(10);
      source.cancel();
      await expect(answer).rejects.toMatchObject({ code: LSPErrorCodes.RequestCancelled });
      expect((await user.inspect(uri)).version).toBe(2);
    });
  });

  describe(`${name}: trouble`, () => {
    it("puts a wrong model where the file names it, and takes it back when it is mended", async () => {
      user = await enter();
      const uri = await user.open("a.prompt", "---\nsteerscope:\n  model: ./missing\n---\nThe cat sat.\n");
      await expect(user.inspect(uri)).rejects.toMatchObject({ data: { subject: "model" } });
      const [problem] = await user.diagnostics(uri);
      expect(problem).toMatchObject({ source: "steerscope", severity: 1 });
      expect(problem.range).toEqual({ start: { line: 2, character: 9 }, end: { line: 2, character: 18 } });
      expect(await user.hoverOver(uri, "cat")).toContain("Not analysed");
      await user.edit(uri, "./missing", "tinytown");
      expect((await user.inspect(uri)).version).toBe(2);
      expect(await user.diagnostics(uri)).toEqual([]);
    });

    it("analyses without an SAE that is missing, and says so", async () => {
      user = await enter();
      const uri = await user.open("a.prompt", "---\nsteerscope:\n  saes: [./missing]\n---\nThe cat sat.\n");
      expect((await user.inspect(uri)).saes).toEqual([]);
      const [problem] = await user.diagnostics(uri);
      expect(problem.range.start).toEqual({ line: 2, character: 9 });
      expect(await user.hoverOver(uri, "cat")).toContain("Surprisal");
    });

    it("goes on with what other settings say, and works everything out again", async () => {
      user = await enter();
      const uri = await user.open("a.txt", "The cat sat.");
      await user.inspect(uri);
      await user.configure({ model: "/missing/model" });
      await expect(user.inspect(uri)).rejects.toMatchObject({ data: { subject: "model" } });
      await user.configure({});
      expect((await user.inspect(uri)).tokens.length).toBeGreaterThan(0);
    });

    it("reads each file with its own settings", async () => {
      user = await enter();
      user.fileSettings.set("file:///prompts/b.txt", { topK: 1, model: "/missing/model" });
      user.fileSettings.set("file:///prompts/c.txt", { topK: 2 });
      const [a, b, c] = await Promise.all(
        ["a.txt", "b.txt", "c.txt"].map((name) => user.open(name, "The cat sat on the mat.")),
      );
      const most = (answer: Awaited<ReturnType<User["inspect"]>>) =>
        Math.max(...answer.tokens.map((token) => token.features.length));
      expect(most(await user.inspect(a))).toBeGreaterThan(2);
      await expect(user.inspect(b)).rejects.toMatchObject({ data: { subject: "model" } });
      expect(most(await user.inspect(c))).toBe(2);
      user.fileSettings.set(b, { topK: 1 });
      await user.configure(user.settings);
      expect(most(await user.inspect(b))).toBe(1);
    });

    it("reads past a setting of the wrong kind and says which", async () => {
      user = await enter();
      await user.configure({ topK: "many" as unknown as number });
      const uri = await user.open("a.txt", "The cat sat.");
      await user.inspect(uri);
      expect((await user.diagnostics(uri))[0].message).toContain("steerscope.topK");
    });

    it("brings the numbers back after the engine is killed while it works", async () => {
      user = await enter();
      const uri = await user.open("a.txt", `please-be-slow ${"The cat sat. ".repeat(90)}`);
      const before = await user.inspect(uri);
      const { pid } = await user.status();
      const working = user.until((status) => status.state === "busy");
      await user.edit(uri, "The cat", "A dog");
      const answer = user.inspect(uri).then((it) => {
        // Asked for in this order: had the work been done before, nothing would be restarting yet.
        expect(user.statuses.map((status) => status.state)).toContain("restarting");
        return it;
      });
      await working;
      process.kill(pid!, "SIGKILL");
      expect((await answer).version).toBe(2);
      expect((await answer).saes).toEqual(before.saes);
      await user.edit(uri, "A dog", "The cat");
      expect((await user.inspect(uri)).tokens).toHaveLength(before.tokens.length);
      expect((await user.status()).pid).not.toBe(pid);
      expect(user.statuses.map((it) => it.state)).toContain("restarting");
    });

    it("restarts the engine when asked, and analyses again", async () => {
      user = await enter();
      const uri = await user.open("a.txt", "The cat sat.");
      await user.inspect(uri);
      const { pid } = await user.status();
      expect(await user.ask("steerscope/restartEngine", { textDocument: { uri } })).toBeNull();
      expect((await user.inspect(uri)).version).toBe(1);
      expect((await user.status()).pid).not.toBe(pid);
    });

    it("says what of a long prompt is analysed", async () => {
      user = await enter();
      const uri = await user.open("long.txt", "The cat sat on the mat. ".repeat(1200));
      const answer = await user.inspect(uri);
      const problems = await user.diagnostics(uri);
      const problem = problems.find((it) => it.code === "prompt-longer-than-context")!;
      expect(problem.message).toContain(String(answer.tokens.length));
      const last = answer.tokens.findLast((token) => token.range)!;
      expect(problem.range.start).toEqual(last.range!.end);
    });

    it("reads what it can of a file of a megabyte", async () => {
      user = await enter();
      const uri = await user.open("huge.txt", "The cat sat on the mat. ".repeat(50_000));
      await user.inspect(uri);
      expect(await user.diagnostics(uri)).toMatchObject([
        { code: "prompt-longer-than-context", message: expect.stringMatching(/of at least \d+ tokens/) },
      ]);
      expect(await user.hover(uri, 0, 5)).not.toBeNull();
    });

    it("refuses a binary file", async () => {
      user = await enter();
      const uri = await user.open(
        "binary.txt",
        "PK\u0003\u0004\u0000\u0000\u0000\u0000\uFFFD\u0000\u0001".repeat(20),
      );
      await expect(user.inspect(uri)).rejects.toMatchObject({ data: { subject: "prompt" } });
      expect(await user.diagnostics(uri)).toHaveLength(1);
    });
  });
}
