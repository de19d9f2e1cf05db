import { mkdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";

/** Writes a file in one step, its folder where there is none; a file that is there is replaced. @throws what the system says */
export function writeWhole(path: string, data: string | Uint8Array): void {
  const part = `${path}.${process.pid}`;
  try {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(part, data);
    renameSync(part, path);
  } finally {
    rmSync(part, { force: true });
  }
}
