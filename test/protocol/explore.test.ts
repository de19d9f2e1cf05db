import { cpSync, mkdirSync, mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, describe, expect, it, vi } from "vitest";
import type { FeatureQuery, FeaturesAnswer } from "../../server/src/protocol/explore.ts";
import { User } from "./user.ts";

/** A tiny one with random weights: the same words are the same, all else is as it comes. */
const embeddingModel = join(import.meta.dirname, "../parity/embedding/facts/bert-mean");
const text = "Anna laughed aloud on the sunny morning. The invoice is due on Monday.";

/** What holds for the list of features of any engine; no latent and no activation is known beforehand. */
function exploreSuite(name: string, enter: () => Promise<User>): void {
  describe(`${name}: the list of features`, () => {
    let user: User;
    afterEach(() => user.leave());
    const ask = (uri: string, query: FeatureQuery, offset = 0, count = 100): Promise<FeaturesAnswer> =>
      user.ask("steerscope/features", { ...(uri && { textDocument: { uri } }), query, offset, count });

    it("comes in parts, and holds every latent of every SAE once", async () => {
      user = await enter();
      const uri = await user.open("a.txt", text);
      const { of, total, saes, rows } = await ask(uri, {}, 0, 0);
      expect(rows).toEqual([]);
      expect(of).toBe(saes.reduce((sum, { width }) => sum + width, 0));
      expect(total).toBe(of);
      const seen = new Set<string>();
      for (let offset = 0; offset < of; offset += 300)
        for (const { sae, feature } of (await ask(uri, {}, offset, 300)).rows) seen.add(`${sae}/${feature}`);
      expect(seen.size).toBe(of);
      expect(saes[0]).toMatchObject({ hook: expect.any(String), check: { verdict: expect.any(String) } });
    });

    it("finds a label's words, sorted by how often it fires, without any document", async () => {
      user = await enter();
      const [named] = (await ask("", { labelled: true }, 0, 1)).rows;
      const word = named.label!.split(" ").at(-1)!;
      const { rows, total } = await ask("", { words: word.toUpperCase(), sort: "frequency" });
      expect(total).toBeGreaterThan(0);
      for (const { label } of rows) expect(label!.toLowerCase()).toContain(word.toLowerCase());
      const frequencies = rows.map((row) => row.frequency!);
      expect(frequencies).toEqual(frequencies.toSorted((a, b) => b - a));
      expect((await ask("", { words: "no label has such words" })).total).toBe(0);
    });

    it("tells what fires on one stretch of the text and not on another, and on typed texts", async () => {
      user = await enter();
      const uri = await user.open("a.txt", text);
      const place = (words: string) => {
        const start = text.indexOf(words);
        const at = (character: number) => ({ line: 0, character });
        return { places: [{ range: { start: at(start), end: at(start + words.length) }, text: words }] };
      };
      const on = place("Anna laughed aloud");
      const { rows, notes } = await ask(uri, { contrast: { on, against: place("invoice is due") } });
      expect(rows.length).toBeGreaterThan(0);
      for (const { contrast } of rows) expect(contrast!.on).toBeGreaterThan(contrast!.against);
      expect(notes.join()).toMatch(/mean activation/);
      // The best one of its SAE fires in the stretch, as the whole file tells.
      const fires = await user.whereFires(uri, rows[0].sae, rows[0].feature);
      expect(fires.tokens.some(({ range }) => range.start.character < 18)).toBe(true);
      const alone = await ask(uri, { contrast: { on } });
      expect(alone.total).toBeGreaterThanOrEqual(rows.length);

      const typed = await ask(uri, { contrast: { on: { text: "Anna laughed aloud" }, by: "maximum" } });
      expect(typed.total).toBeGreaterThan(0);
      await expect(ask(uri, { contrast: { on: { text: " " } } })).rejects.toThrow("empty");
    });

    it("tells what example texts have in common, best first", async () => {
      user = await enter();
      const texts = ["Anna laughed.", "Then Anna slept.", "The dog of Anna Keller is brown."];
      const { rows, notes } = await ask("", { like: { texts } });
      expect(rows.length).toBeGreaterThan(0);
      // The name is all that they share: what is best fires on each.
      for (const activation of rows[0].like!) expect(activation).toBeGreaterThan(0);
      for (const { like } of rows) expect(like).toHaveLength(3);
      expect(notes.join()).toMatch(/all 3 texts/);
      await expect(ask("", { like: { texts: [] } })).rejects.toThrow("1 to 50 texts");
      await expect(ask("", { like: { texts: ["fine", " "] } })).rejects.toThrow("1 to 50 texts");
    });

    it("finds what answers to fixed inputs as a latent does, or a token's logit; never the latent itself", async () => {
      user = await enter();
      const [{ sae, feature }] = (await ask("", { like: { texts: ["Anna laughed aloud."] } })).rows;
      const { rows, notes } = await ask("", { alike: { sae, feature } });
      expect(rows.length).toBeGreaterThan(0);
      const far = rows.map(({ distance }) => distance!);
      expect(far).toEqual(far.toSorted((a, b) => a - b));
      expect(rows.some((row) => row.sae === sae && row.feature === feature)).toBe(false);
      expect(notes.join()).toMatch(/ProbeLog/);
      expect((await ask("", { alike: { token: " a" } })).rows.length).toBeGreaterThan(0);
      await expect(ask("", { alike: { sae, feature: 99_999 } })).rejects.toThrow("does not exist");
      await expect(ask("", { alike: {} as never })).rejects.toThrow("alike");
    });

    it("finds labels by meaning, the same words first, each with its cosine; another search too", async () => {
      user = await enter();
      await user.configure({ ...user.settings, embeddingModel });
      const { rows: labelled, total: all } = await ask("", { labelled: true });
      const label = labelled.at(-1)!.label!;
      const { rows, total, notes } = await ask("", { meaning: ` ${label} ` });
      expect(total).toBe(all);
      expect(rows[0]).toMatchObject({ label, cosine: expect.closeTo(1, 4) });
      const cosines = rows.map(({ cosine }) => cosine!);
      expect(cosines).toEqual(cosines.toSorted((a, b) => b - a));
      expect(notes.join()).toContain(`${embeddingModel} (onnx/model.onnx), pooled by the mean over tokens`);
      const one = await ask("", { meaning: "something else", words: label });
      expect(one.total).toBeGreaterThan(0);
      for (const row of one.rows) expect(row.cosine).toBeLessThan(0.9999);
      await expect(ask("", { meaning: "a".repeat(4001) })).rejects.toThrow("4000");
      await expect(ask("", { meaning: 3 as never })).rejects.toThrow("meaning");
    });

    it("takes no list of a file that was closed for one of the file that is open now", async () => {
      user = await enter();
      const uri = await user.open("a.txt", text);
      const range = { start: { line: 0, character: 5 }, end: { line: 0, character: 12 } };
      const contrast = { on: { places: [{ range, text: "laughed" }] } };
      expect((await ask(uri, { contrast })).total).toBeGreaterThan(0);
      await user.close(uri);
      await user.open("a.txt", text.replace("laughed", "whispered"));
      await expect(ask(uri, { contrast })).rejects.toThrow("Select it again");
    });

    it("refuses a selection whose text has changed, and reads it anew where it has not", async () => {
      user = await enter();
      const uri = await user.open("a.txt", text);
      const range = { start: { line: 0, character: 5 }, end: { line: 0, character: 12 } };
      const contrast = { on: { places: [{ range, text: "laughed" }] } };
      expect((await ask(uri, { contrast })).total).toBeGreaterThan(0);
      await user.edit(uri, "Monday", "Friday");
      expect((await ask(uri, { contrast })).total).toBeGreaterThan(0);
      await user.edit(uri, "laughed", "smiled");
      await expect(ask(uri, { contrast })).rejects.toThrow("Select it again");
    });

    it("refuses what is too much or no part of a list", async () => {
      user = await enter();
      await expect(ask("", {}, 0, 501)).rejects.toThrow("0 to 500");
      await expect(ask("", {}, -1, 10)).rejects.toThrow("offset");
      await expect(ask("", {}, 0.5, 10)).rejects.toThrow("offset");
      await expect(ask("", { contrast: { on: { text: "a ".repeat(4000) } } })).rejects.toThrow("4000");
      await expect(ask("file:///prompts/closed.txt", {})).rejects.toThrow("not open");
    });
  });
}

