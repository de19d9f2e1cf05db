/** Compiles the kernels of `server/kernels/` into the file that the engine loads, which is part of the repository. */
import path from "node:path";
import { fileURLToPath } from "node:url";
import asc from "assemblyscript/asc";

const folder = fileURLToPath(new URL("../server/kernels", import.meta.url));

/** @returns {Promise<Uint8Array>} the module's bytes, the same each time; @throws with the compiler's words */
export async function compileKernels() {
  /** @type {Uint8Array | undefined} */
  let bytes;
  const { error, stderr } = await asc.main(["--config", "asconfig.json", "--baseDir", folder], {
    writeFile: (_name, contents) => {
      bytes = contents;
    },
  });
  if (error || !bytes) throw new Error(`${error?.message}\n${stderr}`);
  return bytes;
}

export const compiled = path.resolve(folder, "../src/engine/decode/generated/kernels.wasm");

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { writeFileSync } = await import("node:fs");
  const bytes = await compileKernels();
  writeFileSync(compiled, bytes);
  console.log(`Wrote ${path.relative(process.cwd(), compiled)}, ${bytes.length} bytes.`);
}
