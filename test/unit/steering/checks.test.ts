import { describe, expect, it } from "vitest";
import { CancellationTokenSource } from "vscode-jsonrpc/node";
import { Lines } from "../../../server/src/analysis/lines.ts";
import { CancelledError, ProblemError } from "../../../server/src/host/problem-error.ts";
import type { ReadParams, ReadResult } from "../../../server/src/protocol/steering.ts";
import { type Evidence, examine } from "../../../server/src/steering/checks/expectation.ts";
import { runCheck } from "../../../server/src/steering/checks/run-check.ts";
import { listChecks } from "../../../server/src/steering/checks/test-recipe.ts";
import type { Subject } from "../../../server/src/steering/compare/subject.ts";
import { parseRecipe } from "../../../server/src/steering/recipe/parse.ts";
import { description, labels, resolved, withEdits } from "./recipes.ts";

const none = { indices: new Int32Array(0), mean: new Float32Array(0), maximum: new Float32Array(0) };

/** A text as read: log-probabilities under the base model, KL, and the maxima of some latents of the first SAE. */
function read(logprobs: number[], kl: number[] | null = null, maxima: [number, number][] = []): ReadResult {
  const latents = description.saes.map((_, s) => ({
    indices: Int32Array.from(s === 0 ? maxima.map(([latent]) => latent) : []),
    mean: new Float32Array(s === 0 ? maxima.length : 0),
    maximum: Float32Array.from(s === 0 ? maxima.map(([, value]) => value) : []),
  }));
  const base = { logprobs: Float32Array.from(logprobs), latents: description.saes.map(() => none) };
  return { base, steered: kl && { ...base, latents }, kl: kl && Float32Array.from(kl) };
}

const sample = (text: string) => ({
  ids: Int32Array.from(text.split(" "), (_, i) => i),
  text,
  logprobs: Float32Array.from(text.split(" "), () => -1),
  end: "length" as const,
});

const subject: Subject = {
  ...{ key: "k", fileName: "a.steer.yaml", messages: [], recipes: [] },
  setup: { model: "toy", saes: ["early", "late"], device: "cpu" },
  description,
  labels,
};

/** The first expectation of a check, as a recipe writes it. */
const expectation = (written: string) => checkOf(`{ prompt: x, expect: [${written}] }`).check.expect[0];

function checkOf(written: string) {
  const text = `version: 1\nedits: []\nchecks:\n  - ${written}\n`;
  const { recipe, problems } = parseRecipe(text);
  if (!recipe || recipe.checks.length === 0) throw new Error(problems.map(({ code }) => code).join());
  return { check: recipe.checks[0], index: 0, lines: new Lines(text) };
}

const look = (written: string, evidence: Partial<Evidence>) =>
  examine(expectation(written), { subject, samples: [], read: [], base: [], ...evidence });

describe("an expectation", () => {
  const samples = ["She smiled.", "He was happy and laughed.", "He wept."].map(sample);

  it.each([
    ["{ contains: smiled }", false, "1 of 3"],
    ["{ contains: [smiled, laughed], share: 0.66 }", true, "2 of 3"],
    ["{ contains: [smiled, laughed], share: 0.67 }", false, "2 of 3"],
    ["{ contains: [smiled, laughed, wept] }", true, "3 of 3"],
    ["{ lacks: snow }", true, "3 of 3"],
    ["{ lacks: [smiled, wept], share: 0.5 }", false, "1 of 3"],
    ["{ judge: mood/cheerful, share: 0.6 }", true, "2 of 3"],
    ["{ judge: mood/cheerful }", false, "2 of 3"],
    ["{ judge: mood/sad, share: 0.3 }", true, "1 of 3"],
  ])("of texts, %s, counts those of which it holds", async (written, passed, measured) => {
    expect(await look(written, { samples })).toMatchObject({ passed, measured });
  });

  it("says in words what it wants", async () => {
    expect((await look("{ contains: [a, b], share: 0.5 }", { samples })).expected).toBe(
      "at least 0.5 of the texts has “a” or “b”",
    );
    expect((await look("{ lacks: a }", { samples })).expected).toBe("every text lacks “a”");
    expect((await look("{ klBelow: 0.5 }", {})).expected).toContain("nats a token, below 0.5");
  });

  it("of KL takes the mean over all tokens, however long their texts are", async () => {
    const two = [read([-1], [2]), read([-1, -1, -1], [0, 0, 0])];
    expect(await look("{ klBelow: 0.5 }", { read: two })).toMatchObject({ passed: false, measured: "0.5" });
    expect(await look("{ klBelow: 0.51 }", { read: two })).toMatchObject({ passed: true });
    // A recipe whose edits are all off changes nothing.
    expect(await look("{ klBelow: 0.1 }", { read: [read([-1])] })).toMatchObject({
      passed: true,
      measured: "0",
    });
  });

  it("of perplexity divides that of steered texts by that of base texts, both under the base model", async () => {
    const texts = { read: [read([-2, -2], [0, 0])], base: [read([-1])] };
    const ratio = String(Number(Math.E.toPrecision(4)));
    expect(await look("{ perplexityRatioBelow: 2 }", texts)).toMatchObject({
      passed: false,
      measured: ratio,
    });
    expect(await look("{ perplexityRatioBelow: 3 }", texts)).toMatchObject({ passed: true });
  });

  it("of a latent takes the mean of its maxima in the steered run, 0 where it fires nowhere", async () => {
    const texts = { read: [read([-1], [0], [[1, 4]]), read([-1], [0], [[2, 9]])] };
    expect(await look("{ latent: early/1, above: 1.9 }", texts)).toMatchObject({
      passed: true,
      measured: "2",
    });
    expect(await look("{ latent: early/1, above: 2 }", texts)).toMatchObject({ passed: false });
    expect(await look("{ latent: early/1, above: 1, below: 2 }", texts)).toMatchObject({ passed: false });
    expect(
      await look('{ latent: { sae: early, label: "mood: cheerful" }, below: 2.1 }', texts),
    ).toMatchObject({
      passed: true,
    });
    await expect(look("{ latent: early/500, above: 1 }", texts)).rejects.toThrow(ProblemError);
  });

  it.each([
    "{ contains: a }",
    "{ lacks: a }",
    "{ judge: mood/sad, share: 0 }",
  ])("%s is not met by no texts", async (written) => {
    expect(await look(written, {})).toMatchObject({ passed: false, measured: "0 of 0" });
  });

  it.each([
    "{ klBelow: 1 }",
    "{ perplexityRatioBelow: 9 }",
  ])("%s is not met where nothing was written", async (written) => {
    const empty = { read: [read([], [])], base: [read([])] };
    expect(await look(written, empty)).toMatchObject({ passed: false, measured: "nothing was written" });
  });

  it("names the attributes that the judge knows where one is not among them", async () => {
    await expect(look("{ judge: beauty/plain }", { samples })).rejects.toThrow("beauty");
  });
});

