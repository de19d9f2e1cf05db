import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { findInstall } from "../host/paths.ts";

/** The version of this installation. */
export function ownVersion(): string {
  return versionIn(join(findInstall(import.meta.url).assets, "..", "package.json")) ?? "unknown";
}

/** Null where onnxruntime is not installed. */
export function onnxruntimeVersion(): string | null {
  try {
    return versionIn(createRequire(import.meta.url).resolve("onnxruntime-node/package.json"));
  } catch {
    return null;
  }
}

function versionIn(file: string): string | null {
  try {
    return (JSON.parse(readFileSync(file, "utf8")) as { version: string }).version;
  } catch {
    return null;
  }
}
