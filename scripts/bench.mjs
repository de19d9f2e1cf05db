/** `npm run bench [-- FIGURE …] [--runs N] [--peers PYTHON]`: set-up, then test/bench, which prints JSON. */
import { spawnSync } from "node:child_process";
import path from "node:path";
import { ensureInstalled, environmentFor, root } from "./setup.mjs";

// The benchmarks are TypeScript as it is, which Node runs since 24 without being asked.
const node = await ensureInstalled([24, 0]);
const args = [
  "--disable-warning=ExperimentalWarning",
  path.join(root, "test/bench/run.ts"),
  ...process.argv.slice(2),
];
const result = spawnSync(node, args, { cwd: root, stdio: "inherit", env: environmentFor(node) });
process.exitCode = result.status ?? 1;