describe("a check", () => {
  /** A model that writes two texts, other ones when it is steered, and counts what it is asked for. */
  function host() {
    const asked: string[] = [];
    return {
      asked,
      onGenerated: { on: () => () => {} },
      generate: async ({ steering }: { steering: unknown[] }) => {
        asked.push(steering.length > 0 ? "write steered" : "write base");
        const samples = (steering.length > 0 ? ["a b", "a c"] : ["d e", "d f"]).map(sample);
        return { setupId: "s", promptIds: Int32Array.of(1), samples, held: [], conventions: [] };
      },
      read: async ({ texts, steering, activations }: ReadParams) => {
        asked.push(`read ${steering.length > 0 ? "steered" : "base"}${activations ? " latents" : ""}`);
        return { setupId: "s", texts: texts.map(() => read([-1, -1], steering.length > 0 ? [0, 0] : null)) };
      },
    };
  }
  type Host = Parameters<typeof runCheck>[0];

  async function steered(): Promise<Subject> {
    const text = withEdits("{ feature: early/1, strength: 1 }");
    const { edits } = await resolved(text);
    return { ...subject, recipes: [{ file: "a.steer.yaml", recipe: parseRecipe(text).recipe!, edits }] };
  }

  it.each([
    ["{ contains: a }", ["write steered"]],
    ["{ klBelow: 1 }", ["write steered", "read steered"]],
    ["{ latent: early/1, below: 1 }", ["write steered", "read steered latents"]],
    ["{ perplexityRatioBelow: 2 }", ["write steered", "read steered", "write base", "read base"]],
  ])("with %s asks the engine for that and no more", async (written, asked) => {
    const engine = host();
    const outcome = await runCheck(
      engine as unknown as Host,
      checkOf(`{ prompt: x, expect: [${written}] }`),
      steered,
    );
    expect(outcome).toMatchObject({ passed: true, error: null, samples: [{ text: "a b" }, { text: "a c" }] });
    expect(engine.asked).toEqual(asked);
  });

  it("fails where one expectation is not met, and says which and where", async () => {
    const placed = checkOf("{ name: n, prompt: x, expect: [{ contains: a }, { contains: b }] }");
    const outcome = await runCheck(host() as unknown as Host, placed, steered);
    expect(outcome).toMatchObject({ name: "n", passed: false, error: null });
    expect(outcome.expectations.map(({ passed }) => passed)).toEqual([true, false]);
    expect(outcome.expectations[1].range.start).toMatchObject({ line: 3, character: 52 });
  });

  it("that cannot be run says why, and one that is cancelled ends the run", async () => {
    const placed = checkOf("{ prompt: x, expect: [{ judge: beauty/plain }] }");
    const outcome = await runCheck(host() as unknown as Host, placed, steered);
    expect(outcome).toMatchObject({ passed: false, error: expect.stringContaining("beauty") });
    const cancel = () => Promise.reject(new CancelledError());
    const { token } = new CancellationTokenSource();
    await expect(runCheck(host() as unknown as Host, placed, cancel, token)).rejects.toThrow(CancelledError);
  });

  it("is listed by name and place, also in a recipe that is broken elsewhere", () => {
    const text = `version: 1\nedits:\n  - { feature: early/1, strenght: 1 }\nchecks:\n  - { prompt: x, expect: [{ contains: a }] }\n`;
    expect(listChecks(text)).toMatchObject([
      { name: "check 1", index: 0, range: { start: { line: 4, character: 4 } } },
    ]);
    expect(listChecks("just a text")).toEqual([]);
  });
});
