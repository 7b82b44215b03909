import { exactProduct, exactSum, fastSum } from './double-double.js';
import type { DoubleDouble } from './double-double.js';
import {
  expSteps,
  ln2Cut,
  logSteps,
  logTable,
  logTableFirst,
  powersOfStep,
  powersOfTwo,
  stepCut,
} from './math-constants.js';

const stepsPerUnit = 1 / (stepCut.hi + stepCut.lo);

interface ScaledDoubleDouble extends DoubleDouble {
  /** The value is (hi + lo) * 2^exponent. */
  readonly exponent: number;
}

/**
 * exp(hi + lo) with a relative error below 2^-58, for |hi| <= 800:
 * hi + lo = k log(2)/32 + r with |r| <= 0.0109, so exp = 2^(k/32) * exp(r), exp(r) by its Taylor series.
 */
function expWide(hi: number, lo: number): ScaledDoubleDouble {
  const k = Math.round(hi * stepsPerUnit);
  const r = hi - k * stepCut.hi - (k * stepCut.lo - lo);
  const tail = 1 / 2 + r * (1 / 6 + r * (1 / 24 + r * (1 / 120 + r * (1 / 720 + r * (1 / 5040)))));
  const step = powersOfStep[k & (expSteps - 1)];
  const sum = fastSum(step.hi, step.lo + step.hi * (r + r * r * tail));
  return { hi: sum.hi, lo: sum.lo, exponent: k >> 5 };
}

/** value * 2^exponent, rounded once; `value` is in [1/2, 4]. */
function scaled(value: number, exponent: number): number {
  if (exponent > 1023) return value * 2 * powersOfTwo[exponent - 1 + 1074];
  if (exponent < -1074) return value * 0.5 * powersOfTwo[Math.max(exponent + 1, -1074) + 1074];
  return value * powersOfTwo[exponent + 1074];
}

/** exp(x): error below 0.52 ulp. */
export function exp(x: number): number {
  if (!(x < 709.79)) return x >= 709.79 ? Infinity : NaN;
  if (x < -745.2) return 0;
  const { hi, exponent } = expWide(x, 0);
  return scaled(hi, exponent);
}

const bits = new Float64Array(1);
const words = new Int32Array(bits.buffer);

/** log(x) of a positive finite x with a relative error below 2^-64. */
function logWide(x: number): DoubleDouble {
  const subnormal = x < 2.2250738585072014e-308;
  bits[0] = subnormal ? x * 18014398509481984 : x; // times 2^54
  let exponent = (words[1] >> 20) - 1023;
  words[1] = (words[1] & 0x000fffff) | 0x3ff00000;
  let significand = bits[0];
  if (significand > Math.SQRT2) {
    significand /= 2;
    exponent += 1;
  }
  if (subnormal) exponent -= 54;
  // significand * factor = 1 + f with |f| <= 0.012, and log(1 + f) = 2 atanh(s), s = f / (2 + f).
  const { factor, minusLog } = logTable[Math.round(significand * logSteps) - logTableFirst];
  const product = exactProduct(significand, factor);
  const f = fastSum(product.hi - 1, product.lo);
  const denominator = fastSum(2, f.hi);
  const s = f.hi / denominator.hi;
  const back = exactProduct(s, denominator.hi);
  const sLow = (f.hi - back.hi - back.lo + f.lo - s * (denominator.lo + f.lo)) / denominator.hi;
  const z = s * s;
  const tail = 2 * s * z * (1 / 3 + z * (1 / 5 + z * (1 / 7 + z * (1 / 9))));
  const coarse = exactSum(exponent * ln2Cut.hi, minusLog.hi);
  const sum = exactSum(coarse.hi, 2 * s);
  return fastSum(sum.hi, sum.lo + coarse.lo + (exponent * ln2Cut.lo + minusLog.lo + 2 * sLow + tail));
}

/** log(x), natural: error below 0.52 ulp. NaN below 0, -Infinity at 0. */
export function log(x: number): number {
  if (x === 0) return -Infinity;
  if (!(x > 0) || x === Infinity) return x === Infinity ? Infinity : NaN;
  return logWide(x).hi;
}

/** tanh(x) = x - x^3/3 + ... = x * (1 + x^2 * these in x^2). */
const tanhCoefficients = [
  -1 / 3,
  2 / 15,
  -17 / 315,
  62 / 2835,
  -1382 / 155925,
  21844 / 6081075,
  -929569 / 638512875,
  6404582 / 10854718875,
];

/** tanh(x): error below 0.6 ulp. */
export function tanh(x: number): number {
  const size = Math.abs(x);
  if (size < 1e-8) return x;
  if (size <= 0.125) {
    const z = x * x;
    let tail = 0;
    for (let n = tanhCoefficients.length - 1; n >= 0; n--) tail = tail * z + tanhCoefficients[n];
    return x + x * z * tail;
  }
  if (size > 20) return x > 0 ? 1 : -1;
  return Number.isNaN(x) ? NaN : Math.sign(x) * tanhOfLarge(size);
}

/** (1 - t) / (1 + t) with t = exp(-2 size), for 1/8 <= size <= 20: both sums are formed without loss. */
function tanhOfLarge(size: number): number {
  const t = expWide(-2 * size, 0);
  const tHigh = t.hi * powersOfTwo[t.exponent + 1074];
  const tLow = t.lo * powersOfTwo[t.exponent + 1074];
  const above = fastSum(1, -tHigh);
  const below = fastSum(1, tHigh);
  const quotient = above.hi / below.hi;
  const back = exactProduct(quotient, below.hi);
  const rest = above.hi - back.hi - back.lo + (above.lo - tLow) - quotient * (below.lo + tLow);
  return quotient + rest / below.hi;
}

/** x to the power y: error below 0.55 ulp, exact where the result is a float64; special cases as `Math.pow`. */
export function pow(x: number, y: number): number {
  if (y === 0) return 1;
  if (Number.isNaN(x) || Number.isNaN(y)) return NaN;
  const magnitude = powOfMagnitude(Math.abs(x), y);
  const negative = x < 0 || Object.is(x, -0);
  if (!negative) return magnitude;
  const whole = Number.isInteger(y);
  if (!whole && Number.isFinite(y) && Number.isFinite(x) && x !== 0) return NaN;
  return whole && y % 2 !== 0 ? -magnitude : magnitude;
}

function powOfMagnitude(x: number, y: number): number {
  if (x === 1) return Number.isFinite(y) ? 1 : NaN;
  if (x === 0 || x === Infinity) return (x === 0) === y > 0 ? 0 : Infinity;
  if (!Number.isFinite(y)) return x > 1 === y > 0 ? Infinity : 0;
  const { hi, lo } = logWide(x);
  const estimate = y * hi;
  if (estimate > 710) return Infinity;
  if (estimate < -746) return 0;
  const product = exactProduct(y, hi);
  const power = expWide(product.hi, product.lo + y * lo);
  return scaled(power.hi, power.exponent);
}
