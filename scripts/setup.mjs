/**
 * Set-up on a fresh machine, and nothing to do on one that is set up: dependencies, a Node that is new enough, bundles.
 * Runs on Node 20 without any dependency, because it is what installs them.
 */
import { spawnSync } from "node:child_process";
import { existsSync, lstatSync, readdirSync, readFileSync, statSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";

export const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), "..");

/** Oldest Node the product runs on: the first with type stripping, `node:sqlite` and the module hooks it uses. */
const oldestNode = [22, 16];

/**
 * Brings the checkout into a state in which everything runs: dependencies as package-lock.json has them, bundles as
 * the sources have them, and the store that ships with the embedded SAEs. Quick when nothing changed.
 * @param {[number, number]} [oldest] the Node that is wanted, major and minor
 * @returns {Promise<string>} path of the Node to run the product and its tools with
 */
export async function ensureInstalled(oldest = oldestNode) {
  const node = ensureDependencies(oldest);
  if (bundlesAreStale()) run(node, [path.join(root, "scripts/build.mjs")]);
  const { ensureShippedStore } = await import("./shipped-store.mjs");
  ensureShippedStore(node);
  return node;
}

/**
 * Installs the dependencies when they differ from package-lock.json.
 * @param {[number, number]} [oldest]
 * @returns {string} path of a Node that is new enough: the one that runs this, or else the one among the dependencies
 */
export function ensureDependencies(oldest = oldestNode) {
  if (!dependenciesMatchLock()) {
    const folder = path.join(root, "node_modules");
    // npm would empty the folder behind the link, which another checkout lives from.
    if (lstatSync(folder, { throwIfNoEntry: false })?.isSymbolicLink())
      throw new Error(
        `${folder} is a link to packages that differ from package-lock.json: remove the link, then try again.`,
      );
    console.error("Installing dependencies (npm ci) …");
    // onnxruntime-node's script would fetch CUDA files from outside the registry, and fail the whole install without them.
    run("npm", ["ci", "--no-audit", "--no-fund"], { ONNXRUNTIME_NODE_INSTALL: "skip" });
  }
  const bundled = path.join(root, "node_modules/node/bin/node");
  if (isNewEnough(process.versions.node, oldest)) return process.execPath;
  if (!existsSync(bundled)) {
    // npm may be told not to run install scripts; this one puts the Node of the dev dependency `node` in place.
    run(process.execPath, ["installArchSpecificPackage"], {}, path.join(root, "node_modules/node"));
  }
  if (existsSync(bundled)) return bundled;
  throw new Error(
    `Node ${process.versions.node} is too old and ${bundled} is missing: install Node ${oldest.join(".")} or newer.`,
  );
}

/** Environment in which `node` and the tools of node_modules come first. */
export function environmentFor(node, extra = {}) {
  const first = [path.dirname(node), path.join(root, "node_modules/.bin")];
  return { ...process.env, ...extra, PATH: [...first, process.env.PATH].join(path.delimiter) };
}

/**
 * Runs a program in the foreground and ends this script with its status when it fails. What it prints goes to stderr:
 * stdout belongs to what is set up for, which may be one JSON document.
 */
export function run(program, args, environment = {}, cwd = root) {
  const env = { ...process.env, ...environment };
  const result = spawnSync(program, args, { cwd, stdio: ["inherit", 2, "inherit"], env });
  if (result.error) throw result.error;
  if (result.status !== 0) {
    console.error(
      `${path.basename(program)} ${args.join(" ")} failed (status ${result.status ?? result.signal}).`,
    );
    process.exit(result.status ?? 1);
  }
}

/** npm records what it installed in node_modules/.package-lock.json, as its last act. */
function dependenciesMatchLock() {
  const wanted = readJson("package-lock.json").packages;
  const found = readJson("node_modules/.package-lock.json")?.packages;
  if (!found) return false;
  return Object.entries(wanted).every(
    ([place, entry]) => place === "" || entry.optional || found[place]?.version === entry.version,
  );
}

function readJson(file) {
  const place = path.join(root, file);
  return existsSync(place) ? JSON.parse(readFileSync(place, "utf8")) : null;
}

function isNewEnough(version, [oldestMajor, oldestMinor]) {
  const [major, minor] = version.split(".").map(Number);
  return major > oldestMajor || (major === oldestMajor && minor >= oldestMinor);
}

function bundlesAreStale() {
  const inputs = ["client/src", "server/src", "webview/src", "scripts/build.mjs", "package-lock.json"];
  return changedSince(
    path.join(root, "dist/built"),
    inputs.map((input) => path.join(root, input)),
  );
}

/**
 * Whether a source is newer than a build. What counts is when the build started, which its stamp says: an edit made while
 * it ran may have come too late for it.
 * @param {string} stamp file that build.mjs writes when all bundles are written
 * @param {string[]} inputs
 */
export function changedSince(stamp, inputs) {
  if (!existsSync(stamp)) return true;
  const started = Date.parse(readFileSync(stamp, "utf8"));
  return Number.isNaN(started) || inputs.some((input) => newest(input) > started);
}

/** Latest change below a path; folders count, so that a deleted file is noticed. */
function newest(place) {
  if (!existsSync(place)) return 0;
  const stat = statSync(place);
  if (!stat.isDirectory()) return stat.mtimeMs;
  return readdirSync(place).reduce(
    (latest, name) => Math.max(latest, newest(path.join(place, name))),
    stat.mtimeMs,
  );
}
