/**
 * Packages the extension for one target: `node scripts/package.mjs` writes dist/steerscope-linux-x64.vsix.
 * Of onnxruntime, whose package carries every platform, only the target's library goes in.
 */
import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { bundledFiles } from "./build.mjs";
import { notices, packagesOf } from "./notices.mjs";
import { ensureInstalled, environmentFor, root, run } from "./setup.mjs";

const target = { name: "linux-x64", platform: "linux", arch: "x64" };
const largestMB = 40;

/** Path of the package that {@link packageExtension} writes. */
export const vsix = path.join(root, `dist/steerscope-${target.name}.vsix`);

/**
 * Builds what is stale and writes the package, from a folder that holds exactly what is in it.
 * @returns {Promise<number>} its size in MB (10⁶ bytes)
 * @throws {Error} when it is larger than the limit
 */
export async function packageExtension() {
  const node = await ensureInstalled();
  const stage = path.join(root, "dist/package");
  rmSync(vsix, { force: true });
  rmSync(stage, { recursive: true, force: true });
  try {
    await copyOwnFiles(stage);
    const runtime = copyRuntime(path.join(stage, "dist/node_modules"));
    const readme = readFileSync(path.join(root, "README.md"), "utf8");
    writeFileSync(path.join(stage, "README.md"), withoutOwnPictures(readme));
    const bundled = packagesOf(JSON.parse(readFileSync(bundledFiles, "utf8")), root);
    writeFileSync(path.join(stage, "THIRD-PARTY-NOTICES.txt"), notices([...bundled, ...runtime]));
    const vsce = path.join(root, "node_modules/@vscode/vsce/vsce");
    const options = [
      "--target",
      target.name,
      "--no-dependencies",
      "--no-rewrite-relative-links",
      "--skip-license",
      "--allow-missing-repository",
    ];
    run(node, [vsce, "package", ...options, "--out", vsix], environmentFor(node), stage);
  } finally {
    rmSync(stage, { recursive: true, force: true });
  }
  const size = statSync(vsix).size / 1e6;
  if (size > largestMB) throw new Error(`${vsix} has ${size.toFixed(1)} MB; the limit is ${largestMB} MB.`);
  return size;
}

/** Copies what .vscodeignore lets through. */
async function copyOwnFiles(stage) {
  const { listFiles, PackageManager } = await import("@vscode/vsce");
  const files = await listFiles({ cwd: root, packageManager: PackageManager.None });
  for (const file of files) cpSync(path.join(root, file), path.join(stage, file));
  // What is made at set-up, or lies where only .vscodeignore finds it, would be missed by users first.
  const needed = [
    "assets/tinytown/features.sqlite",
    "assets/inputs/probe-inputs.txt",
    "assets/schemas/steer.schema.json",
    "assets/schemas/probe.schema.json",
    "dist/kernels.wasm",
  ];
  for (const file of needed)
    if (!existsSync(path.join(stage, file))) throw new Error(`${file} is missing in the package.`);
}

/**
 * Copies onnxruntime-node and onnxruntime-common as far as the target loads them.
 * @returns {string[]} the folders they come from
 */
function copyRuntime(folder) {
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
  return ["onnxruntime-node", "onnxruntime-common"].map((name) => path.join(root, "node_modules", name));
}

/**
 * Leaves out pictures that lie beside a Markdown text: on an extension's page VS Code shows only those of a web server,
 * neither files of the extension nor `data:` URIs, and draws a broken one for others.
 */
export function withoutOwnPictures(markdown) {
  return markdown.replace(/^!\[[^\]]*\]\((?!https:)[^)]*\)\n+/gm, "");
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const size = await packageExtension();
  console.log(`${path.relative(root, vsix)}: ${size.toFixed(1)} MB`);
}
