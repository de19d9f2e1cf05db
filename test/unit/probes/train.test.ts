import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { CancellationTokenSource } from "vscode-jsonrpc/node";
import { EngineService } from "../../../server/src/engine/service.ts";
import { CancelledError } from "../../../server/src/host/problem-error.ts";
import { textInputs } from "../../../server/src/learn/data.ts";
import { readSavedProbe } from "../../../server/src/probes/saved/read.ts";
import { restoreProbe } from "../../../server/src/probes/saved/restore.ts";
import { writeProbe } from "../../../server/src/probes/saved/write.ts";
import { parseProbe } from "../../../server/src/probes/spec/parse.ts";
import { type TrainedProbe, trainProbe } from "../../../server/src/probes/train/train.ts";

const root = join(import.meta.dirname, "../../..");
const folder = mkdtempSync(join(tmpdir(), "steerscope-train-"));
afterAll(() => rmSync(folder, { recursive: true }));
const service = new EngineService({
  memoryBudgetMB: 512,
  threads: 1,
  assets: join(root, "assets"),
  cache: folder,
});
const never = { isCancellationRequested: false };
const quiet = () => {};
const host = {
  describe: (setup: Parameters<EngineService["describe"]>[0]) => service.describe(setup, quiet),
  identify: (setup: Parameters<EngineService["identify"]>[0]) => service.identify(setup, quiet),
  collect: (params: Parameters<EngineService["collect"]>[0]) => service.collect(params, quiet, never),
};
const ground = { host, worker: join(root, "server/src/probes/work/main.ts"), cache: folder, log: quiet };
const setup = { model: "tinytown", saes: ["resid_post_3"], device: "cpu" as const };

function train(
  yaml: string,
  token?: CancellationTokenSource["token"],
  progress: Parameters<typeof trainProbe>[2] = quiet,
) {
  const { spec, problems } = parseProbe(`probe: 1\n${yaml}`);
  expect(problems).toEqual([]);
  return trainProbe(ground, { spec: spec!, setup, folder, name: "it" }, progress, token);
}

const truth = `
data: { tinytown: { attribute: truth, n: 160, seed: 1 } }
target: { classes: ["false", "true"] }
hooks: [blocks.0.hook_resid_post, blocks.5.hook_resid_post]
positions: [last]
controls: { shuffled: 2, seeds: 2, places: 2 }
`;

