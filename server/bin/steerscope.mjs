#!/usr/bin/env node
/** The `steerscope` command: runs the bundled command line on a Node that is new enough. */
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { constants } from "node:os";
import { fileURLToPath, pathToFileURL } from "node:url";

const cli = fileURLToPath(new URL("../../dist/cli.js", import.meta.url));
const bundledNode = fileURLToPath(new URL("../../node_modules/node/bin/node", import.meta.url));
const [major, minor] = process.versions.node.split(".").map(Number);

if (!existsSync(cli)) {
  console.error(`steerscope is not built (${cli} is missing). Run \`npm start\` or \`npm run build\` first.`);
  process.exitCode = 1;
} else if (major > 22 || (major === 22 && minor >= 16)) {
  process.argv[1] = cli;
  await import(pathToFileURL(cli).href);
} else if (existsSync(bundledNode)) {
  const child = spawn(bundledNode, [cli, ...process.argv.slice(2)], { stdio: "inherit" });
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, () => child.kill(signal));
  child.on("exit", (status, signal) => {
    process.exitCode = signal ? 128 + constants.signals[signal] : status;
  });
} else {
  console.error(
    `steerscope needs Node 22.16 or newer; this is ${process.versions.node}. Run \`npm start\`, which brings one.`,
  );
  process.exitCode = 1;
}
