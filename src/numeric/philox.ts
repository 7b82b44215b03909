/**
 * Philox4x32-10 of Salmon, Moraes, Dror, Shaw, "Parallel random numbers: as easy as 1, 2, 3" (SC 2011): a bijection
 * of 128-bit counters for every 64-bit key. Any random number can be had at once, in any order, by any thread.
 */
export interface StreamKey {
  /** Unsigned 32-bit words of the key. */
  readonly low: number;
  readonly high: number;
}

const multiplier0 = 0xd2511f53;
const multiplier1 = 0xcd9e8d57;
/** Weyl sequences of the key: the golden ratio and sqrt(3) - 1. */
const increment0 = 0x9e3779b9;
const increment1 = 0xbb67ae85;
const rounds = 10;

/** High 32 bits of the unsigned product of two 32-bit words. */
function multiplyHigh(a: number, b: number): number {
  const aHigh = a >>> 16;
  const aLow = a & 0xffff;
  const bHigh = b >>> 16;
  const bLow = b & 0xffff;
  const middle = aHigh * bLow + ((aLow * bLow) >>> 16);
  const carry = aLow * bHigh + (middle & 0xffff);
  return (aHigh * bHigh + Math.floor(middle / 0x10000) + Math.floor(carry / 0x10000)) >>> 0;
}

/** Replaces the counter in `block` (four words) by its four random words. */
export function philox(block: Uint32Array, key: StreamKey): void {
  let k0 = key.low | 0;
  let k1 = key.high | 0;
  let c0 = block[0];
  let c1 = block[1];
  let c2 = block[2];
  let c3 = block[3];
  for (let round = 0; round < rounds; round++) {
    const high0 = multiplyHigh(multiplier0, c0 >>> 0);
    const high1 = multiplyHigh(multiplier1, c2 >>> 0);
    const low0 = Math.imul(multiplier0, c0);
    const low1 = Math.imul(multiplier1, c2);
    c0 = high1 ^ c1 ^ k0;
    c1 = low1;
    c2 = high0 ^ c3 ^ k1;
    c3 = low0;
    k0 = (k0 + increment0) | 0;
    k1 = (k1 + increment1) | 0;
  }
  block[0] = c0;
  block[1] = c1;
  block[2] = c2;
  block[3] = c3;
}
