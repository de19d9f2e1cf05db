import { EngineError } from "../errors.ts";
import type { Blame, JsonObject } from "../files/json.ts";

/**
 * Reads numbers of a configuration; a key that is missing or null takes its fallback, where it has one.
 * @param within where in the file `json` lies, for messages: `rope_scaling.`
 * @returns readers that throw an EngineError with `blame`'s code, naming the key, and the `fail` that makes one
 */
export function numbersOf(json: JsonObject, path: string, blame: Blame, within = "") {
  const fail = (what: string) => new EngineError({ ...blame, message: `${path}: ${what}.`, path });
  const read = (key: string, fallback: number | undefined, kind: string, is: (value: number) => boolean) => {
    const value = json[key] ?? fallback;
    if (typeof value === "number" && is(value)) return value;
    const found = value === undefined ? "missing" : JSON.stringify(value);
    throw fail(`${within}${key} should be a ${kind} and is ${found}`);
  };
  return {
    fail,
    /** A whole number of at least 1. */
    count: (key: string, fallback?: number) =>
      read(key, fallback, "whole number above 0", (value) => Number.isSafeInteger(value) && value > 0),
    /** A finite number above 0. */
    positive: (key: string, fallback?: number) =>
      read(key, fallback, "number above 0", (value) => Number.isFinite(value) && value > 0),
  };
}
