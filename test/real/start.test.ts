import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { expect, test } from "vitest";
import { layer15, modelFolder, saeFolder } from "./material.ts";

const root = join(import.meta.dirname, "../..");

test("npm start -- --model DIR --sae DIR2 examples/… shows a real model's features", () => {
  const script = join(root, "scripts/start.mjs");
  const args = ["--json", "--model", modelFolder(), "--sae", saeFolder(layer15), "examples/mood.prompt"];
  const env = { ...process.env, INIT_CWD: root };
  const { status, stdout } = spawnSync(process.execPath, [script, ...args], {
    cwd: root,
    env,
    encoding: "utf8",
    maxBuffer: 2 ** 26,
  });
  expect(status).toBe(0);
  const { model, saes, tokens } = JSON.parse(stdout);
  expect(model).toMatchObject({ family: "llama", layers: 30, dModel: 576 });
  expect(saes).toMatchObject([{ id: layer15, hook: "blocks.15.hook_resid_post", width: 8192 }]);
  const visible = tokens.filter((token: { range: unknown }) => token.range);
  expect(visible.map((token: { text: string }) => token.text).join("")).toContain(
    "cheerful and laughed aloud",
  );
  expect(visible.every((token: { features: unknown[] }) => token.features.length > 0)).toBe(true);
});
