import type { DoubleDouble } from './double-double.js';

/** An angle brought near 0: angle = quadrant * pi/2 + (hi + lo), modulo 2 pi. */
export interface Reduced extends DoubleDouble {
  readonly quadrant: number;
}

/** floor(2^fractionBits * atan(1/n)) and a few units: atan(1/n) = 1/n - 1/(3 n^3) + ... */
function atanOfInverse(n: bigint, fractionBits: bigint): bigint {
  let power = (1n << fractionBits) / n;
  let sum = 0n;
  for (let k = 1n; power !== 0n; k += 2n) {
    sum += k % 4n === 1n ? power / k : -(power / k);
    power /= n * n;
  }
  return sum;
}

/** pi * 2^fractionBits by Machin's formula pi/4 = 4 atan(1/5) - atan(1/239); the last ten bits are not reliable. */
function fixedPointPi(fractionBits: bigint): bigint {
  return 4n * (4n * atanOfInverse(5n, fractionBits) - atanOfInverse(239n, fractionBits));
}

/** pi/2 as a sum of three parts of 33 bits (exact times 20-bit integers) and the rest. */
export const halfPiCut: readonly [number, number, number, number] = (() => {
  const halfPi = fixedPointPi(220n) >> 1n;
  const part = (from: bigint, to: bigint): number =>
    Number((halfPi >> from) % (1n << (to - from))) / Number(1n << (220n - from));
  return [part(188n, 221n), part(155n, 188n), part(122n, 155n), part(69n, 122n)];
})();

/** The quotient has up to 1024 bits and multiplies the error of pi; 200 more leave over 100 after any cancellation. */
const fractionBits = 1024n + 200n;
let halfPiLong: bigint | undefined;

/**
 * Any finite angle above 1, exactly: an integer times a power of two, modulo pi/2 with more than a thousand bits.
 * Slow (microseconds); for angles beyond a million only.
 */
export function reduceLarge(x: number): Reduced {
  halfPiLong ??= fixedPointPi(fractionBits) >> 1n;
  const angle = fixedPoint(Math.abs(x));
  let turns = angle / halfPiLong;
  let rest = angle % halfPiLong;
  if (2n * rest > halfPiLong) {
    turns += 1n;
    rest -= halfPiLong;
  }
  const hi = toNumber(rest);
  const lo = toNumber(rest - fixedPointOfSigned(hi));
  const quadrant = Number(turns % 4n);
  return x > 0 ? { quadrant, hi, lo } : { quadrant: (4 - quadrant) % 4, hi: -hi, lo: -lo };
}

/** x * 2^fractionBits of a float64 whose last bit counts at least 2^-fractionBits. */
function fixedPoint(x: number): bigint {
  let exponent = 0;
  let significand = x;
  while (significand >= 9007199254740992) {
    significand /= 2;
    exponent += 1;
  }
  while (!Number.isInteger(significand)) {
    significand *= 2;
    exponent -= 1;
  }
  const shift = fractionBits + BigInt(exponent);
  return shift >= 0n ? BigInt(significand) << shift : BigInt(significand) >> -shift;
}

const fixedPointOfSigned = (x: number): bigint => (x < 0 ? -fixedPoint(-x) : fixedPoint(x));

/** The nearest float64 (to one unit of its last place) of a fixed-point number. */
function toNumber(fixed: bigint): number {
  const magnitude = fixed < 0n ? -fixed : fixed;
  const drop = Math.max(0, magnitude.toString(2).length - 64);
  let value = Number(magnitude >> BigInt(drop));
  for (let exponent = drop - Number(fractionBits); exponent !== 0; exponent += exponent < 0 ? 1 : -1)
    value *= exponent < 0 ? 0.5 : 2;
  return fixed < 0n ? -value : value;
}