it("says that nothing was scanned rather than listing what does not fit", async () => {
  const user = await User.inBand({ settings: { saes: ["toy", "other"] } });
  for (const query of [{ examples: "cat" }, { promotes: " cat" }]) {
    const params = { query, offset: 0, count: 10 };
    const { total, notes } = await user.ask<FeaturesAnswer>("steerscope/features", params);
    expect(total).toBe(0);
    expect(notes.join()).toContain("steerscope scan");
  }
  await user.leave();
});

describe("by meaning", () => {
  it("says what to get where no model is there, lists nothing, and finds it once it is there", async () => {
    const hub = mkdtempSync(join(tmpdir(), "steerscope-hub-"));
    vi.stubEnv("HF_HUB_CACHE", hub);
    const user = await User.inBand({ settings: { saes: ["toy"] } });
    const ask = (query: FeatureQuery): Promise<FeaturesAnswer> =>
      user.ask("steerscope/features", { query, offset: 0, count: 10 });
    const without = await ask({ meaning: "a cat" });
    expect(without).toMatchObject({ total: 0, rows: [], of: 100 });
    expect(without.notes.join()).toContain("hf download sentence-transformers/all-MiniLM-L6-v2");
    expect(without.notes.join()).toContain(join(hub, "models--sentence-transformers--all-MiniLM-L6-v2"));

    const snapshots = join(hub, "models--Xenova--all-MiniLM-L6-v2/snapshots");
    mkdirSync(snapshots, { recursive: true });
    cpSync(embeddingModel, join(snapshots, "abc"), { recursive: true });
    const found = await ask({ meaning: "a cat" });
    expect(found.rows).toMatchObject([{ label: "a cat", cosine: expect.closeTo(1, 5) }]);
    expect(found.notes.join()).toContain("Xenova/all-MiniLM-L6-v2");
    await user.configure({ saes: ["toy"], embeddingModel: "some/other" });
    expect((await ask({ meaning: "a cat" })).notes.join()).toContain("“some/other” is no");
    await user.leave();
    vi.unstubAllEnvs();
  });

  it("embeds labels once, and a text once an asking", async () => {
    const cache = mkdtempSync(join(tmpdir(), "steerscope-embedded-"));
    const embedded = async (meaning: string): Promise<string[]> => {
      const user = await User.inBand({ settings: { saes: ["toy"], embeddingModel }, cache });
      const ask = (offset: number) =>
        user.ask("steerscope/features", { query: { meaning }, offset, count: 1 });
      await ask(0);
      await ask(1);
      const lines = user.log.filter((line) => line.includes("embedded"));
      await user.leave();
      return lines;
    };
    expect(await embedded("a dog")).toHaveLength(2);
    expect(await embedded("a bird")).toHaveLength(1);
  });
});

