import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, describe, expect, it } from "vitest";
import { CancellationTokenSource } from "vscode-jsonrpc/node";
import { ErrorCodes, LSPErrorCodes } from "vscode-languageserver/node";
import { User } from "./user.ts";

const chat = `{{role "system"}}
You are kind.
{{role "user"}}
The cat sat on the mat. The cat slept.
`;

/** What holds for the tokens of any engine; no number is known beforehand. */
function tokensSuite(name: string, enter: () => Promise<User>): void {
  describe(`${name}: tokens and what the layers predict`, () => {
    let user: User;
    afterEach(() => user.leave());

    it("are those of the analysis, virtual ones with them, and their features those of hovers", async () => {
      user = await enter();
      const uri = await user.open("a.prompt", chat);
      const whole = await user.inspect(uri, { ranked: true });
      const { tokens, of, lens, version, model, saes, scales } = await user.tokens(uri, { count: 200 });
      expect({ of, lens, version }).toEqual({ of: whole.tokens.length, lens: null, version: 1 });
      expect({ model, saes, scales }).toEqual({ model: whole.model, saes: whole.saes, scales: whole.scales });
      expect(tokens.map(({ surprisal, layers, ...token }) => token)).toEqual(whole.tokens);
      expect(tokens.some(({ virtual }) => virtual)).toBe(true);
      const roles = tokens.map(({ role }) => role);
      expect(roles).toEqual(expect.arrayContaining(["system", "user"]));
      expect(tokens[0].surprisal).toBeNull();
      for (const { surprisal, logprob, layers } of tokens.slice(1)) {
        expect(surprisal!.nats).toBeCloseTo(-logprob!, 5);
        expect(surprisal!.bits).toBeCloseTo(-logprob! / Math.LN2, 5);
        expect(layers).toBeNull();
      }
    });

    it("come in windows, each with a grid of all layers", async () => {
      user = await enter();
      const uri = await user.open("a.prompt", chat);
      const all = await user.tokens(uri, { count: 200, guesses: 3 });
      const { of } = all;
      const window = await user.tokens(uri, { from: of - 4, count: 20, guesses: 3 });
      expect(window.tokens.map(({ i }) => i)).toEqual([of - 4, of - 3, of - 2, of - 1]);
      expect(window.lens!.hooks).toHaveLength(window.model.layers);
      expect(window.lens!.convention.length).toBeGreaterThan(5);
      for (const { i, layers } of window.tokens) {
        expect(layers).toHaveLength(window.model.layers);
        for (const [layer, { guesses, next }] of layers!.entries()) {
          const same = all.tokens[i].layers![layer];
          expect(guesses.map(({ id }) => id)).toEqual(same.guesses.map(({ id }) => id));
          const logprobs = guesses.map(({ logprob }) => logprob);
          expect(logprobs).toHaveLength(3);
          expect(logprobs).toEqual(logprobs.toSorted((a, b) => b - a));
          expect(logprobs.map((it, k) => Math.abs(it - same.guesses[k].logprob) < 1e-3)).not.toContain(false);
          expect(next?.rank ?? 0).toBeGreaterThanOrEqual(i === of - 1 ? 0 : 1);
          expect(next === null).toBe(i === of - 1);
        }
      }
      expect((await user.tokens(uri, { from: of + 5, count: 20, guesses: 3 })).tokens).toEqual([]);
    });

    it("are found at a cursor, and where one stands behind the last", async () => {
      user = await enter();
      const uri = await user.open("a.txt", "The cat sat");
      const { tokens } = await user.tokens(uri, { count: 200 });
      const at = async (character: number) =>
        (await user.tokens(uri, { at: { line: 0, character } })).at.map((i) => tokens[i].text);
      expect((await at(5)).join("")).toContain("c");
      expect(await at(11)).toEqual([tokens.at(-1)!.text]);
      expect((await user.tokens(uri)).at).toEqual([]);
    });

    it("refuses windows that cannot be, and documents that are not open", async () => {
      user = await enter();
      const uri = await user.open("a.txt", "The cat sat.");
      for (const wrong of [{ from: -1 }, { count: 1.5 }, { count: 201 }, { guesses: 0 }, { guesses: 101 }])
        await expect(user.tokens(uri, wrong)).rejects.toMatchObject({ code: ErrorCodes.InvalidParams });
      const closed = user.tokens("file:///prompts/none.txt");
      await expect(closed).rejects.toMatchObject({ code: LSPErrorCodes.ContentModified });
    });
  });
}

tokensSuite("fake engine", () => User.inBand({ settings: { saes: ["toy"] } }));
tokensSuite("embedded model", () => User.inBand({ embedded: true }));

describe("text that changes while its layers are read", () => {
  let user: User;
  afterEach(() => user.leave());

  it("is read anew: no answer is of an older version", async () => {
    user = await User.inBand();
    const uri = await user.open("a.txt", "slow-lens The cat sat.");
    await user.inspect(uri);
    const answer = user.tokens(uri, { count: 5, guesses: 2 });
    await sleep(50);
    await user.edit(uri, "cat", "dog");
    const { version, tokens } = await answer;
    expect(version).toBe(2);
    expect(tokens.map(({ text }) => text).join("")).toContain("dog");
  });

  it("that is closed has no answer, and a cancelled request ends at once", async () => {
    user = await User.inBand();
    const uri = await user.open("a.txt", "slow-lens The cat sat.");
    await user.inspect(uri);
    const source = new CancellationTokenSource();
    const cancelled = user.tokens(uri, { count: 5, guesses: 2 }, source.token);
    await sleep(50);
    source.cancel();
    await expect(cancelled).rejects.toMatchObject({ code: LSPErrorCodes.RequestCancelled });
    const closed = user.tokens(uri, { count: 5, guesses: 2 });
    closed.catch(() => {});
    await sleep(50);
    await user.close(uri);
    await expect(closed).rejects.toMatchObject({ code: LSPErrorCodes.ContentModified });
  });

  it("whose SAEs' files were replaced meanwhile is read with those that are there now", async () => {
    const cache = mkdtempSync(join(tmpdir(), "steerscope-tokens-"));
    user = await User.inBand({ settings: { saes: ["toy"] }, cache });
    const uri = await user.open("a.txt", "a cat sat");
    const labels = async () => {
      const { tokens } = await user.tokens(uri, { count: 5, guesses: 2 });
      return tokens.flatMap(({ features }) => features.map(({ label }) => label)).filter(Boolean);
    };
    expect(await labels()).toEqual(["a cat"]);
    writeFileSync(join(cache, "replaced"), "");
    expect(await labels()).toEqual(["a dog"]);
  });
});
