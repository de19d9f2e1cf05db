import { execFile } from "node:child_process";
import { mkdirSync, mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";

const root = fileURLToPath(new URL("../../..", import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "steerscope-recipe-cli-"));

/** Runs `recipe check` of dist/cli.js, which `npm test` builds before, on the engine that needs no model. */
function check(
  text: string,
  ...args: string[]
): Promise<{ status: unknown; stdout: string; stderr: string }> {
  writeFileSync(join(folder, "a.steer.yaml"), text);
  const command = [join(root, "dist/cli.js"), "recipe", "check", "a.steer.yaml", ...args];
  const env = {
    ...process.env,
    STEERSCOPE_ENGINE_MODULE: join(root, "test/protocol/fake-engine.mjs"),
    STEERSCOPE_CACHE: folder,
    HF_HOME: folder,
    NO_COLOR: "1",
  };
  return new Promise((resolve) => {
    execFile(process.execPath, command, { cwd: folder, env }, (error, stdout, stderr) =>
      resolve({ status: error?.code ?? 0, stdout, stderr }),
    );
  });
}

const good = `version: 1
name: Two
saes: [toy]
edits:
  - { feature: toy/20, strength: 0.5 }
  - { token: cat, strength: -1, layers: [3], enabled: false }
checks: [{ name: purrs, prompt: The cat, expect: [{ contains: purr }] }]
`;

it("says in words what each edit of a recipe does", async () => {
  const { status, stdout, stderr } = await check(good);
  expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
  expect(stdout).toBe(
    [
      "Two on tinytown, toy",
      "  1. Adds 0.5 × the median residual norm of toy/20 at blocks.2.hook_resid_post, on all tokens but the first.",
      "  2. Takes 1 × the median residual norm of the token “cat” away at blocks.3.hook_resid_post, on all tokens but the first. (switched off)",
      "  Checks: purrs",
      "Usable.",
      "",
    ].join("\n"),
  );
});

it("puts what is wrong at its place and fails", async () => {
  const { status, stdout, stderr } = await check(
    good.replace("toy/20", "toy/100").replace("name: Two", "nam: Two"),
  );
  expect(status).toBe(1);
  expect(stderr).toContain("a.steer.yaml:2:1: error: A recipe has no key “nam”. Did you mean “name”?\n");
  expect(stderr).toMatch(/^a\.steer\.yaml:5:16: error: toy has no latent 100/m);
  expect(stdout).toContain("  1. Not usable.\n");
  expect(stdout).toMatch(/Not usable\.\n$/);
  const broken = await check("version: [");
  expect(broken).toMatchObject({ status: 1, stdout: "Not usable.\n" });
  expect(broken.stderr).toContain("a.steer.yaml:1:");
});

it("prints one JSON document, and is read by the model and SAEs that are named for this run", async () => {
  const { status, stdout } = await check(good, "--json");
  expect(status).toBe(0);
  expect(JSON.parse(stdout)).toMatchObject({
    schema: "steerscope.recipe/1",
    ok: true,
    model: "tinytown",
    saes: ["toy"],
    edits: [
      { index: 0, enabled: true, hooks: ["blocks.2.hook_resid_post"] },
      { index: 1, enabled: false, hooks: ["blocks.3.hook_resid_post"] },
    ],
    checks: ["purrs"],
    problems: [],
  });
  const other = JSON.parse((await check(good, "--json", "--sae", "other")).stdout);
  expect(other).toMatchObject({
    ok: false,
    saes: ["other"],
    problems: [{ code: "recipe-sae-unknown", severity: "error", line: 5, column: 16 }],
  });
  const model = JSON.parse((await check(`model: mine\n${good}`, "--json", "--model", "theirs")).stdout);
  expect(model.problems).toMatchObject([{ code: "recipe-other-model", line: 1, column: 8 }]);
});

it("knows the labels of the folder as well as those that ship with an SAE", async () => {
  const text = good.replace("feature: toy/20", "feature: { sae: toy, label: my own }");
  expect((await check(text)).stderr).toContain("my own");
  mkdirSync(join(folder, ".vscode"));
  writeFileSync(join(folder, ".vscode/steerscope-labels.yaml"), "tinytown: { toy: { 33: my own } }\n");
  const { status, stdout, stderr } = await check(text);
  expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
  expect(stdout).toContain("toy/33 “my own”");
});
