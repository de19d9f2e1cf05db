/** Measures tinytown's model card: `npm run tinytown:card [-- OPTIONS of card.py]`. Needs Python; see recipe/README.md. */
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import path from "node:path";
import { ensureDependencies, root, run } from "./setup.mjs";

const recipe = path.join(root, "assets/tinytown/recipe");
const inFolder = ["bin/python", "Scripts/python.exe"]
  .map((name) => path.join(recipe, ".venv", name))
  .find((file) => existsSync(file));
const python = process.env.STEERSCOPE_PYTHON ?? inFolder ?? "python3";

const imports = "import torch, transformers, tokenizers, sae_lens, matplotlib";
if (spawnSync(python, ["-c", imports], { stdio: "ignore" }).status !== 0) {
  console.error(`${python} lacks what the model card needs.`);
  console.error(`Make a virtual environment in ${path.join(recipe, ".venv")} with`);
  console.error("  python3 -m venv .venv && .venv/bin/pip install -r requirements.txt");
  console.error("or name a Python that has it in STEERSCOPE_PYTHON.");
  process.exit(1);
}
// The generator is TypeScript that Node runs as it is.
const node = ensureDependencies([24, 0]);
run(python, ["card.py", ...process.argv.slice(2)], { NODE: node }, recipe);
