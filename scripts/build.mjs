/** Bundles the client, the language server, the engine, the command line and the panels into dist/. */
import { copyFileSync, existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { ensureDependencies, root } from "./setup.mjs";

const common = {
  bundle: true,
  sourcemap: "linked",
  logLevel: "warning",
  absWorkingDir: root,
  // Names stay, for stack traces that can be read.
  minifyWhitespace: true,
  minifySyntax: true,
};

/** Names every source file that is in some bundle, ours and others', by paths from the root. */
export const bundledFiles = path.join(root, "dist/bundled-files.json");

/** What the decoder computes with; `scripts/kernels.mjs` makes it, with some functions of the compiler's own library. */
const kernels = path.join(root, "server/src/engine/decode/generated/kernels.wasm");
const kernelLibrary = "node_modules/assemblyscript/std/assembly/math.ts";

/** Nothing here formats YAML, so the language service does without the formatter that it would bring. */
const withoutFormatter = {
  name: "without-formatter",
  setup(build) {
    build.onResolve({ filter: /^prettier\// }, ({ path: name }) => ({ path: name, namespace: "nothing" }));
    const contents = "export const format = undefined; export default undefined;";
    build.onLoad({ filter: /.*/, namespace: "nothing" }, () => ({ contents }));
  },
};

/** What runs in Node. onnxruntime-node stays outside: it finds its native library beside its own files. */
const onNode = {
  ...common,
  platform: "node",
  format: "esm",
  target: "node22",
  external: ["onnxruntime-node"],
  // Some packages (jsonc-parser) cannot be bundled from their CommonJS, which asks for parts of itself at run time.
  mainFields: ["module", "main"],
  plugins: [withoutFormatter],
  // Bundled CommonJS packages call `require` for Node's own modules, which an ES module does not have.
  banner: {
    js: 'import { createRequire as createRequireForBundle } from "node:module";\nconst require = createRequireForBundle(import.meta.url);',
  },
};

/** @returns {import("esbuild").BuildOptions[]} one a bundle */
export function bundles() {
  const panels = path.join(root, "webview/src");
  const hasMain = (name) => existsSync(path.join(panels, name, "main.ts"));
  const names = existsSync(panels) ? readdirSync(panels).filter(hasMain) : [];
  return [
    {
      ...common,
      entryPoints: ["client/src/extension.ts"],
      outfile: "dist/extension.cjs",
      platform: "node",
      format: "cjs",
      target: "node22",
      external: ["vscode"],
    },
    { ...onNode, entryPoints: ["server/src/lsp/main.ts"], outfile: "dist/server.js" },
    { ...onNode, entryPoints: ["server/src/engine/main.ts"], outfile: "dist/engine.js" },
    { ...onNode, entryPoints: ["server/src/probes/work/main.ts"], outfile: "dist/probe-worker.js" },
    { ...onNode, entryPoints: ["server/src/cli/main.ts"], outfile: "dist/cli.js" },
    ...names.map((name) => ({
      ...common,
      entryPoints: [`webview/src/${name}/main.ts`],
      outfile: `dist/webview/${name}.js`,
      platform: "browser",
      format: "iife",
      target: "es2022",
    })),
  ];
}

/** Writes all bundles; a failed one throws, and leaves dist/ marked as not built. */
export async function build() {
  const esbuild = await import("esbuild");
  const stamp = path.join(root, "dist/built");
  rmSync(stamp, { force: true });
  const started = new Date();
  const built = await Promise.all(bundles().map((bundle) => esbuild.build({ ...bundle, metafile: true })));
  copyFileSync(kernels, path.join(root, "dist/kernels.wasm"));
  const outputs = built.flatMap(({ metafile }) => Object.values(metafile.outputs));
  mkdirSync(path.dirname(stamp), { recursive: true });
  // For the licences of what is shipped.
  writeFileSync(
    bundledFiles,
    JSON.stringify([...new Set([...outputs.flatMap(({ inputs }) => Object.keys(inputs)), kernelLibrary])]),
  );
  writeFileSync(stamp, started.toISOString());
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  ensureDependencies();
  const before = performance.now();
  try {
    await build();
    console.log(`Built dist/ in ${((performance.now() - before) / 1000).toFixed(1)} s.`);
  } catch (error) {
    // esbuild has printed its errors with their places already.
    if (!error.errors) throw error;
    process.exitCode = 1;
  }
}
