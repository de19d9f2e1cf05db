import { copyFileSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { CancellationTokenSource } from "vscode-jsonrpc/node";
import { CancelledError } from "../../../server/src/host/problem-error.ts";
import { textInputs } from "../../../server/src/learn/data.ts";
import { readSavedProbe } from "../../../server/src/probes/saved/read.ts";
import { restoreProbe } from "../../../server/src/probes/saved/restore.ts";
import { writeProbe } from "../../../server/src/probes/saved/write.ts";
import { parseProbe } from "../../../server/src/probes/spec/parse.ts";
import { type TrainedProbe, trainProbe } from "../../../server/src/probes/train/train.ts";
import { trainingEngine } from "./training-engine.ts";

const { folder, service, ground } = trainingEngine();
const never = { isCancellationRequested: false };
const quiet = () => {};
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
    expect(controls!.controlTask).toMatchObject({ types: "words", control: { n: 3 } });
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

  it("reads documents once it is kept, sentence by sentence or token by token", async () => {
    const path = join(folder, "truth.probe.json");
    writeProbe(path, trained, parseProbe(`probe: 1\n${truth}`).spec!);
    expect(readSavedProbe(path).report).toEqual(JSON.parse(JSON.stringify(trained.report)));
    // The same, of tokens rather than of sentences.
    const byToken = join(folder, "tokens.probe.json");
    const saved = readSavedProbe(path);
    const reads = { ...saved.reads, level: "token", position: "all" };
    writeFileSync(byToken, JSON.stringify({ ...saved, reads }));
    copyFileSync(path.replace(".json", ".safetensors"), byToken.replace(".json", ".safetensors"));
    const texts = ["Coco is a cat.", "The name of the pet of Anna Bell is Coco."];
    const read = async (key: string, text: string) => {
      const answer = await service.analyse(
        { ...setup, key, messages: [{ role: null, text }], probes: [path, byToken] },
        quiet,
        never,
      );
      expect(answer.warnings).toEqual([]);
      return answer;
    };
    for (const text of texts) {
      const { probes, ids } = await read(text, text);
      expect(probes).toHaveLength(2);
      const [{ tokens, stretches, outputs }, each] = probes;
      expect(outputs).toBe(2);
      expect([...stretches.start, ...stretches.end]).toEqual([0, text.length]);
      expect(stretches.scores[0] + stretches.scores[1]).toBeCloseTo(1, 6);
      // Tokens are told by a probe that was trained on them only; the sentence's score is that of its last token.
      expect(tokens).toBeNull();
      expect(each.stretches.scores).toHaveLength(0);
      expect([...each.tokens!.subarray((ids.length - 1) * 2)]).toEqual([...stretches.scores]);
    }
    // What was said of tokens that stay is not computed again, and is what a new reading gives.
    const long = `${texts[1]} ${texts[0]}`;
    await read("typed", texts[1]);
    const [typed, typedTokens] = (await read("typed", long)).probes;
    const [fresh, freshTokens] = (await read("fresh", long)).probes;
    expect(typed.stretches).toEqual(fresh.stretches);
    typedTokens.tokens!.forEach((score, i) => {
      if (Number.isNaN(score)) expect(freshTokens.tokens![i]).toBeNaN();
      else expect(score).toBeCloseTo(freshTokens.tokens![i], 4);
    });
  });

  it.each([
    ["mean", "logistic"],
    ["max", "logistic"],
    ["last", "logistic"],
    ["mean", "k-sparse"],
  ])(
    "says the same of a document as in training: %s of its tokens, %s",
    async (position, kind) => {
      // Behind the last layer the tokens of sums are massive, so that means and maxima leave them out.
      const texts = Array.from({ length: 48 }, (_, i) => `Anna had ${i} cats and ${i + 30} + 12 pens.`);
      const lines = texts.map((text, i) => {
        const [label, split] = [i % 2 ? "a" : "b", i < 36 ? "train" : "test"];
        return JSON.stringify({ text: label === "a" ? text : `Sadly ${text}`, label, split });
      });
      writeFileSync(join(folder, "sums.jsonl"), lines.join("\n"));
      const yaml = `
data: { files: [sums.jsonl], split: split }
hooks: [blocks.5.hook_resid_post]
positions: [${position}]
kinds: [${kind}]
penalty: 0.001
controls: false
`;
      const last = { ...setup, saes: ["resid_post_5"] };
      const { spec } = parseProbe(`probe: 1\n${yaml}`);
      const summed = await trainProbe(ground, { spec: spec!, setup: last, folder, name: "it" }, quiet);
      const path = join(folder, "sums.probe.json");
      writeProbe(path, summed, spec!);
      const { told } = summed.chosen!.final;
      const held = lines.slice(36).map((line) => JSON.parse(line).text as string);
      expect(told).toHaveLength(2 * held.length);
      for (const [i, text] of held.entries()) {
        const messages = [{ role: null, text }];
        const { probes, warnings } = await service.analyse(
          { ...last, key: `${position} ${kind} ${i}`, messages, probes: [path] },
          quiet,
          never,
        );
        expect(warnings).toEqual([]);
        expect(probes[0].tokens).toBeNull();
        const { scores } = probes[0].stretches;
        expect(scores).toHaveLength(2);
        // Numbers of a wide graph differ in their last digits from those of one cut off.
        expect(scores[1]).toBeCloseTo(told[2 * i + 1], 3);
      }
    },
    60_000,
  );

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
    [
      "probe-file-invalid",
      "fit.settings.columns",
      7,
      /“weight” of the probe's file has the shape \[1,192\], not \[1,7\]/,
    ],
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
penalty: 1
controls: false
`);
    expect(tokens.report.cells[0]).toMatchObject({ position: "all", problem: null });
    expect(tokens.report.target.names[0]).toBe("none");
    const wide = await train(`
data: { tinytown: { attribute: truth, n: 120, seed: 1 } }
target: { classes: ["false", "true"] }
kinds: [k-sparse, attention-pattern, attention-statistics]
positions: [mean]
penalty: 1
controls: false
`);
    expect(wide.report.cells.map(({ source, problem }) => [source, problem])).toEqual([
      ["latents of resid_post_3", null],
      ["attention", null],
      ["attention statistics", null],
    ]);
  }, 120_000);

  it.each([
    ["attention-pattern", "last", 24],
    ["attention-statistics", "last", 24 * 7],
    ["attention-statistics", "mean", 24 * 7],
  ])(
    "of attention (%s, %s) reads prompts where more is read than while one types, and says which are too long",
    async (kind, position, width) => {
      const lines = Array.from({ length: 48 }, (_, i) => {
        const text = i % 2 ? `Berta has ${i} cats.` : `The mill has ${i} old rooms for Anna.`;
        return JSON.stringify({ text, label: i % 2 ? "a" : "b", split: i < 36 ? "train" : "test" });
      });
      writeFileSync(join(folder, "heads.jsonl"), lines.join("\n"));
      const positions = kind === "attention-pattern" ? "" : `positions: ${position}\n`;
      const yaml = `data: { files: [heads.jsonl], split: split }\nkinds: [${kind}]\n${positions}penalty: 0.1\ncontrols: false`;
      const trained = await train(yaml);
      const path = join(folder, "heads.probe.json");
      const saved = writeProbe(path, trained, parseProbe(`probe: 1\n${yaml}`).spec!);
      expect(saved.reads).toMatchObject({ source: { kind: "attention" }, position, width });
      const read = (text: string, attention: boolean) =>
        service.analyse(
          { ...setup, key: "heads", messages: [{ role: null, text }], probes: [path], attention },
          quiet,
          never,
        );
      const { told } = trained.chosen!.final;
      const held = lines.slice(36).map((line) => JSON.parse(line).text as string);
      for (const [i, text] of held.entries()) {
        const { probes, warnings } = await read(text, true);
        expect(warnings).toEqual([]);
        expect([...probes[0].stretches.end]).toEqual([text.length]);
        expect(probes[0].stretches.scores[1]).toBeCloseTo(told[2 * i + 1], 4);
      }
      // Typed, nothing but the text is read; too long a prompt says so.
      const typed = await read(held[0], false);
      expect([typed.probes, typed.warnings.map(({ code }) => code)]).toEqual([[], ["probe-not-live"]]);
      const long = await read("Anna laughed. ".repeat(300), true);
      expect(long.probes).toEqual([]);
      expect(long.warnings.find(({ code }) => code === "probe-text-too-long")!.message).toMatch(
        /up to 512 tokens, and this one is longer/,
      );
    },
    60_000,
  );

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

  it("refuses data of which the model cannot read enough on one side, of classes and of numbers", async () => {
    const words = (isTest: boolean, i: number) => `${"Anna laughed. ".repeat(isTest ? 400 : 1)}It was ${i}.`;
    for (const [name, label] of [
      ["classes", (i: number) => (i % 2 ? "a" : "b")],
      ["number", (i: number) => i],
    ] as const) {
      const records = Array.from({ length: 60 }, (_, i) => {
        const isTest = i % 5 < 1;
        return { text: words(isTest, i), label: label(i), split: isTest ? "test" : "train" };
      });
      writeFileSync(join(folder, "sides.jsonl"), records.map((it) => JSON.stringify(it)).join("\n"));
      await expect(
        train(
          `data: { files: [sides.jsonl], split: split }\ntarget: { type: ${name} }\nhooks: [blocks.1.hook_resid_post]\ncontrols: false`,
        ),
      ).rejects.toThrow(/12 of 60 texts are longer than.*Without them: .*0 in the test set/);
    }
  }, 60_000);
});
