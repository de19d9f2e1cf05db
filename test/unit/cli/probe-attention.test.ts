import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { folder, steerscope } from "./run-cli.ts";

/** On the embedded model, not the engine that needs none. */
const run = (...args: string[]) => steerscope(args, { STEERSCOPE_ENGINE_MODULE: undefined });
const spec = join(folder, "heads.probe.yaml");

beforeAll(async () => {
  const lines = Array.from({ length: 60 }, (_, i) => {
    const text = i % 2 ? `Berta has ${i} cats.` : `The mill has ${i} old rooms for Anna.`;
    return JSON.stringify({ text, label: i % 2 ? "pets" : "rooms" });
  });
  writeFileSync(join(folder, "heads.jsonl"), lines.join("\n"));
  writeFileSync(
    spec,
    "model: tinytown\ndata: { files: heads.jsonl }\nkinds: [attention-pattern]\npenalty: 1\ncontrols: false\n",
  );
  writeFileSync(join(folder, "heads.txt"), "Berta has 71 cats. The mill has 70 old rooms for Anna.\n");
  writeFileSync(join(folder, "long.txt"), "Berta laughed. ".repeat(300));
  const { status, stderr } = await run("probe", "train", spec);
  expect(status, stderr).toBe(0);
}, 120_000);
afterAll(() => rmSync(folder, { recursive: true }));

it("a probe on attention reads prompts sentence by sentence", async () => {
  const { status, stdout, stderr } = await run("probe", "run", spec, "heads.txt");
  expect([status, stderr]).toEqual([0, ""]);
  const [first, second] = stdout.split("\n");
  expect(first).toMatch(/^heads\.txt:1:1 +(pets|rooms) [01]\.\d\d +.*Berta has 71 cats\./);
  expect(second).toMatch(/^heads\.txt:1:20 +(pets|rooms) [01]\.\d\d +.*The mill has 70 old rooms/);
}, 60_000);

it("a file that a probe cannot read makes the exit status 1, with the reason", async () => {
  const { status, stderr } = await run("probe", "run", spec, "long.txt", "heads.txt");
  expect(status).toBe(1);
  expect(stderr).toMatch(
    /long\.txt:1:1: warning: The probe “heads” reads the attention of prompts of up to 512/,
  );
}, 60_000);
