import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

export const root = fileURLToPath(new URL("../../..", import.meta.url));
/** Where it is run, and where it keeps what it measures: one of its own for each test file. */
export const folder = mkdtempSync(join(tmpdir(), "steerscope-cli-"));
export const prompt = join(folder, "a.txt");
writeFileSync(prompt, "\uFEFFThe cat sat\non the mat.");

/** Runs dist/cli.js, which `npm test` builds before, on the engine that needs no model. */
export async function steerscope(args: string[], env: NodeJS.ProcessEnv = {}) {
  const child = spawn(process.execPath, [join(root, "dist/cli.js"), ...args], {
    cwd: folder,
    env: {
      ...process.env,
      STEERSCOPE_ENGINE_MODULE: join(root, "test/protocol/fake-engine.mjs"),
      STEERSCOPE_CACHE: folder,
      HF_HOME: folder,
      NO_COLOR: "1",
      ...env,
    },
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

export const sae = ["--sae", "toy"];
