/**
 * Runs test suites and ends with one line, `N passed, N failed`, over all of them; the exit status says the same.
 *   node scripts/test.mjs [SUITE …]      lint, types, unit, package, vscode; by default all of these; and real
 * A suite that cannot run counts as a failure, and so does a test that was skipped.
 */
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, rmSync } from "node:fs";
import path from "node:path";
import { ensureInstalled, environmentFor, root } from "./setup.mjs";

const suiteTimeoutMs = 20 * 60_000;
const results = path.join(root, "artifacts/results");

/** Each gives how many tests passed and failed. */
const suites = {
  lint: (node) => program("lint", node, "biome", ["check", "."]),
  types: (node) => program("types", node, "tsc", ["--noEmit"]),
  unit: (node) => vitest("unit", node, "vitest.config.ts"),
  package: (node) => program("package", node, node, ["scripts/package.mjs"]),
  vscode: (node) => vitest("vscode", node, "test/vscode/vitest.config.ts"),
  real: (node) => {
    const prepared = program("model for the real tests", node, node, ["test/real/prepare.mjs"]);
    return prepared.failed ? prepared : add(prepared, vitest("real", node, "test/real/vitest.config.ts"));
  },
};
const byDefault = ["lint", "types", "unit", "package", "vscode"];

const names = process.argv.slice(2);
const unknown = names.filter((name) => !Object.hasOwn(suites, name));
if (unknown.length > 0) {
  console.error(`No suite is called ${unknown.join(", ")}. There are: ${Object.keys(suites).join(", ")}.`);
  process.exit(2);
}

let total = { passed: 0, failed: 0 };
// However this ends, the last line says what was counted.
process.on("exit", (status) => {
  if (status !== 0 && total.failed === 0) total = add(total, { passed: 0, failed: 1 });
  console.log(`${total.passed} passed, ${total.failed} failed`);
});

try {
  const wanted = names.length > 0 ? names : byDefault;
  // Tests import TypeScript as it is, which Node does since 24 without being asked.
  const node = await ensureInstalled([24, 0]);
  if (wanted.includes("vscode")) checkMachine(node);
  mkdirSync(results, { recursive: true });
  for (const name of wanted) {
    console.log(`\n── ${name}`);
    total = add(total, suites[name](node));
  }
} catch (error) {
  console.error(error.message);
  total = add(total, { passed: 0, failed: 1 });
}
process.exitCode = total.failed > 0 ? 1 : 0;

function add(a, b) {
  return { passed: a.passed + b.passed, failed: a.failed + b.failed };
}

/** A program counts as one test. */
function program(what, node, name, args) {
  const passed = spawn(node, name, args);
  console.log(`${what}: ${passed ? "passed" : "FAILED"}`);
  return { passed: passed ? 1 : 0, failed: passed ? 0 : 1 };
}

function vitest(name, node, config) {
  const report = path.join(results, `${name}.json`);
  rmSync(report, { force: true });
  const reporters = ["--reporter=default", "--reporter=json", `--outputFile.json=${report}`];
  const cli = path.join(root, "node_modules/vitest/vitest.mjs");
  const succeeded = spawn(node, node, [cli, "run", "--config", config, ...reporters]);
  if (!existsSync(report)) return { passed: 0, failed: 1 };
  const counts = count(JSON.parse(readFileSync(report, "utf8")));
  // Errors outside any test (a set-up that failed, a rejection nobody awaited) fail the run alone.
  return !succeeded && counts.failed === 0 ? add(counts, { passed: 0, failed: 1 }) : counts;
}

/** A file that could not be loaded has no tests to fail, and counts as one. */
function count(report) {
  const broken = report.testResults.filter(
    (file) => file.status === "failed" && file.assertionResults.length === 0,
  );
  const failed = report.numFailedTests + report.numPendingTests + report.numTodoTests + broken.length;
  return { passed: report.numPassedTests, failed };
}

/** Says at once, rather than after the other suites, what the machine lacks. */
function checkMachine(node) {
  const check = 'import("./test/vscode/prerequisites.ts").then((module) => module.requirePackages())';
  const result = spawnSync(node, ["-e", check], { cwd: root, encoding: "utf8", env: environmentFor(node) });
  if (result.status !== 0) throw new Error(/^Error: (.*)$/m.exec(result.stderr)?.[1] ?? result.stderr);
}

function spawn(node, name, args) {
  const env = environmentFor(node, process.stdout.isTTY ? {} : { NO_COLOR: "1" });
  return spawnSync(name, args, { cwd: root, stdio: "inherit", env, timeout: suiteTimeoutMs }).status === 0;
}
