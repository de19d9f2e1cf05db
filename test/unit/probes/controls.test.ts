import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { tensorBytes } from "../../../server/src/files/tensor-bytes.ts";
import { writeWhole } from "../../../server/src/files/write-whole.ts";
import { normal, randomOf } from "../../../server/src/learn/random.ts";
import { parseProbe } from "../../../server/src/probes/spec/parse.ts";
import { worstErrors } from "../../../server/src/probes/train/errors.ts";
import { type Controlled, controlTasks, runControls } from "../../../server/src/probes/train/run-controls.ts";
import { baselineTexts } from "../../../server/src/probes/train/texts.ts";
import { cell } from "../../../server/src/probes/work/cell.ts";
import { FitWorkers } from "../../../server/src/probes/work/pool.ts";
import type { TrainingSet } from "../../../server/src/probes/work/training-set.ts";
import { keysName, startsName } from "../../../server/src/protocol/probes.ts";

const folder = mkdtempSync(join(tmpdir(), "steerscope-controls-"));
const workers = new FitWorkers(
  join(import.meta.dirname, "../../../server/src/probes/work/main.ts"),
  undefined,
  2,
);
afterAll(() => {
  workers.end();
  rmSync(folder, { recursive: true });
});

const n = 200;
const width = 6;
const perText = 3;
const labels = Int32Array.from({ length: n }, (_, i) => i % 2);
const numbers = (from: number, to: number) => Int32Array.from({ length: to - from }, (_, i) => from + i);

/** Examples whose class stands in their first column, as one row each or three. */
let set: TrainingSet;
let byToken: TrainingSet;
beforeAll(() => {
  const random = randomOf(3);
  const rows = (count: number) =>
    Float32Array.from(
      { length: count * n * width },
      (_, at) => normal(random) + (at % width === 0 ? 3 * labels[Math.floor(at / width / count)] : 0),
    );
  const path = join(folder, "rows.safetensors");
  const tensors = [
    { name: "one", shape: [n, width], data: rows(1) },
    { name: "three", shape: [perText * n, width], data: rows(perText) },
    {
      name: startsName("three"),
      shape: [n + 1],
      data: Float32Array.from(numbers(0, n + 1), (i) => perText * i),
    },
  ];
  writeWhole(path, tensorBytes(tensors, { [keysName]: "[]" }));
  const made = (name: string, count: number): TrainingSet => ({
    rows: {
      ...{ name, width, files: [path], byToken: count > 1 },
      ...{ file: new Int32Array(n), from: numbers(0, n).map((i) => count * i) },
      count: new Int32Array(n).fill(count),
    },
    ...{
      texts: numbers(0, n),
      tokens: null,
      units: null,
      copies: null,
      groups: null,
      apart: null,
      pairs: null,
    },
    target: { type: "classes", names: ["no", "yes"], labels },
    types: numbers(0, n).map((i) => i % 40),
    typesAre: "tokens",
    ...{ fit: numbers(0, 120), validation: numbers(120, 150), test: numbers(150, n) },
  });
  set = made("one", 1);
  byToken = made("three", perText);
});

const wish = { kind: "logistic" as const, seed: 1, penalty: 1 };
const off = "n-gram: false, cleaned: false, learning-curve: false, description-length: false, shuffled: 0";
function specOf(controls: string) {
  const { spec, problems } = parseProbe(`data: { files: [a.jsonl] }\ncontrols: { ${controls} }`);
  expect(problems).toEqual([]);
  return spec!;
}
function controlled(of: TrainingSet, rest: Partial<Controlled> = {}): Controlled {
  const texts = { meant: Array.from(labels, (_, i) => `It was ${i}.`), before: null };
  const told = new Float64Array(2 * of.test.length).fill(0.5);
  return { ...{ set: of, wish, texts, told, groupNames: [], hasGroups: false }, ...rest };
}
const run = (controls: string, of: Controlled) => runControls(specOf(controls), of, workers, () => {});