describe("a probe", () => {
  let trained: TrainedProbe;
  beforeAll(async () => {
    trained = await train(truth);
  }, 120_000);

  it("is chosen by examples of its own and measured on others, with its controls beside it", () => {
    const { report } = trained;
    expect(report.chosen).toBe(1);
    expect(report.cells[1]).toMatchObject({
      source: "blocks.5.hook_resid_post",
      layer: 5,
      position: "last",
      kind: "logistic",
    });
    expect(report.figures!.leading.value).toBeGreaterThan(0.9);
    expect(report.cells[0].test!.value).toBeLessThan(0.75);
    expect(report.data.train + report.data.test).toBe(160);
    const { controls } = report;
    expect(controls!.text.map(({ id }) => id)).toEqual([
      "majority",
      "length",
      "bag-of-words",
      "word-ngrams",
      "character-ngrams",
    ]);
    expect(controls!.shuffled).toHaveLength(2);
    expect(controls!.curve.at(-1)!.examples).toBe(report.data.train);
    expect(controls!.codeLength!.compression).toBeGreaterThan(1.5);
    expect(controls!.seeds!.runs).toHaveLength(2);
    // All end in a full stop, so that labels are drawn for words that some of them share.
    expect(controls!.controlTask).toMatchObject({ types: "words", control: { n: 2 } });
    expect(controls!.controlTask!.selectivity).toBeGreaterThan(0);
    for (const { controlRuns, shuffled, control } of report.cells) {
      expect(controlRuns).toMatchObject({
        shuffled: { value: shuffled, n: 2 },
        control: { value: control, n: 2 },
      });
      expect(controlRuns!.shuffled!.low).toBeLessThanOrEqual(shuffled!);
    }
    expect(report.trust!.sentence).toMatch(/^Trust /);
  });

  it("is found in the cache when it is trained again, and is the same", async () => {
    const again = await train(truth);
    expect(again.report.timing.read).toBe(0);
    expect(trained.report.timing.read).toBeGreaterThan(100);
    expect(again.chosen!.final.state).toEqual(trained.chosen!.final.state);
    expect(again.report.data.hash).toBe(trained.report.data.hash);
  });

  it("reads documents once it is kept, and says the same of a text as in training", async () => {
    const path = join(folder, "truth.probe.json");
    writeProbe(path, trained, parseProbe(`probe: 1\n${truth}`).spec!);
    expect(readSavedProbe(path).report).toEqual(JSON.parse(JSON.stringify(trained.report)));
    const texts = ["Coco is a cat.", "The name of the pet of Anna Bell is Coco."];
    const read = async (key: string, text: string) => {
      const answer = await service.analyse(
        { ...setup, key, messages: [{ role: null, text }], probes: [path] },
        quiet,
        never,
      );
      expect(answer.warnings).toEqual([]);
      return answer;
    };
    for (const text of texts) {
      const { probes, ids } = await read(text, text);
      expect(probes).toHaveLength(1);
      const { tokens, stretches, outputs } = probes[0];
      expect(outputs).toBe(2);
      expect([...stretches.start, ...stretches.end]).toEqual([0, text.length]);
      // The sentence's score is that of its last token, and both are probabilities.
      expect([...stretches.scores]).toEqual([...tokens!.subarray((ids.length - 1) * 2)]);
      expect(stretches.scores[0] + stretches.scores[1]).toBeCloseTo(1, 6);
    }
    // What was said of tokens that stay is not computed again, and is what a new reading gives.
    const long = `${texts[1]} ${texts[0]}`;
    await read("typed", texts[1]);
    const typed = (await read("typed", long)).probes[0];
    const fresh = (await read("fresh", long)).probes[0];
    expect(typed.stretches).toEqual(fresh.stretches);
    typed.tokens!.forEach((score, i) => {
      if (Number.isNaN(score)) expect(fresh.tokens![i]).toBeNaN();
      else expect(score).toBeCloseTo(fresh.tokens![i], 4);
    });
  });

  const latents = { kind: "latents", sae: "other", sha256: "1", hook: "blocks.1.hook_resid_post" };
  it.each<[code: string, key: string, value: unknown, words: RegExp]>([
    ["probe-other-model", "model.sha256", "0", /was trained on tinytown as it was then/],
    [
      "probe-other-hook",
      "reads.source.hook",
      "blocks.9.hook_resid_post",
      /which the model does not have there/,
    ],
    ["probe-file-invalid", "schema", "steerscope.probe/9", /schema is steerscope.probe\/9/],
    ["probe-file-invalid", "fit.settings.columns", 7, /numbers instead of/],
    ["probe-sae-missing", "reads.source", latents, /not among the SAEs/],
    ["probe-not-live", "reads.source", { kind: "attention" }, /attention/],
  ])("that does not fit says so (%s) and keeps nothing from being analysed", async (code, key, value, words) => {
    const path = join(folder, "truth.probe.json");
    const other = join(folder, "other.probe.json");
    const json = JSON.parse(readFileSync(path, "utf8"));
    const names = key.split(".");
    const last = names.pop() as string;
    names.reduce((of, name) => of[name], json)[last] = value;
    writeFileSync(other, JSON.stringify(json));
    writeFileSync(
      join(folder, "other.probe.safetensors"),
      readFileSync(join(folder, "truth.probe.safetensors")),
    );
    const messages = [{ role: null, text: "Coco is a cat." }];
    const { warnings, probes, ids } = await service.analyse(
      { ...setup, key: code, messages, probes: [other, path] },
      quiet,
      never,
    );
    expect(ids.length).toBeGreaterThan(3);
    expect(warnings.map((it) => it.code)).toEqual([code]);
    expect(warnings[0].message).toMatch(words);
    expect(probes.map((it) => it.path)).toEqual([path]);
  });
});

