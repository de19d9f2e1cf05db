import { existsSync } from "node:fs";
import { join } from "node:path";
import { readJsonObject } from "../files/json.ts";

/** Ids at which a model ends its text: `eos_token_id` of generation_config.json, else of config.json, as Transformers has it. */
export function stopTokens(folder: string): Set<number> {
  for (const name of ["generation_config.json", "config.json"]) {
    const path = join(folder, name);
    if (!existsSync(path)) continue;
    const json = readJsonObject(path, {
      code: "config-invalid",
      subject: "model",
      remedy: "Fetch the file again.",
    });
    const ids = [json.eos_token_id].flat().filter((id): id is number => Number.isInteger(id));
    if (ids.length > 0) return new Set(ids);
  }
  return new Set();
}