describe("what baselines read", () => {
  const example = (text: string, span: [number, number] | null) => ({ text, span });
  it("is what is meant, and all that the model read up to its end", () => {
    const examples = [example("Anna ran. It rained.", [10, 20]), example("It rained. Tom sat.", [0, 10])];
    expect(baselineTexts(examples, null)).toEqual({
      meant: ["It rained.", "It rained."],
      before: ["Anna ran. It rained.", "It rained."],
    });
    expect(baselineTexts([example("Anna ran.", null)], Float32Array.of(5, 8))).toEqual({
      meant: ["ran"],
      before: ["Anna ran"],
    });
    expect(baselineTexts([example("Anna ran.", null)], null).before).toBeNull();
    const [long] = baselineTexts([example(`${"x".repeat(5000)}end`, [5000, 5003])], null).before!;
    expect(long).toBe(`${"x".repeat(1997)}end`);
  });
  it("explains a probe that the words before a stretch explain, where the stretch does not", async () => {
    const examples = Array.from(labels, (label, i) => {
      const before = `${label ? "Today" : "Yesterday"} they met ${i % 7} times. `;
      return example(`${before}It rained.`, [before.length, before.length + 10]);
    });
    const of = controlled(set, { texts: baselineTexts(examples, null) });
    const all =
      "shuffled: 0, control-task: false, learning-curve: false, description-length: false, seeds: 1";
    const { text, cleaned, refused } = await run(all, of);
    expect(controlTasks(specOf(all), of)).toBe(9);
    const words = text.filter(({ id }) => id === "bag-of-words");
    expect(words.map(({ before, figure }) => [before, figure.value])).toEqual([
      [undefined, 0.5],
      [true, 1],
    ]);
    // What is cleaned of words is cleaned of those before too.
    expect(cleaned).toBeNull();
    expect(refused).toEqual([
      { name: "the cleaned set", why: "Word n-grams get every held-out example right with confidence." },
    ]);
  });
  it("are drawn for baselines of tokens, of which there are many", async () => {
    const params = {
      id: "bag-of-words" as const,
      texts: Array.from(labels, (l) => (l ? "yes it is" : "no it is not")),
    };
    const told = await workers.run("text", { ...params, most: 20, set, seed: 1 });
    expect(told.figure.value).toBe(1);
    expect(told.told).not.toEqual((await workers.run("text", { ...params, set, seed: 1 })).told);
  });
});

describe("controls", () => {
  it("give the control task an interval whatever is said of splits", async () => {
    const { controlTask } = await run(`${off}, seeds: 1`, controlled(set));
    expect(controlTask!.control.n).toBe(3);
    expect(controlTask!.control.high).toBeLessThan(1.5);
  });

  it("that so few examples do not allow are left out, and it is said why", async () => {
    const few = { ...byToken, fit: numbers(0, 90) };
    const of = controlled(few, { wish: { kind: "multiple-instance", seed: 1 } });
    const { curve, codeLength, controlTask, refused } = await run(
      "n-gram: false, cleaned: false, shuffled: 0, control-task: false, seeds: 1",
      of,
    );
    // Two examples of one class are told without a fit.
    expect(curve.map(({ examples }) => examples)).toEqual([2, 60, 120]);
    expect(codeLength!.compression).toBeGreaterThan(1);
    expect(controlTask).toBeNull();
    const said = refused!.map(({ name, why }) => `${name}: ${why}`);
    expect(said).toHaveLength(4);
    expect(said[0]).toMatch(/^the learning curve at 6 examples: /);
    expect(said[2]).toMatch(/^the learning curve at 24 examples: Sets at α = 0.1 need 9 examples held back/);
    expect(said[3]).toMatch(
      /^the description length of the first 60 labels, which count as chance has them: /,
    );
    const alike = controlled({ ...set, types: new Int32Array(n) });
    const none = await run(`${off}, seeds: 1`, alike);
    expect(none.controlTask).toBeNull();
    expect(none.refused).toEqual([{ name: "a control task", why: expect.stringContaining("by heart") }]);
  });
});

describe("a cell", () => {
  const all = { shuffled: 1, controlTask: 1, usableInformation: true };
  it("has what is wanted beside it, and nothing else", () => {
    const { figures } = cell({ set, wish, beside: all });
    expect([figures.shuffled, figures.control, figures.information?.n]).toEqual([
      expect.any(Number),
      expect.any(Number),
      50,
    ]);
    for (const [key, name] of [
      ["shuffled", "shuffled"],
      ["controlTask", "control"],
      ["usableInformation", "information"],
    ] as const)
      expect(cell({ set, wish, beside: { ...all, [key]: false } }).figures).toEqual({
        ...figures,
        [name]: null,
      });
  });
  it("is measured beside shuffled labels with the penalty that it chose", () => {
    for (const kind of ["lda", "ridge", "logistic"] as const)
      expect(cell({ set, wish: { kind, seed: 1 }, beside: all }).penalty).toEqual(expect.any(Number));
  });
  it("has its errors without bits where these are not wanted", () => {
    const told = Float64Array.from({ length: 100 }, (_, k) => (k % 2 === labels[150 + (k >> 1)] ? 0.1 : 0.9));
    const examples = Array.from(labels, (_, i) => ({
      ...{ text: `${i}`, span: null, label: "", tokens: null, group: null, pair: null, split: null },
      ...{ record: `${i}`, source: { path: "", line: i, where: "" } },
    }));
    const of = { ...set, of: numbers(0, n), places: null, passedOver: 0 };
    const surprises = (says: boolean) =>
      new Set(worstErrors(set, told, of, examples, says).map(({ surprise }) => surprise === null));
    expect([...surprises(true), ...surprises(false)]).toEqual([false, true]);
  });
});
