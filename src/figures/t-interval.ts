export interface MeanInterval {
  readonly n: number;
  readonly mean: number;
  /** Ends of the 95 % interval; equal to the mean when n = 1. */
  readonly lower: number;
  readonly upper: number;
}

/**
 * Mean and 95 % t interval of independent values (at least one): mean ± t(0.975, n - 1) · s / √n, with s the sample
 * standard deviation (divisor n - 1).
 */
export function meanInterval(values: readonly number[]): MeanInterval {
  const n = values.length;
  if (n === 0) throw new RangeError('the mean of no values');
  const mean = values.reduce((sum, value) => sum + value, 0) / n;
  if (n === 1) return { n, mean, lower: mean, upper: mean };
  const squares = values.reduce((sum, value) => sum + (value - mean) * (value - mean), 0);
  const half = tQuantile(n - 1) * Math.sqrt(squares / (n - 1) / n);
  return { n, mean, lower: mean - half, upper: mean + half };
}

/**
 * The t with P(|T| <= t) = `coverage` for Student's t distribution with a whole number of degrees of freedom >= 1, by
 * bisection down to neighbouring numbers.
 */
export function tQuantile(degrees: number, coverage = 0.95): number {
  let low = 0;
  let high = 1;
  while (coverageOf(high, degrees) < coverage) high *= 2;
  for (;;) {
    const middle = (low + high) / 2;
    if (middle <= low || middle >= high) return high;
    if (coverageOf(middle, degrees) < coverage) low = middle;
    else high = middle;
  }
}

/** P(|T| <= t): Abramowitz & Stegun, Handbook of Mathematical Functions, 26.7.3 (odd degrees) and 26.7.4 (even). */
function coverageOf(t: number, degrees: number): number {
  const cosSquared = degrees / (degrees + t * t);
  const sin = t / Math.sqrt(degrees + t * t);
  const odd = degrees % 2 === 1;
  let term = odd ? Math.sqrt(cosSquared) : 1;
  let sum = degrees === 1 ? 0 : term;
  // Factors 2/3, 4/5, ... for odd and 1/2, 3/4, ... for even degrees, up to the power degrees - 2 of the cosine.
  for (let power = odd ? 3 : 2; power <= degrees - 2; power += 2) {
    term *= ((power - 1) / power) * cosSquared;
    if (term < 1e-18 * sum) break;
    sum += term;
  }
  return odd ? (2 / Math.PI) * (Math.atan(t / Math.sqrt(degrees)) + sin * sum) : sin * sum;
}
