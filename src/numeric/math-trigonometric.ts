import { exactProduct, exactSum, fastSum } from './double-double.js';
import type { DoubleDouble } from './double-double.js';
import { halfPiCut, reduceLarge } from './pi.js';
import type { Reduced } from './pi.js';

/** Above this, `k` has more than 20 bits and its products with parts of pi/2 are no longer exact. */
const cutLimit = 1_000_000;
const twoOverPi = 0.6366197723675814;

/** x = quadrant * pi/2 + (hi + lo), |hi| <= pi/4 and a little: Cody and Waite with exact partial sums. */
function reduce(x: number): Reduced {
  if (Math.abs(x) > cutLimit) return reduceLarge(x);
  const k = Math.round(x * twoOverPi);
  const [first, second, third, fourth] = halfPiCut;
  const a = x - k * first; // exact: both have the same magnitude, and k * first has at most 53 bits
  const b = exactSum(a, -k * second);
  const c = exactSum(b.hi, -k * third);
  const r = fastSum(c.hi, c.lo + b.lo - k * fourth);
  return { quadrant: k & 3, hi: r.hi, lo: r.lo };
}

/** sin(hi + lo) for |hi| <= 0.8, Taylor. */
function sinKernel({ hi, lo }: DoubleDouble): number {
  const z = hi * hi;
  const tail =
    1 / 120 +
    z *
      (-1 / 5040 +
        z *
          (1 / 362880 +
            z *
              (-1 / 39916800 + z * (1 / 6227020800 + z * (-1 / 1307674368000 + z * (1 / 355687428096000))))));
  const cubic = hi * z;
  // hi - hi^3/6 + hi^5 * tail + lo * cos(hi)
  return hi + (cubic * (-1 / 6) + (cubic * z * tail + lo * (1 - 0.5 * z)));
}

/** cos(hi + lo) for |hi| <= 0.8, Taylor; 1 - hi^2/2 is formed without loss. */
function cosKernel({ hi, lo }: DoubleDouble): number {
  const square = exactProduct(hi, hi);
  const z = square.hi;
  const tail =
    1 / 24 +
    z *
      (-1 / 720 +
        z *
          (1 / 40320 +
            z * (-1 / 3628800 + z * (1 / 479001600 + z * (-1 / 87178291200 + z * (1 / 20922789888000))))));
  const head = fastSum(1, -0.5 * z);
  return head.hi + (head.lo - 0.5 * square.lo + (z * z * tail - hi * lo));
}

/** sin(x), x in radians: error below 0.7 ulp for every finite x; NaN for infinities. */
export function sin(x: number): number {
  if (!Number.isFinite(x)) return NaN;
  if (Math.abs(x) < 1e-8) return x;
  const reduced = reduce(x);
  const value = reduced.quadrant & 1 ? cosKernel(reduced) : sinKernel(reduced);
  return reduced.quadrant & 2 ? -value : value;
}

/** cos(x), x in radians: error below 0.7 ulp for every finite x; NaN for infinities. */
export function cos(x: number): number {
  if (!Number.isFinite(x)) return NaN;
  const reduced = reduce(x);
  const value = reduced.quadrant & 1 ? sinKernel(reduced) : cosKernel(reduced);
  return (reduced.quadrant + 1) & 2 ? -value : value;
}
