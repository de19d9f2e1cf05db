import { createHash } from "node:crypto";
import { createReadStream, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";
import type { ScanIdentity } from "../../protocol/scan.ts";
import { fingerprint } from "../files/fingerprint.ts";
import { saeFiles } from "../saes/sae.ts";
import type { LoadedSetup } from "../setups/loaded-setup.ts";
import { Checkpoint } from "../weights/checkpoint.ts";

/** What a set-up is by the content of its files, which a store is bound to; hashed once a file. */
export async function identify(setup: LoadedSetup, cache: string): Promise<ScanIdentity> {
  const { model } = setup;
  const weights = [...Checkpoint.open(model.folder).tensors.values()].map(({ file }) => file);
  const files = [
    join(model.folder, "config.json"),
    join(model.folder, "tokenizer.json"),
    ...new Set(weights.sort()),
  ];
  const saes: ScanIdentity["saes"] = [];
  for (const [i, { id, hook, width }] of setup.description.saes.entries()) {
    const { folder, file } = saeFiles(setup.saes[i].sae.path);
    saes.push({ id, hook, width, sha256: await hashOf([join(folder, "cfg.json"), file], cache) });
  }
  return { model: { id: setup.description.model.id, sha256: await hashOf(files, cache) }, saes };
}

async function hashOf(files: string[], cache: string): Promise<string> {
  const all = createHash("sha256");
  for (const file of files) all.update(await hashOnce(file, cache));
  return all.digest("hex");
}

/** The content's hash, kept under the file's path and fingerprint: gigabytes are not read at every start. */
async function hashOnce(file: string, cache: string): Promise<string> {
  const key = createHash("sha256")
    .update(`${file}\n${fingerprint(file)}`)
    .digest("hex");
  const kept = join(cache, `sha256-${key.slice(0, 32)}.txt`);
  try {
    const known = readFileSync(kept, "utf8");
    if (/^[0-9a-f]{64}$/.test(known)) return known;
  } catch {
    // Not hashed yet.
  }
  const hash = createHash("sha256");
  await pipeline(createReadStream(file, { highWaterMark: 2 ** 20 }), hash);
  const digest = hash.digest("hex");
  try {
    mkdirSync(cache, { recursive: true });
    writeFileSync(`${kept}.${process.pid}`, digest);
    renameSync(`${kept}.${process.pid}`, kept);
  } catch {
    // It costs only the time to hash it again.
  }
  return digest;
}
