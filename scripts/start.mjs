/**
 * `npm start [-- [OPTIONS OF steerscope inspect] [FILE]]`: set-up, then one prompt file analysed by the language server and shown as a table.
 * Without a file it is the first example.
 */
import { spawnSync } from "node:child_process";
import path from "node:path";
import { ensureInstalled, environmentFor, root } from "./setup.mjs";

const example = path.join("examples", "mood.prompt");
/** Options of `steerscope inspect` that take a value. */
const withValue = new Set(["--model", "--sae", "--top", "--at"]);

const args = process.argv.slice(2);
const node = await ensureInstalled();
const file = namesFile(args) ? [] : [path.join(root, example)];
const cli = path.join(root, "server/bin/steerscope.mjs");
// Relative paths are the user's: npm runs this in the project's folder, and tells where it was called.
const cwd = process.env.INIT_CWD ?? process.cwd();
const result = spawnSync(node, [cli, "inspect", "--through-server", ...args, ...file], {
  cwd,
  stdio: "inherit",
  env: environmentFor(node),
});

if (result.status === 0 && !args.includes("--json")) {
  console.log(`
In VS Code: open this folder, press F5, and hover a word of ${example}.
Or install the extension: npm run package, then "Extensions: Install from VSIX…" with dist/steerscope-linux-x64.vsix.
In a terminal: npx steerscope inspect FILE, npx steerscope doctor, npx steerscope --help.`);
}
process.exitCode = result.status ?? 1;

/** Whether an argument is left that is neither an option nor an option's value. */
function namesFile(words) {
  return words.some((word, i) => !word.startsWith("-") && !withValue.has(words[i - 1]));
}
