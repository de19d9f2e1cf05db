import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { parseProbe } from "../../../server/src/probes/spec/parse.ts";
import { trainProbe } from "../../../server/src/probes/train/train.ts";
import { trainingEngine } from "./training-engine.ts";

const { folder, ground } = trainingEngine();
const quiet = () => {};
const setup = { model: "tinytown", saes: null, device: "cpu" as const };

async function train(records: object[], rest: string) {
  writeFileSync(join(folder, "a.jsonl"), records.map((it) => JSON.stringify(it)).join("\n"));
  const { spec, problems } = parseProbe(
    `data: { files: a.jsonl, group: town, split: part }\npositions: [last]\n${rest}`,
  );
  expect(problems).toEqual([]);
  return trainProbe(ground, { spec: spec!, setup, folder, name: "it" }, quiet);
}

/** Statements of seven towns, every third of none. */
const records = Array.from({ length: 90 }, (_, i) => ({
  text: `Number ${i} is ${i % 2 ? "red" : "blue"}.`,
  label: i % 2 ? "a" : "b",
  ...(i % 3 && { town: `town ${i % 7}` }),
  part: i % 7 > 4 ? "test" : "train",
}));

it("groups are held out of all that is trained on or told, and of nothing that was dropped", async () => {
  const dropped = records.slice(0, 5).map((it) => ({ ...it, part: "test" }));
  const { report } = await train(
    [...records, ...dropped],
    `hooks: [blocks.1.hook_resid_post]
controls: { seeds: 1, shuffled: 0, control-task: false, n-gram: false, learning-curve: false, description-length: false }`,
  );
  expect(report.data.problems.join()).toContain("5 of 30 test examples are trained on too");
  const { parts, figure } = report.controls!.groups!;
  const all = report.data.train + report.data.test;
  expect(all).toBe(90);
  expect(figure.n).toBe(all);
  expect(parts.reduce((sum, { n }) => sum + n, 0)).toBe(all);
  // Those without a town are no town of their own.
  expect(parts.filter(({ groups }) => groups.includes("no group")).length).toBeGreaterThan(5);
  for (const { groups } of parts) expect(new Set(groups).size).toBe(groups.length);
  expect(report.conventions.join()).toMatch(/chosen on 1\d of the 65 training examples/);
}, 60_000);

it("where nothing is left to choose on, that is said", async () => {
  const parted = records.map((it, i) => ({ ...it, town: `town ${Math.min(3, i % 7)}` }));
  const { report, problems } = await train(
    parted.map((it) => ({ ...it, part: it.town === "town 3" ? "test" : "train" })),
    "hooks: [blocks.1.hook_resid_post, blocks.2.hook_resid_post]\ncontrols: false",
  );
  expect(report.cells.map(({ validation }) => validation)).toEqual([null, null]);
  expect(problems.map(({ code }) => code)).toContain("probe-nothing-chooses");
  expect(report.conventions.join()).toContain("nothing was left to choose it on");
}, 60_000);
