import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, it } from "vitest";
import { readStatistics } from "../../../server/src/engine/saes/statistics.ts";
import { problemOf } from "./damage.ts";

const scratch = mkdtempSync(join(tmpdir(), "steerscope-labels-"));
const path = join(scratch, "steerscope.json");
afterAll(() => rmSync(scratch, { recursive: true }));

/** A sound file for an SAE of two latents over three dimensions. */
const sound = {
  schema: "steerscope.labels/1",
  maker: "me",
  tokens: 10,
  medianNorm: 2,
  mean: [1, -2, 0.5],
  frequency: [0, 1],
  maximum: [0, 3],
  labels: { "1": { text: "a name", f1: 0.5, precision: null } },
};
const read = async () => readStatistics(scratch, 2, 3);

it("reads a sound file", async () => {
  writeFileSync(path, JSON.stringify(sound));
  const statistics = (await read())!;
  expect([...statistics.mean]).toEqual(sound.mean);
  expect([...statistics.labels]).toEqual([[1, { text: "a name", maker: "me", f1: 0.5 }]]);
  expect(statistics).toMatchObject({ source: "me, 10 tokens", medianNorm: 2 });
});

it.each<[string, unknown]>([
  ["no JSON", "{"],
  ["null", "null"],
  ["another schema", { ...sound, schema: "other/1" }],
  ["no schema", { ...sound, schema: undefined }],
  ["no maker", { ...sound, maker: undefined }],
  ["tokens in words", { ...sound, tokens: "ten" }],
  ["a negative norm", { ...sound, medianNorm: -1 }],
  ["a mean of words", { ...sound, mean: ["x", 1, 2] }],
  ["a mean with null", { ...sound, mean: [null, 1, 2] }],
  ["a text for a mean", { ...sound, mean: "abc" }],
  ["a mean of another width", { ...sound, mean: [1] }],
  ["a frequency above 1", { ...sound, frequency: [0, 1.5] }],
  ["a negative maximum", { ...sound, maximum: [0, -1] }],
  ["no maximum", { ...sound, maximum: undefined }],
  ["no labels", { ...sound, labels: undefined }],
  ["a list of labels", { ...sound, labels: [] }],
  ["a label null", { ...sound, labels: { "1": null } }],
  ["a label without text", { ...sound, labels: { "1": { f1: 1 } } }],
  ["a label with a score in words", { ...sound, labels: { "1": { text: "a", f1: "high" } } }],
  ["a label of a latent that is not there", { ...sound, labels: { "2": { text: "a" } } }],
  ["a label of no number", { ...sound, labels: { x: { text: "a" } } }],
])("refuses a file with %s", async (_, json) => {
  writeFileSync(path, typeof json === "string" ? json : JSON.stringify(json));
  const problem = await problemOf(read());
  expect(problem).toMatchObject({ code: "labels-invalid", subject: "sae", path });
  expect(problem.message).toContain(path);
});
