import { existsSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { EngineError } from "../errors.ts";
import { isObject, readJsonObject } from "../files/json.ts";

const remedy = "Fetch the index again with the shards that it names.";

/**
 * Names of the shards that `model.safetensors.index.json` lists, each once, all beside it (I7: an index reaches no other
 * folder).
 * @throws EngineError `weights-invalid`, or `weights-missing` where a shard is not there
 */
export function readShardNames(index: string): string[] {
  const fail = (code: string, message: string, path = index) =>
    new EngineError({ code, message, remedy, subject: "model", path });
  const map = readJsonObject(index, { code: "weights-invalid", remedy, subject: "model" }).weight_map;
  if (!isObject(map) || Object.keys(map).length === 0)
    throw fail("weights-invalid", `${index} has no weight_map that names shards.`);
  const shards = new Set<string>();
  for (const [tensor, shard] of Object.entries(map)) {
    if (typeof shard !== "string" || !isPlainName(shard))
      throw fail(
        "weights-invalid",
        `${index}: the shard of ${tensor}, ${JSON.stringify(shard)}, is not the name of a file beside it.`,
      );
    shards.add(shard);
  }
  for (const shard of shards) {
    const path = join(dirname(index), shard);
    if (!existsSync(path))
      throw fail("weights-missing", `${index} names the shard ${shard}, which is not there.`, path);
  }
  return [...shards];
}

/** A backslash parts folders on some systems only, but no shard is called so on any. */
const isPlainName = (name: string) => basename(name) === name && !/^\.{0,2}$|[\\/]/.test(name);
