import { philox } from './philox.js';
import type { StreamKey } from './philox.js';
import { counterUse } from './rng.js';

/**
 * The definition of the noise, one number at a time: the SIMD kernel has to give equal bits (tested).
 *
 * Coordinate j of a row comes from block 4 (j >> 4) + (j & 3) of Philox with the counter (block, row, generation, 0),
 * slot (j >> 2) & 3: the four words of a block are two pairs (w, v), and each pair is two normals by Box and Muller
 * (1958): sqrt(-2 ln u) times cos and sin of 2 pi v / 2^32, with u = (w + 1/2) / 2^32. All arithmetic is float32 with
 * every step rounded. |z| is at most sqrt(66 ln 2) = 6.7638, which a normal number exceeds once in 7e10.
 */
export function normalAt(key: StreamKey, generation: number, row: number, coordinate: number): number {
  const slot = (coordinate >> 2) & 3;
  const pair = slot & 2;
  block[0] = 4 * (coordinate >> 4) + (coordinate & 3);
  block[1] = row;
  block[2] = generation;
  block[3] = counterUse.normals;
  philox(block, key);
  return rounded(radius(block[pair]) * direction(block[pair + 1], slot & 1));
}

const block = new Uint32Array(4);
const rounded = Math.fround;
const single = new Float32Array(1);
const singleBits = new Int32Array(single.buffer);

/** a * x + b, rounded twice. */
const step = (a: number, x: number, b: number): number => rounded(rounded(a * x) + b);

/** sqrt(-2 ln u) within 2e-7 of itself; minimax polynomial for (ln(1 + f) - f + f^2/2) / f^3. */
export function radius(word: number): number {
  single[0] = step(rounded(word), 2.3283064365386963e-10, 1.1641532182693481e-10);
  // u = 2^exponent * (1 + f), sqrt(1/2) <= 1 + f < sqrt(2); 0x3f3504f3 are the bits of sqrt(1/2)
  const exponent = (singleBits[0] - 0x3f3504f3) >> 23;
  singleBits[0] -= exponent << 23;
  const f = rounded(single[0] - 1);
  const square = rounded(f * f);
  let p = step(0.08917782455682755, f, -0.143501877784729);
  p = step(p, f, 0.1487698256969452);
  p = step(p, f, -0.16565635800361633);
  p = step(p, f, 0.1996539682149887);
  p = step(p, f, -0.2500174641609192);
  p = step(p, f, 0.33333858847618103);
  const cubic = rounded(rounded(square * f) * p);
  const fraction = rounded(f + rounded(cubic - rounded(square * 0.5)));
  const whole = rounded(exponent * 0.6931471824645996);
  return rounded(Math.sqrt(rounded(rounded(whole + fraction) * -2)));
}

/** cos (part 0) or sin (part 1) of 2 pi word / 2^32, within 1.5e-7; minimax polynomials between two axes. */
export function direction(word: number, part: number): number {
  // The nearest axis in right angles, and the angle from it.
  const axis = (word + 0x20000000) >>> 30;
  const a = rounded(rounded(word << 2) * 3.65729529994141e-10);
  const z = rounded(a * a);
  const onAxis = ((axis + part) & 1) === 0;
  const size = onAxis ? cosine(z) : sine(a, z);
  const negative = part === 0 ? (axis + 1) & 2 : axis & 2;
  return negative === 0 ? size : -size;
}

function sine(a: number, z: number): number {
  const p = step(step(-0.00019517297914717346, z, 0.008332177996635437), z, -0.16666655242443085);
  return rounded(a + rounded(rounded(a * z) * p));
}

function cosine(z: number): number {
  const q = step(step(2.443845005473122e-5, z, -0.001388736767694354), z, 0.04166664555668831);
  return rounded(rounded(1 - rounded(z * 0.5)) + rounded(rounded(z * z) * q));
}
