/** Quantiles that intervals rest on, to about ten digits. */

/** The value that a standard normal variable stays below with the given probability. */
export function normalQuantile(probability: number): number {
  return invert((x) => normalShare(x), probability, 40);
}

/** The same of Student's distribution (W. S. Gosset 1908). */
export function studentQuantile(probability: number, freedom: number): number {
  return invert((t) => studentShare(t, freedom), probability, 1e8);
}

/** By bisection: `share` rises from 0 to 1. */
function invert(share: (x: number) => number, probability: number, bound: number): number {
  let [low, high] = [-bound, bound];
  for (let step = 0; step < 120; step++) {
    const middle = (low + high) / 2;
    if (share(middle) < probability) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}

function studentShare(t: number, freedom: number): number {
  const tail = beta(freedom / (freedom + t * t), freedom / 2, 0.5) / 2;
  return t > 0 ? 1 - tail : tail;
}

/** The normal distribution is a gamma distribution of x²/2 with shape ½. */
function normalShare(x: number): number {
  const tail = (1 - lowerGamma(0.5, (x * x) / 2)) / 2;
  return x > 0 ? 1 - tail : tail;
}

/** The regularised lower incomplete gamma function by its series; from x = 60 on it is 1 to all digits for shape ½. */
function lowerGamma(shape: number, x: number): number {
  if (x <= 0) return 0;
  if (x > 60) return 1;
  let term = 1 / shape;
  let total = term;
  for (let k = 1; k < 500 && term > total * 1e-17; k++) {
    term *= x / (shape + k);
    total += term;
  }
  return total * Math.exp(shape * Math.log(x) - x - logGamma(shape));
}

/** The regularised incomplete beta function by its continued fraction (W. J. Lentz 1976). */
function beta(x: number, a: number, b: number): number {
  if (x <= 0) return 0;
  if (x >= 1) return 1;
  if (x > (a + 1) / (a + b + 2)) return 1 - beta(1 - x, b, a);
  const front =
    Math.exp(logGamma(a + b) - logGamma(a) - logGamma(b) + a * Math.log(x) + b * Math.log1p(-x)) / a;
  const kept = (value: number) => (Math.abs(value) < 1e-300 ? 1e-300 : value);
  let c = 1;
  let d = 1 / kept(1 - ((a + b) * x) / (a + 1));
  let fraction = d;
  for (let m = 1; m < 1000; m++) {
    const even = (m * (b - m) * x) / ((a + 2 * m - 1) * (a + 2 * m));
    d = 1 / kept(1 + even * d);
    c = kept(1 + even / c);
    fraction *= d * c;
    const odd = (-(a + m) * (a + b + m) * x) / ((a + 2 * m) * (a + 2 * m + 1));
    d = 1 / kept(1 + odd * d);
    c = kept(1 + odd / c);
    fraction *= d * c;
    if (Math.abs(d * c - 1) < 1e-15) break;
  }
  return front * fraction;
}

/** ln Γ(x) of x > 0 (Stirling's series after shifting x up to 10). */
function logGamma(x: number): number {
  let shift = 0;
  let at = x;
  for (; at < 10; at++) shift -= Math.log(at);
  const inverse = 1 / (at * at);
  const series = (1 / 12 - inverse * (1 / 360 - inverse * (1 / 1260 - inverse / 1680))) / at;
  return shift + (at - 0.5) * Math.log(at) - at + Math.log(2 * Math.PI) / 2 + series;
}
