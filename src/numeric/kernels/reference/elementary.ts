// exp, log and tanh of one float32, step for step as assembly/inline/elementary.ts does four at once: polynomials and
// argument reductions of the Cephes library (S. Moshier, netlib.org/cephes, single precision).
const f = Math.fround;
const bits = new DataView(new ArrayBuffer(4));

function fromBits(word: number): number {
  bits.setInt32(0, word);
  return bits.getFloat32(0);
}

function toBits(x: number): number {
  bits.setFloat32(0, x);
  return bits.getInt32(0);
}

/** Horner's rule from the highest coefficient down, each step rounded twice. */
function polynomial(x: number, coefficients: readonly number[]): number {
  let p = f(coefficients[0]);
  for (let i = 1; i < coefficients.length; i++) p = f(f(p * x) + f(coefficients[i]));
  return p;
}

/** Nearest whole number, ties to even, of a float32 below 2^22 in magnitude. */
function nearest(x: number): number {
  const shift = 12582912;
  return f(f(x + shift) - shift);
}

const powerOfTwo = (n: number): number => fromBits((n + 127) << 23);

const expCoefficients = [
  1.98756915e-4, 1.3981999507e-3, 8.3334519073e-3, 4.1665795894e-2, 1.6666665459e-1, 5.0000001201e-1,
];

/** e^x of a float32. */
export function expReference(x: number): number {
  if (Number.isNaN(x)) return NaN;
  const clamped = Math.min(Math.max(x, -104), 89);
  const n = nearest(f(clamped * f(1.44269504088896341)));
  const high = f(clamped - f(n * f(0.693359375)));
  const r = f(high + f(n * f(2.1219444e-4)));
  const y = f(f(f(polynomial(r, expCoefficients) * f(r * r)) + r) + 1);
  const half = n >> 1;
  return f(f(y * powerOfTwo(half)) * powerOfTwo(n - half));
}

const logCoefficients = [
  7.0376836292e-2, -1.151461031e-1, 1.167699874e-1, -1.2420140846e-1, 1.4249322787e-1, -1.6668057665e-1,
  2.0000714765e-1, -2.4999993993e-1, 3.3333331174e-1,
];

/** ln x of a float32. */
export function logReference(x: number): number {
  if (Number.isNaN(x) || x < 0) return NaN;
  if (x === 0) return -Infinity;
  if (x === Infinity) return Infinity;
  const tiny = x < 1.1754943508222875e-38;
  const word = toBits(tiny ? f(x * 8388608) : x);
  const mantissa = fromBits((word & 0x007fffff) | 0x3f000000);
  const low = mantissa < f(0.707106781186547524);
  const e = (word >>> 23) - (tiny ? 126 + 23 : 126) - (low ? 1 : 0);
  const m = f(f(mantissa + (low ? mantissa : 0)) - 1);
  const z = f(m * m);
  let y = f(f(polynomial(m, logCoefficients) * m) * z);
  y = f(y + f(e * f(-2.1219444e-4)));
  y = f(y - f(z * 0.5));
  return f(f(m + y) + f(e * f(0.693359375)));
}

const tanhCoefficients = [
  -5.70498872745e-3, 2.06390887954e-2, -5.37397155531e-2, 1.33314422036e-1, -3.33332819422e-1,
];

/** tanh x of a float32. */
export function tanhReference(x: number): number {
  const magnitude = Math.abs(x);
  if (magnitude < 0.625) {
    const z = f(x * x);
    return f(f(f(polynomial(z, tanhCoefficients) * z) * x) + x);
  }
  const grown = f(expReference(f(magnitude + magnitude)) + 1);
  const beyond = f(1 - f(2 / grown));
  return x < 0 ? -beyond : beyond;
}
