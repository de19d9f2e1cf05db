import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, it } from "vitest";

const root = fileURLToPath(new URL("../..", import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "steerscope-probe-cli-"));
afterAll(() => rmSync(folder, { recursive: true }));

/** Runs the bundled command line on the embedded model. */
async function steerscope(...args: string[]) {
  const child = spawn(process.execPath, [join(root, "dist/cli.js"), ...args], {
    cwd: folder,
    env: { ...process.env, STEERSCOPE_CACHE: folder, NO_COLOR: "1" },
  });
  let [stdout, stderr] = ["", ""];
  child.stdout.on("data", (data) => {
    stdout += data;
  });
  child.stderr.on("data", (data) => {
    stderr += data;
  });
  const [status] = await once(child, "close");
  return { status, stdout, stderr };
}

beforeAll(async () => {
  const lines = Array.from({ length: 60 }, (_, i) => {
    const text = i % 2 ? `Berta has ${i} cats.` : `The mill has ${i} old rooms for Anna.`;
    return JSON.stringify({ text, label: i % 2 ? "pets" : "rooms" });
  });
  writeFileSync(join(folder, "heads.jsonl"), lines.join("\n"));
  writeFileSync(
    join(folder, "heads.probe.yaml"),
    "probe: 1\nmodel: tinytown\ndata: { files: heads.jsonl }\nkinds: [attention-pattern]\npenalty: 1\ncontrols: false\n",
  );
  writeFileSync(join(folder, "a.txt"), "Berta has 71 cats. The mill has 70 old rooms for Anna.\n");
  writeFileSync(join(folder, "long.txt"), "Berta laughed. ".repeat(300));
  const trained = await steerscope("probe", "train", "heads.probe.yaml");
  expect(trained).toMatchObject({ status: 0 });
}, 120_000);

it("a probe on attention reads prompts sentence by sentence", async () => {
  const { status, stdout, stderr } = await steerscope("probe", "run", "heads.probe.yaml", "a.txt");
  expect(stderr).toBe("");
  expect(status).toBe(0);
  const lines = stdout.split("\n");
  expect(lines[0]).toMatch(/^a\.txt:1:1 +(pets|rooms) [01]\.\d\d +.*Berta has 71 cats\./);
  expect(lines[1]).toMatch(/^a\.txt:1:20 +(pets|rooms) [01]\.\d\d +.*The mill has 70 old rooms/);
}, 60_000);

it("a file that it cannot read makes the exit status 1, with the reason", async () => {
  const { status, stderr } = await steerscope("probe", "run", "heads.probe.json", "long.txt");
  expect(status).toBe(1);
  expect(stderr).toMatch(
    /long\.txt:1:1: warning: The probe “heads” reads the attention of prompts of up to 512/,
  );
}, 60_000);
