import { cpSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeEach, expect, it } from "vitest";
import { Checkpoint } from "../../../server/src/engine/weights/checkpoint.ts";
import { problemOf } from "./damage.ts";

const sharded = join(import.meta.dirname, "../../parity/models/facts/llama-sharded-f32");
const scratch = mkdtempSync(join(tmpdir(), "steerscope-shards-"));
afterAll(() => rmSync(scratch, { recursive: true }));
let folder: string;
let index: string;
beforeEach(() => {
  folder = join(mkdtempSync(join(scratch, "case-")), "model");
  cpSync(sharded, folder, { recursive: true });
  index = join(folder, "model.safetensors.index.json");
});

const first = "model-00001-of-00002.safetensors";
const open = async () => Checkpoint.open(folder);

it("opens the shards of a sound index", async () => {
  const { weight_map: map } = JSON.parse(readFileSync(index, "utf8"));
  expect([...(await open()).tensors.keys()].sort()).toEqual(Object.keys(map).sort());
});

it.each([
  ["no JSON", "{"],
  ["null", "null"],
  ["no weight_map", "{}"],
  ["a list for a weight_map", '{"weight_map": ["a"]}'],
  ["an empty weight_map", '{"weight_map": {}}'],
  ["a number for a shard", '{"weight_map": {"w": 7}}'],
  ["null for a shard", '{"weight_map": {"w": null}}'],
  ["an empty name", '{"weight_map": {"w": ""}}'],
  ["the folder for a shard", '{"weight_map": {"w": "."}}'],
  ["the folder above for a shard", '{"weight_map": {"w": ".."}}'],
])("refuses an index with %s", async (_, text) => {
  writeFileSync(index, text);
  const problem = await problemOf(open());
  expect(problem).toMatchObject({ code: "weights-invalid", subject: "model", path: index });
  expect(problem.message).toContain(index);
});

it.each([
  ["beside the folder", () => `../${first}`, () => join(folder, "..", first)],
  ["in a folder below", () => `below/${first}`, () => join(folder, "below", first)],
  ["by an absolute path", () => join(folder, "..", first), () => join(folder, "..", first)],
  ["with a backslash", () => `..\\${first}`, () => join(folder, `..\\${first}`)],
])("refuses a shard %s, though it is there", async (_, name, place) => {
  mkdirSync(join(folder, "below"));
  renameSync(join(folder, first), place());
  writeFileSync(index, readFileSync(index, "utf8").replaceAll(first, name().replaceAll("\\", "\\\\")));
  const problem = await problemOf(open());
  expect(problem).toMatchObject({ code: "weights-invalid", path: index });
  expect(problem.message).toContain(JSON.stringify(name()));
});

it("names a shard that is missing", async () => {
  rmSync(join(folder, first));
  const problem = await problemOf(open());
  expect(problem).toMatchObject({ code: "weights-missing", path: join(folder, first) });
  expect(problem.message).toContain(`names the shard ${first}`);
});
