/**
 * Packages the extension for one target: `node scripts/package.mjs` writes dist/steerscope-linux-x64.vsix.
 * Of onnxruntime, whose package carries every platform, only the target's library goes in.
 */
import { cpSync, mkdirSync, rmSync, statSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { ensureInstalled, environmentFor, root, run } from "./setup.mjs";

const target = { name: "linux-x64", platform: "linux", arch: "x64" };
const largestMB = 40;

/** Path of the package that {@link packageExtension} writes. */
export const vsix = path.join(root, `dist/steerscope-${target.name}.vsix`);

/**
 * Builds what is stale and writes the package.
 * @returns {Promise<number>} its size in MB (10⁶ bytes)
 * @throws {Error} when it is larger than the limit
 */
export async function packageExtension() {
  const node = await ensureInstalled();
  const runtime = path.join(root, "dist/node_modules");
  rmSync(vsix, { force: true });
  try {
    copyRuntime(runtime);
    const vsce = path.join(root, "node_modules/@vscode/vsce/vsce");
    const options = [
      "--target",
      target.name,
      "--no-dependencies",
      "--no-rewrite-relative-links",
      "--skip-license",
      "--allow-missing-repository",
    ];
    run(node, [vsce, "package", ...options, "--out", vsix], environmentFor(node));
  } finally {
    // Left there, it would hide the runtime of node_modules from the bundles of the checkout.
    rmSync(runtime, { recursive: true, force: true });
  }
  const size = statSync(vsix).size / 1e6;
  if (size > largestMB) throw new Error(`${vsix} has ${size.toFixed(1)} MB; the limit is ${largestMB} MB.`);
  return size;
}

/** Copies onnxruntime-node and onnxruntime-common as far as the target loads them. */
function copyRuntime(folder) {
  rmSync(folder, { recursive: true, force: true });
  const native = `onnxruntime-node/bin/napi-v6/${target.platform}/${target.arch}`;
  const files = ["onnxruntime-node/package.json", "onnxruntime-node/dist", native];
  files.push("onnxruntime-common/package.json", "onnxruntime-common/dist/cjs", "onnxruntime-common/dist/esm");
  mkdirSync(folder, { recursive: true });
  for (const file of files) {
    cpSync(path.join(root, "node_modules", file), path.join(folder, file), {
      recursive: true,
      filter: (source) => !/\.(map|d\.ts)$/.test(source),
    });
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const size = await packageExtension();
  console.log(`${path.relative(root, vsix)}: ${size.toFixed(1)} MB`);
}