describe("with a feature store", () => {
  it("lists what the store finds, best first, and says for which SAE it knows nothing", async () => {
    const find =
      (latents: number[]) =>
      async (_: unknown, { id }: { id: string }) =>
        id === "toy" ? latents : null;
    const search = {
      byExamples: find([30, 8, 31]),
      byPromotedToken: find([40, 41]),
      figures: async () => null,
    };
    const user = await User.inBand({ settings: { saes: ["toy", "other"] }, search });
    const ask = (query: FeatureQuery): Promise<FeaturesAnswer> =>
      user.ask("steerscope/features", { query, offset: 0, count: 10 });
    const { rows, notes } = await ask({ examples: "cat" });
    expect(rows.map((row) => [row.sae, row.feature])).toEqual([
      ["toy", 30],
      ["toy", 8],
      ["toy", 31],
    ]);
    expect(notes.join()).toContain("--sae other");
    expect((await ask({ promotes: " cat", reversed: true })).rows.map((row) => row.feature)).toEqual([
      41, 40,
    ]);
    expect((await ask({ promotes: " cat", sae: "other" })).total).toBe(0);
    await user.leave();
  });
});

exploreSuite("in-band, fake engine", () => User.inBand({ settings: { saes: ["toy", "other"] } }));
exploreSuite("spawned, tinytown", () => User.spawned());
