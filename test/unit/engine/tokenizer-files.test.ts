import { cpSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeEach, expect, it } from "vitest";
import { Tokenizer } from "../../../server/src/engine/text/tokenizer.ts";
import { editJson, problemOf } from "./damage.ts";

const model = join(import.meta.dirname, "../../../assets/tinytown/model");
const scratch = mkdtempSync(join(tmpdir(), "steerscope-tokenizer-"));
const path = join(scratch, "tokenizer.json");
const configPath = join(scratch, "tokenizer_config.json");
afterAll(() => rmSync(scratch, { recursive: true }));
beforeEach(() => {
  cpSync(join(model, "tokenizer.json"), path);
  cpSync(join(model, "tokenizer_config.json"), configPath);
});
const load = async () => Tokenizer.load(scratch);

type Parts = Record<string, unknown> & { model: Record<string, unknown> };

it.each<[string, string, string, (json: Parts) => void]>([
  [
    "no model",
    "tokenizer-unsupported",
    "is not a byte-level BPE",
    (json) => {
      Object.assign(json, { model: null });
    },
  ],
  [
    "no vocab",
    "tokenizer-invalid",
    "its model has no vocab",
    (json) => {
      delete json.model.vocab;
    },
  ],
  [
    "an empty vocab",
    "tokenizer-invalid",
    "its model has no vocab",
    (json) => {
      json.model.vocab = {};
    },
  ],
  [
    "an id in words",
    "tokenizer-invalid",
    '"a" in its vocab',
    (json) => {
      json.model.vocab = { ...(json.model.vocab as object), a: "seven" };
    },
  ],
  [
    "a negative id",
    "tokenizer-invalid",
    '"a" in its vocab',
    (json) => {
      json.model.vocab = { ...(json.model.vocab as object), a: -1 };
    },
  ],
  [
    "no merges",
    "tokenizer-invalid",
    "cannot be built",
    (json) => {
      delete json.model.merges;
    },
  ],
  [
    "merges of numbers",
    "tokenizer-invalid",
    "cannot be built",
    (json) => {
      json.model.merges = [1, 2];
    },
  ],
  [
    "added tokens that are no list",
    "tokenizer-invalid",
    "its added_tokens are no list",
    (json) => {
      json.added_tokens = { a: 1 };
    },
  ],
  [
    "an added token null",
    "tokenizer-invalid",
    "number 0 of its added_tokens",
    (json) => {
      json.added_tokens = [null];
    },
  ],
  [
    "an added token without content",
    "tokenizer-invalid",
    "number 0 of its added_tokens",
    (json) => {
      json.added_tokens = [{ id: 1 }];
    },
  ],
  [
    "a step of a kind nobody knows",
    "tokenizer-invalid",
    "cannot be built",
    (json) => {
      json.post_processor = { type: "Nonsense" };
    },
  ],
])("tokenizer.json with %s is %s: %s", async (_, code, says, change) => {
  editJson(path, (json) => change(json as Parts));
  const problem = await problemOf(load());
  expect(problem).toMatchObject({ code, subject: "model", path });
  expect(problem.message).toContain(path);
  expect(problem.message).toContain(says);
});

it.each([
  [path, "null"],
  [path, "{"],
  [configPath, "null"],
  [configPath, "[]"],
])("%s with the text %s is named", async (file, text) => {
  writeFileSync(file, text);
  expect(await problemOf(load())).toMatchObject({ code: "tokenizer-invalid", path: file });
});

it("without tokenizer_config.json loads", async () => {
  rmSync(configPath);
  expect((await load()).encode("a").ids.length).toBe(1);
});
