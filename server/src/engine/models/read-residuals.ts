import type { Model } from "./model.ts";

/** Tokens of one pass: more would only need more memory. */
const chunk = 96;

/**
 * What stands at hook points on a text that begins at its first token, `[T · width]` by the name that was asked for.
 * @throws EngineError as {@link Model.forward}
 */
export async function readResiduals(
  model: Model,
  ids: Int32Array,
  hooks: string[],
): Promise<Map<string, Float32Array>> {
  const parts: Map<string, Float32Array>[] = [];
  const cache = model.newCache();
  for (let from = 0; from < ids.length; from += chunk) {
    const { captures } = await model.forward(ids.slice(from, from + chunk), { capture: hooks, cache });
    parts.push(captures);
  }
  return new Map(hooks.map((hook) => [hook, joined(parts.map((part) => part.get(hook) as Float32Array))]));
}

function joined(parts: Float32Array[]): Float32Array {
  const all = new Float32Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}
