import { random } from "../../server/src/explain/random.ts";

export const mean = (values: number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;

/** The 95 % interval of a statistic of some groups, drawing groups anew (bootstrap, 2,000 draws, seeded). */
export function interval<T>(groups: T[], statistic: (drawn: T[]) => number): [low: number, high: number] {
  const next = random(5);
  const draws = Array.from({ length: 2000 }, () =>
    statistic(groups.map(() => groups[Math.floor(next() * groups.length)])),
  );
  draws.sort((a, b) => a - b);
  return [draws[50], draws[1949]];
}