it("a probe of words alone is trained, kept and read like any other, by any model", async () => {
  const trained = await train(`
data: { tinytown: { attribute: mood, n: 200, seed: 3 } }
target: { positive: cheerful }
kinds: [word-ngrams, character-ngrams]
controls: { shuffled: 1, seeds: false, learning-curve: false, description-length: false }
`);
  expect(trained.report.cells.map((it) => [it.source, it.position, it.layer, it.problem])).toEqual([
    ["text", "all", null, null],
    ["text", "all", null, null],
  ]);
  expect(trained.report.figures!.leading.value).toBeGreaterThan(0.8);
  const path = join(folder, "words.probe.json");
  writeProbe(path, trained, parseProbe("probe: 1\ndata: { files: [x] }").spec!);
  const { fit, saved } = restoreProbe(path);
  const sentences = trained.report.errors.map(({ text }) => text);
  const text = ["Anna smiled and sang happily.", "Tom wept sadly at the pond.", ...sentences].join("\n");
  const json = JSON.parse(readFileSync(path, "utf8"));
  const { probes, warnings } = await service.analyse(
    { ...setup, key: "words", messages: [{ role: null, text }], probes: [path] },
    quiet,
    never,
  );
  expect(warnings).toEqual([]);
  const { stretches, tokens, outputs } = probes[0];
  expect([tokens, outputs, saved.reads.width]).toEqual([null, 2, 0]);
  const read = [...stretches.start].map((start, i) => text.slice(start, stretches.end[i]));
  expect(read.length).toBeGreaterThan(1);
  expect([...stretches.scores]).toEqual([...Float32Array.from(fit.predict(textInputs(read)))]);
  expect(stretches.scores[1]).not.toBe(stretches.scores[3]);
  writeFileSync(path, JSON.stringify({ ...json, model: { ...json.model, sha256: "another" } }));
  const other = await service.analyse(
    { ...setup, key: "words", messages: [{ role: null, text }], probes: [path] },
    quiet,
    never,
  );
  expect(other.probes[0].stretches).toEqual(stretches);
}, 120_000);

describe("training", () => {
  it("of tokens, latents and attention goes the same way", async () => {
    const tokens = await train(`
data: { tinytown: { attribute: mood, n: 150, seed: 2 } }
level: token
hooks: [blocks.1.hook_resid_post]
controls: false
`);
    expect(tokens.report.cells[0]).toMatchObject({ position: "all", problem: null });
    expect(tokens.report.target.names[0]).toBe("none");
    const wide = await train(`
data: { tinytown: { attribute: truth, n: 120, seed: 1 } }
target: { classes: ["false", "true"] }
kinds: [k-sparse, attention-pattern, attention-statistics]
positions: [mean]
controls: false
`);
    expect(wide.report.cells.map(({ source, problem }) => [source, problem])).toEqual([
      ["latents of resid_post_3", null],
      ["attention", null],
      ["attention statistics", null],
    ]);
  }, 120_000);

  it("stops where it is cancelled, at each of its stages", async () => {
    for (const at of ["reading texts", "training", "controls"]) {
      const source = new CancellationTokenSource();
      const yaml = truth.replace("seed: 1", `seed: ${at.length}`);
      const run = train(yaml, source.token, (stage) => stage === at && source.cancel());
      await expect(run).rejects.toThrow(CancelledError);
    }
  }, 120_000);

  it("says which texts are too long, and refuses data of nothing else", async () => {
    const line = (text: string, label: string) => JSON.stringify({ text, label });
    const words = (n: number, i: number) => `${"Anna laughed. ".repeat(n)}It was ${i}.`;
    const short = Array.from({ length: 60 }, (_, i) => line(words(1, i), i % 2 ? "a" : "b"));
    writeFileSync(join(folder, "some.jsonl"), [...short, line(words(400, 0), "a")].join("\n"));
    const some = await train(
      `data: { files: [some.jsonl] }\nhooks: [blocks.1.hook_resid_post]\ncontrols: false`,
    );
    expect(some.problems.map(({ message }) => message).join()).toMatch(
      /1 of 61 texts are longer than the model's context.*some\.jsonl, line 61/,
    );
    writeFileSync(
      join(folder, "long.jsonl"),
      Array.from({ length: 60 }, (_, i) => line(words(400, i), i % 2 ? "a" : "b")).join("\n"),
    );
    await expect(
      train(`data: { files: [long.jsonl] }\nhooks: [blocks.1.hook_resid_post]\ncontrols: false`),
    ).rejects.toThrow(/All of 60 texts are longer/);
  }, 60_000);
});
