import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";

const root = fileURLToPath(new URL("../../..", import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "steerscope-methods-cli-"));
writeFileSync(join(folder, "a.jsonl"), '{"prompt":"a"}\n');

/** Runs dist/cli.js, which `npm test` builds before; nothing here comes as far as the engine. */
async function steer(...args: string[]) {
  const child = spawn(process.execPath, [join(root, "dist/cli.js"), "steer", ...args], {
    cwd: folder,
    env: { ...process.env, STEERSCOPE_CACHE: folder, STEERSCOPE_ENGINE_MODULE: "none", NO_COLOR: "1" },
  });
  let stderr = "";
  child.stderr.on("data", (data) => {
    stderr += data;
  });
  const [status] = await once(child, "close");
  return { status, stderr };
}

it.each([
  [["corr", "a.jsonl"], 1, /a\.jsonl, line 1: nothing says how completions of this prompt are graded/],
  [["corr", "none.jsonl", "--words", "b"], 1, /There is no file none\.jsonl/],
  [["corr", "a.jsonl", "--words", "b", "--out", "r.yaml"], 1, /r\.yaml would not be read as a recipe/],
  [["corr", "a.jsonl", "--variant", "Q"], 2, /S, A, P/],
  [["corr", "a.jsonl", "--temperature", "warm"], 2, /It is a number from 0/],
  [["saif", "a.jsonl", "--regex", "b"], 1, /line 1: the field “with” is not there/],
  [["saif", "a.jsonl", "--k", "0"], 2, /It is a/],
] as const)("says what is wrong before any model is loaded: %j", async (args, status, message) => {
  const told = await steer(...args);
  expect(told.stderr).toMatch(message);
  expect(told.status).toBe(status);
});
