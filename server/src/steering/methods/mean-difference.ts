/** Sums of rows of one side, those of even and of odd number apart. */
interface Side {
  sums: [Float64Array, Float64Array];
  counts: [number, number];
}

/** What two computations of the same residual may differ by, as a share of it. */
const rounding = 1e-6;

/** Gathers rows `[d]` of two sides; keeps no row. Sums in f64. */
export class MeanDifference {
  readonly #sides: Record<"positive" | "negative", Side>;

  constructor(d: number) {
    const side = (): Side => ({ sums: [new Float64Array(d), new Float64Array(d)], counts: [0, 0] });
    this.#sides = { positive: side(), negative: side() };
  }

  add(to: "positive" | "negative", row: Float32Array): void {
    const { sums, counts } = this.#sides[to];
    const half = (counts[0] + counts[1]) % 2;
    row.forEach((value, i) => {
      sums[half][i] += value;
    });
    counts[half]++;
  }

  /** mean(positive) − mean(negative), `[d]`; all zero where it is no more than rounding. */
  vector(): Float32Array {
    const { positive, negative } = this.#sides;
    const [up, down] = [positive, negative].map(({ sums, counts }) =>
      sums[0].map((value, i) => (value + sums[1][i]) / (counts[0] + counts[1])),
    );
    const vector = Float32Array.from(up, (value, i) => value - down[i]);
    return Math.hypot(...vector) > rounding * Math.hypot(...up) ? vector : vector.fill(0);
  }

  /**
   * How much the vector depends on which texts it is made from: the cosine of those made from the first, third, … texts of
   * each side and from the others; null where a side has fewer than two texts.
   */
  stability(): number | null {
    const { positive, negative } = this.#sides;
    if (positive.counts[1] === 0 || negative.counts[1] === 0) return null;
    const [even, odd] = [0, 1].map((half) =>
      positive.sums[half].map(
        (value, i) => value / positive.counts[half] - negative.sums[half][i] / negative.counts[half],
      ),
    );
    return cosine(even, odd);
  }
}

/** The cosine of two vectors, 0 where one of them is zero. */
export function cosine(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let [dot, aa, bb] = [0, 0, 0];
  for (let i = 0; i < a.length; i++) {
    dot += a[i] * b[i];
    aa += a[i] * a[i];
    bb += b[i] * b[i];
  }
  return aa > 0 && bb > 0 ? dot / Math.sqrt(aa * bb) : 0;
}
