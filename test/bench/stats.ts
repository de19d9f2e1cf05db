/** What a benchmark reports of a series of times, in milliseconds. */
export interface Summary {
  median: number;
  p99: number;
  min: number;
  max: number;
  runs: number;
}

export function summary(times: number[]): Summary {
  if (times.length === 0) throw new RangeError("nothing was measured");
  const sorted = times.toSorted((a, b) => a - b);
  const at = (share: number) =>
    rounded(sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))]);
  return { median: median(times), p99: at(0.99), min: at(0), max: at(1), runs: times.length };
}

export function median(times: number[]): number {
  const sorted = times.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  return rounded(sorted.length % 2 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2);
}

export function rounded(value: number): number {
  return Number(value.toPrecision(4));
}

/** Runs `work` `runs` times, after one run that does not count, and gives the time of each. */
export async function times(runs: number, work: (run: number) => Promise<unknown>): Promise<number[]> {
  await work(-1);
  const taken: number[] = [];
  for (let run = 0; run < runs; run++) {
    const start = performance.now();
    await work(run);
    taken.push(performance.now() - start);
  }
  return taken;
}
