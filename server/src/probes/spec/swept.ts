import type { ProbeSpec } from "./types.ts";

/** A specification as a sweep reads it: at the hook points that it names, with every position of a row. */
export function swept(spec: ProbeSpec): ProbeSpec {
  const positions = spec.level === "token" ? spec.positions : (["last", "mean", "max"] as const);
  return { ...spec, positions: [...positions] };
}
