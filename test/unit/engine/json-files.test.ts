import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, it } from "vitest";
import { readJsonObject } from "../../../server/src/engine/files/json.ts";
import { problemOf } from "./damage.ts";

const scratch = mkdtempSync(join(tmpdir(), "steerscope-json-"));
const file = join(scratch, "file.json");
afterAll(() => rmSync(scratch, { recursive: true }));
const blame = { code: "some-code", subject: "sae", remedy: "Do this." } as const;
const read = async (path: string) => readJsonObject(path, blame);

it("reads an object", async () => {
  writeFileSync(file, ' {"a": [1]}\n');
  expect(await read(file)).toEqual({ a: [1] });
});

it.each([
  ["null", `${file} holds null where a JSON object should be.`],
  ["[1]", `${file} holds a list where a JSON object should be.`],
  ["3", `${file} holds a number where a JSON object should be.`],
  ['"a"', `${file} holds a string where a JSON object should be.`],
  ['{\n "a": 1,\n}', `${file}, line 3, is not JSON: `],
  ['{\n "a": [1,\n', `${file}, line 2, is not JSON: `],
  ["", `${file}, line 1, is not JSON: Unexpected end of JSON input.`],
  ["<html>\n", `${file} is not JSON: Unexpected token '<'.`],
])("says what is wrong with %j, and where", async (text, message) => {
  writeFileSync(file, text);
  const problem = await problemOf(read(file));
  expect(problem).toMatchObject({ ...blame, path: file });
  expect(problem.message).toContain(message);
  expect(problem.message).not.toContain("\n");
});

it.each([
  [scratch, "EISDIR"],
  [join(scratch, "no.json"), "ENOENT"],
])("says why %s cannot be read", async (path, reason) => {
  expect(await problemOf(read(path))).toMatchObject({
    ...blame,
    path,
    message: `${path} cannot be read: ${reason}.`,
  });
});
