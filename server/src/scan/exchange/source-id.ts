/** Kinds of hook points as Neuronpedia's ids of sources name them. */
const kinds: [kind: string, hook: RegExp][] = [
  ["res", /^hook_resid_/],
  ["mlp", /^(hook_mlp_|mlp\.)/],
  ["att", /^(hook_attn_|attn\.)/],
];

const parts = (hook: string) => /^blocks\.(\d+)\.(.+)$/.exec(hook);

/** Whether a text can be a folder's name anywhere, and leads nowhere else. */
export const isPlainName = (text: string) => /^[A-Za-z0-9][\w.+-]{0,127}$/.test(text) && !text.endsWith(".");

/** A folder's name from any text. */
export function plainName(text: string): string {
  const last = text.split(/[/\\]/).filter(Boolean).at(-1) ?? "";
  const name = last.replace(/[^\w.+-]+/g, "-").replace(/^[^A-Za-z0-9]+|[.-]+$/g, "");
  return name.slice(0, 100) || "unnamed";
}

/** An id of a source in Neuronpedia's manner: layer, kind of hook point, and the set's name. */
export function sourceId(hook: string, sae: string): string {
  const [, layer, rest] = parts(hook) ?? [null, "0", ""];
  const kind = kinds.find(([, pattern]) => pattern.test(rest))?.[0];
  return [layer, ...(kind ? [kind] : []), plainName(sae)].join("-");
}

/** The same place under one name: before a layer is behind the one before. */
function canonical(hook: string): string {
  const match = /^blocks\.(\d+)\.hook_resid_pre$/.exec(hook);
  return match && Number(match[1]) > 0 ? `blocks.${Number(match[1]) - 1}.hook_resid_post` : hook;
}

/**
 * Why a hook point cannot be what an import says, as a sentence; null where it can be.
 * @param source id of a source, such as `8-res-jb`
 * @param named hook point by name, where the import gives one
 */
export function hookDifference(hook: string, source: string, named: string | null): string | null {
  const [, layer, rest] = parts(hook) ?? [];
  if (named !== null && parts(named))
    return canonical(named) === canonical(hook)
      ? null
      : `It was made for the hook point ${named}, and the SAE is at ${hook}.`;
  const match = /^(\d+)-(.*)$/.exec(source);
  if (!match || layer === undefined) return null;
  const words = match[2].toLowerCase().split(/[-_]/);
  const kind = kinds.find(([name]) => words[0] === name || words.includes(name));
  const behind = canonical(hook) !== hook ? String(Number(layer) - 1) : layer;
  // Sets name a residual's layer by the block before or behind it.
  const residual = kind?.[0] === "res" || !kind;
  const layers =
    rest === "hook_resid_post" && residual ? [layer, String(Number(layer) + 1)] : [layer, behind];
  if (!layers.includes(match[1]))
    return `Its source is ${source}, layer ${match[1]}, and the SAE is at ${hook}.`;
  if (kind && !kind[1].test(rest))
    return `Its source is ${source}, made for “${kind[0]}”, and the SAE is at ${hook}.`;
  return null;
}
