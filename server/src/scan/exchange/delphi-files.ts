import { readdirSync, readFileSync, statSync } from "node:fs";
import { basename, join } from "node:path";
import { badFile } from "./problems.ts";

/** One file of a cache: all activations of the latents `from` to `to`, both included. */
export interface DelphiPart {
  path: string;
  from: number;
  to: number;
}

export interface DelphiCache {
  /** Name of the module, e.g. `layers.5` or `model.layers.5.mlp`. */
  module: string;
  parts: DelphiPart[];
  /** What it was made from, where its `config.json` says so. */
  model: string | null;
  dataset: string | null;
}

/** The cache that a folder is, or holds alone; null where there is none. */
export function delphiCache(named: readonly string[]): DelphiCache | null {
  if (named.length !== 1 || !statSync(named[0], { throwIfNoEntry: false })?.isDirectory()) return null;
  const [folder] = named;
  const inside = readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => join(folder, name));
  const modules = [folder, ...inside].filter((path) => partsOf(path).length > 0);
  if (modules.length === 0) return null;
  if (modules.length > 1) {
    const names = modules.map((path) => basename(path)).join(", ");
    throw badFile(folder, `holds the caches ${names}`, "Name the folder of one.");
  }
  const [path] = modules;
  const parts = partsOf(path);
  parts.forEach(({ from, to, path }, i) => {
    if (to < from || (i > 0 && from <= parts[i - 1].to))
      throw badFile(path, "is named for latents that another file has too");
  });
  const config = configOf(join(path, "config.json"));
  const text = (name: string) => (typeof config[name] === "string" ? (config[name] as string) : null);
  return { module: basename(path), parts, model: text("model_name"), dataset: text("dataset_repo") };
}

function partsOf(folder: string): DelphiPart[] {
  return readdirSync(folder)
    .flatMap((name) => {
      const match = /^(\d{1,9})_(\d{1,9})\.safetensors$/.exec(name);
      return match ? [{ path: join(folder, name), from: Number(match[1]), to: Number(match[2]) }] : [];
    })
    .sort((a, b) => a.from - b.from);
}

function configOf(path: string): Record<string, unknown> {
  try {
    return JSON.parse(readFileSync(path, "utf8")) ?? {};
  } catch {
    return {};
  }
}

/** The hook point that a module's output is; null where its name does not tell. */
export function hookOfModule(module: string): string | null {
  if (/^blocks\.\d+\./.test(module)) return module;
  const match = /(?:^|\.)(?:layers|h|blocks)\.(\d+)(?:\.(mlp|attn|self_attn|attention))?$/.exec(module);
  if (!match) return null;
  const hook = { mlp: "hook_mlp_out", none: "hook_resid_post" }[match[2] ?? "none"] ?? "hook_attn_out";
  return `blocks.${match[1]}.${hook}`;
}
