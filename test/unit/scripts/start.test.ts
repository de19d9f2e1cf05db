import { spawnSync } from "node:child_process";
import { cpSync, mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";

const root = join(import.meta.dirname, "../../..");
const embedded = join(root, "assets/tinytown");

/** `npm start -- ARGS`, called in a folder of the user's; `npm test` has set everything up before. */
function start(args: string[], cwd = root) {
  const env = { ...process.env, INIT_CWD: cwd, NO_COLOR: "1" };
  return spawnSync(process.execPath, [join(root, "scripts/start.mjs"), ...args], {
    cwd: root,
    env,
    encoding: "utf8",
  });
}

it("shows the first example as a table, and says how to go on", () => {
  const { status, stdout } = start([]);
  expect(status).toBe(0);
  expect(stdout).toMatch(/mood\.prompt · tinytown/);
  expect(stdout).toMatch(/^\d+:\d+ +" laughed" +[\d.]+ .*: \d+ %/m);
  expect(stdout).toMatch(/In VS Code: .*F5/);
});

it("prints one JSON document and nothing else with --json", () => {
  const { status, stdout } = start(["--json"]);
  expect(status).toBe(0);
  const { schema, model, saes, tokens } = JSON.parse(stdout);
  expect({ schema, model: model.id }).toEqual({ schema: "steerscope.inspect/1", model: "tinytown" });
  expect(saes).toHaveLength(1);
  expect(tokens.length).toBeGreaterThan(30);
});

it("takes a model, an SAE and a file of one's own, from where one stands", () => {
  const mine = mkdtempSync(join(tmpdir(), "steerscope-start-"));
  cpSync(join(embedded, "model"), join(mine, "model"), { recursive: true });
  cpSync(join(embedded, "saes/resid_post_3"), join(mine, "sae"), { recursive: true });
  cpSync(join(root, "examples/secret.prompt"), join(mine, "own.prompt"));
  const { status, stdout } = start(["--json", "--model", "model", "--sae", "./sae", "own.prompt"], mine);
  expect(status).toBe(0);
  const { file, model, saes } = JSON.parse(stdout);
  expect(file).toBe("own.prompt");
  expect(model.id).toMatch(/model$/);
  expect(saes.map((sae: { id: string }) => sae.id)).toEqual(["sae"]);
});

it("fails as the command does", () => {
  const { status, stderr } = start(["--json", "--model", "./none"]);
  expect(status).toBe(1);
  expect(stderr).toContain("There is no folder");
});
