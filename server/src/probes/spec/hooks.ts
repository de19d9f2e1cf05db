import { allHooksOf, oneName } from "../../analysis/hooks.ts";
import type { ProbeSpec } from "./types.ts";

/** The hook points that a specification means in a model of so many layers, each once; those it has not are left out. */
export function hooksFor({ hooks }: Pick<ProbeSpec, "hooks">, layers: number): string[] {
  const all = allHooksOf(layers);
  if (hooks === "all") return all;
  if (hooks === "resid_post") return all.filter((it) => it.endsWith(".hook_resid_post"));
  const named = new Set(hooks.map(oneName));
  return all.filter((it) => named.has(it));
}

/** Indices of the hook points in a specification's list that a model of so many layers does not have. */
export function missingHooks({ hooks }: Pick<ProbeSpec, "hooks">, layers: number): number[] {
  if (typeof hooks === "string") return [];
  const all = new Set(allHooksOf(layers));
  return [...hooks.keys()].filter((i) => !all.has(oneName(hooks[i])));
}
