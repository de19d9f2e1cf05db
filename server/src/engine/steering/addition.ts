import type { Edit } from "../models/edits.ts";

/** A vector `[d]` to be added at a hook point, and how much of it reaches each token of a pass `[T]`. */
export interface Addition {
  hook: string;
  vector: Float32Array;
  reach: number[];
}

/** The edits of a pass: one a hook point, one row where all tokens get the same; none where nothing reaches any token. */
export function addedRows(additions: Addition[], width: number): Edit[] {
  const hooks = [...new Set(additions.map(({ hook }) => hook))];
  return hooks.flatMap((hook): Edit[] => {
    const here = additions.filter((it) => it.hook === hook && it.reach.some((share) => share !== 0));
    if (here.length === 0) return [];
    const same = here.every(({ reach }) => reach.every((share) => share === reach[0]));
    const rows = same ? 1 : here[0].reach.length;
    const delta = new Float32Array(rows * width);
    for (const { vector, reach } of here)
      for (let t = 0; t < rows; t++)
        if (reach[t] !== 0) for (let i = 0; i < width; i++) delta[t * width + i] += reach[t] * vector[i];
    return [{ hook, delta, shape: [rows, width] }];
  });
}
