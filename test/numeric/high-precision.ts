/**
 * Elementary functions in fixed-point BigInt arithmetic with far more bits than a float64, straight from their power
 * series: slow, and independent of what is tested against them.
 */
export const fractionBits = 1500n;
const one = 1n << fractionBits;

/** Exactly x * 2^bits: 1074 fraction bits are enough for every float64. */
export function fixed(x: number, bits = fractionBits): bigint {
  const words = new BigUint64Array(Float64Array.of(Math.abs(x)).buffer);
  const biased = words[0] >> 52n;
  const fraction = words[0] & ((1n << 52n) - 1n);
  const significand = biased === 0n ? fraction : fraction | (1n << 52n);
  const exponent = (biased === 0n ? 1n : biased) - 1075n;
  const magnitude = significand << (bits + exponent);
  return x < 0 ? -magnitude : magnitude;
}

const multiply = (a: bigint, b: bigint): bigint => (a * b) >> fractionBits;
const divide = (a: bigint, b: bigint): bigint => (a << fractionBits) / b;
const absolute = (a: bigint): bigint => (a < 0n ? -a : a);
const bitLength = (a: bigint): number => a.toString(2).length;

/** e^x, |x| < 800: the series of x / 2^24, squared 24 times. */
export function exp(x: bigint): bigint {
  if (x < 0n) return divide(one, exp(-x));
  const small = x >> 24n;
  let term = one;
  let sum = one;
  for (let n = 1n; term !== 0n; n++) {
    term = multiply(term, small) / n;
    sum += term;
  }
  for (let i = 0; i < 24; i++) sum = multiply(sum, sum);
  return sum;
}

/** log x by Halley's iteration on exp, which triples the number of right bits each time. */
export function log(x: bigint, guess: number): bigint {
  let y = fixed(guess);
  for (let i = 0; i < 3; i++) {
    const power = exp(y);
    y += divide(2n * (x - power), x + power);
  }
  return y;
}

export function tanh(x: bigint): bigint {
  const square = exp(2n * x);
  return divide(square - one, square + one);
}

const piBits = fractionBits + 1100n;

/** atan(p/q) * 2^piBits. */
function arctangent(p: bigint, q: bigint): bigint {
  let power = (p << piBits) / q;
  let sum = 0n;
  for (let n = 1n; power !== 0n; n += 2n) {
    sum += n % 4n === 1n ? power / n : -power / n;
    power = (power * p * p) / (q * q);
  }
  return sum;
}

/** Euler: pi = 20 atan(1/7) + 8 atan(3/79). */
const twoPi = 2n * (20n * arctangent(1n, 7n) + 8n * arctangent(3n, 79n));

/** sin x and cos x of any float64. */
export function sinCos(x: number): { sin: bigint; cos: bigint } {
  const angle = (fixed(x, piBits) % twoPi) >> (piBits - fractionBits);
  let term = one;
  const sums = [0n, 0n, 0n, 0n];
  for (let n = 0n; term !== 0n; n++) {
    sums[Number(n % 4n)] += term;
    term = multiply(term, angle) / (n + 1n);
    if (term === -1n) break;
  }
  return { sin: sums[1] - sums[3], cos: sums[0] - sums[2] };
}

/** |got - exact| in units in the last place of the exact value (of the smallest subnormal below the normal range). */
export function ulpError(got: number, exact: bigint): number {
  if (!Number.isFinite(got)) return Infinity;
  const exponent = bitLength(absolute(exact)) - 1 - Number(fractionBits);
  const ulp = 1n << (fractionBits + BigInt(Math.max(exponent - 52, -1074)));
  return Number((absolute(fixed(got) - exact) << 20n) / ulp) / 2 ** 20;
}

/** `count` points of [from, to), spread evenly but without pattern (multiples of the golden ratio). */
export function spread(count: number, from: number, to: number): number[] {
  return Array.from({ length: count }, (_, i) => from + (to - from) * ((i * 0.6180339887498949 + 0.31) % 1));
}
