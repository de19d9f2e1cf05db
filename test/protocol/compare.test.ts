import { mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterEach, describe, expect, it } from "vitest";
import { CancellationTokenSource } from "vscode-jsonrpc/node";
import { ErrorCodes, LSPErrorCodes } from "vscode-languageserver/node";
import type {
  CompareAnswer,
  CompareParams,
  GeneratedNews,
  SetStrengthsAnswer,
  Sweep,
} from "../../server/src/protocol/compare.ts";
import { User } from "./user.ts";

const prompt = (steer = "steer: ./glad.steer.yaml") => `---
steerscope: { ${steer} }
---
{{role "user"}}
Tell me about Berta.
{{role "model"}}
It was a stormy evening, and Berta walked to the mill. She
`;
const recipe = `version: 1
name: Glad
edits:
  - sum: [{ token: " cheerful", weight: 1 }, { token: " glad", weight: 1 }, { token: " joy", weight: 1 }]
    layers: [3]
    strength: 0.35 # tried by hand
checks:
  - prompt: "She"
    expect: [{ judge: mood/cheerful }]
`;
const writing = { samples: 3, maxTokens: 6 };

describe("comparing on the embedded model", () => {
  let user: User;
  let folder: string;
  // Calibrations are measured once.
  const cache = mkdtempSync(join(tmpdir(), "steerscope-compare-cache-"));
  const file = (name: string) => pathToFileURL(join(folder, name)).href;
  afterEach(() => user.leave());

  /** A prompt that is open, and the recipe that it names on the disk. */
  async function enter(text = prompt(), written = recipe): Promise<string> {
    folder = mkdtempSync(join(tmpdir(), "steerscope-compare-"));
    writeFileSync(join(folder, "glad.steer.yaml"), written);
    user = await User.inBand({ embedded: true, folder, cache });
    return user.open(file("a.prompt"), text);
  }
  const compare = (uri: string, more: Partial<CompareParams> = {}, source?: CancellationTokenSource) =>
    user.ask<CompareAnswer>("steerscope/compare", { textDocument: { uri }, writing, ...more }, source?.token);

  it("streams both sides and answers with what was streamed, scored by what the recipe's checks look for", async () => {
    const uri = await enter();
    const news: GeneratedNews[] = [];
    user.connection.onNotification("steerscope/generated", (it: GeneratedNews) => void news.push(it));
    const answer = await compare(uri, { run: "r1" });
    expect(answer).toMatchObject({
      ...{
        schema: "steerscope.compare/1",
        model: "tinytown",
        version: 1,
        recipeUris: [file("glad.steer.yaml")],
      },
      edits: [{ recipe: 0, index: 0, operation: "add", strength: 0.35, written: 0.35, enabled: true }],
      behaviour: { scorer: expect.stringContaining("mood/cheerful"), kind: "share", base: { n: 3 } },
    });
    expect(answer.base.map(({ text }) => text)).not.toEqual(answer.steered.map(({ text }) => text));
    for (const side of ["base", "steered"] as const)
      answer[side].forEach(({ text }, i) => {
        const streamed = news.filter((it) => it.run === "r1" && it.side === side && it.sample === i);
        expect(streamed.map((it) => it.text).join("")).toBe(text);
        expect(answer.aligned[i][side].map((it) => it.text).join("")).toBe(text);
      });
    const { divergence, perplexity } = answer;
    expect(divergence.tokens).toHaveLength(answer.base[0].tokens);
    expect(divergence.mean).toBeGreaterThan(0);
    expect(perplexity.ratio).toBeCloseTo(perplexity.steered! / perplexity.base!, 9);
    // Greedy or drawn: what the base model wrote it also reads.
    const [sample] = answer.base;
    const mean = divergence.tokens.reduce((sum, it) => sum + it.base, 0) / sample.tokens;
    expect(mean).toBeCloseTo(sample.logprob!, 3);
    expect(answer.moved.length).toBeGreaterThan(0);
    expect(answer.moved.length).toBeLessThanOrEqual(20);
  }, 90_000);

  it("with no strength changes nothing, and says so", async () => {
    const uri = await enter();
    const { aligned, verdict, divergence, edits } = await compare(uri, { strengths: [0] });
    expect(aligned.every((it) => [...it.base, ...it.steered].every(({ same }) => same))).toBe(true);
    expect(divergence.mean).toBeLessThan(1e-6);
    expect(verdict.kind).toBe("no-effect");
    expect(edits[0]).toMatchObject({ strength: 0, written: 0.35 });
  }, 90_000);

  it("takes the recipe as it stands in the editor, and other scorers and texts", async () => {
    const uri = await enter();
    await user.open(file("glad.steer.yaml"), recipe.replace("0.35", "0.2"));
    const text = " was glad.";
    const answer = await compare(uri, { scorer: { kind: "words", words: ["she"] }, text });
    expect(answer.edits[0].written).toBe(0.2);
    expect(answer.behaviour!.scorer).toContain("“she”");
    expect(answer.divergence.of).toBe("given text");
    expect(answer.divergence.tokens.map((it) => it.text).join("")).toBe(text);
    expect((await compare(uri, { scorer: null })).verdict.sentences[0]).toContain("not scored");
  }, 90_000);

  it("sweeps multiples of the strengths from the base model on", async () => {
    const uri = await enter();
    const params = { textDocument: { uri }, writing, multipliers: [0, 1, 4] };
    const { points, scorer } = await user.ask<Sweep>("steerscope/sweep", params);
    expect(scorer).toContain("mood/cheerful");
    expect(points.map(({ multiplier }) => multiplier)).toEqual([0, 1, 4]);
    expect(points[0]).toMatchObject({ kl: 0, perplexityRatio: 1 });
    expect(points[1].kl).toBeGreaterThan(0);
    expect(points[2].kl).toBeGreaterThan(points[1].kl!);
    const none = user.ask("steerscope/sweep", { ...params, multipliers: [-1] });
    await expect(none).rejects.toMatchObject({ code: ErrorCodes.InvalidParams });
  }, 90_000);

  it("ends where the prompt or the recipe changes, and where it is cancelled", async () => {
    const uri = await enter();
    const long = { writing: { samples: 2, maxTokens: 900 } };
    const recipeUri = await user.open(file("glad.steer.yaml"), recipe);
    for (const change of [
      () => user.edit(uri, "stormy", "foggy"),
      () => user.edit(recipeUri, "0.35", "0.3"),
    ]) {
      const started = new Promise((resolve) =>
        user.connection.onNotification("steerscope/generated", resolve),
      );
      const answer = compare(uri, { ...long, run: "long" });
      answer.catch(() => {});
      await started;
      await change();
      await expect(answer).rejects.toMatchObject({ code: LSPErrorCodes.ContentModified });
    }
    const writes = new Promise((resolve) => user.connection.onNotification("steerscope/generated", resolve));
    const source = new CancellationTokenSource();
    const cancelled = compare(uri, { ...long, run: "again" }, source);
    cancelled.catch(() => {});
    await writes;
    source.cancel();
    await expect(cancelled).rejects.toMatchObject({ code: LSPErrorCodes.RequestCancelled });
    expect((await compare(uri)).version).toBe(2);
  }, 90_000);

  it("says what is wrong with a recipe, and where; and that a prompt names none", async () => {
    const uri = await enter(prompt(), recipe.replace("[3]", "[33]"));
    await expect(compare(uri)).rejects.toMatchObject({
      message: expect.stringMatching(/glad\.steer\.yaml:\d+:\d+: .*blocks\.33/),
      data: { code: "recipe-hook-unknown", subject: "recipe" },
    });
    await user.edit(uri, "steer: ./glad.steer.yaml", "model: tinytown");
    await expect(compare(uri)).rejects.toMatchObject({ data: { code: "recipe-missing" } });
    const wrong = compare(uri, { writing: { samples: 0 } });
    await expect(wrong).rejects.toMatchObject({ code: ErrorCodes.InvalidParams });
  }, 90_000);

  it("writes strengths into a recipe's text, and nothing else", async () => {
    await enter();
    const params = { recipe: { uri: file("glad.steer.yaml") }, strengths: [{ index: 0, strength: 0.5 }] };
    const { edits, version } = await user.ask<SetStrengthsAnswer>("steerscope/setStrengths", params);
    expect(version).toBeNull();
    const lines = readFileSync(join(folder, "glad.steer.yaml"), "utf8").split("\n");
    const [{ range, newText }] = edits;
    const { line, character } = range.start;
    lines[line] = lines[line].slice(0, character) + newText + lines[line].slice(range.end.character);
    expect(lines.join("\n")).toBe(recipe.replace("0.35", "0.5"));
  }, 90_000);
});
