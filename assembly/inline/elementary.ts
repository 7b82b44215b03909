// exp, log and tanh of four float32 at once. Argument reductions and polynomials of the Cephes library (S. Moshier,
// netlib.org/cephes, single precision), every step rounded once; src/numeric/kernels/reference/elementary.ts is the
// same, one number at a time. NaN in, NaN out.

/** a * x + b, two roundings: a step of Horner's rule. */
function step(a: v128, x: v128, b: f32): v128 {
  return f32x4.add(f32x4.mul(a, x), f32x4.splat(b));
}

/** 2^n for whole n in -126 ... 127. */
function powerOfTwo(n: v128): v128 {
  return i32x4.shl(i32x4.add(n, i32x4.splat(127)), 23);
}

/** e^x, subnormal results included: beyond the clamped range the result is 0 or infinity anyway. */
export function exp(x: v128): v128 {
  const clamped = f32x4.pmin(f32x4.pmax(x, f32x4.splat(-104)), f32x4.splat(89));
  const n = f32x4.nearest(f32x4.mul(clamped, f32x4.splat(1.44269504088896341)));
  // ln 2 in two parts, the first short enough that n times it is exact.
  const high = f32x4.sub(clamped, f32x4.mul(n, f32x4.splat(0.693359375)));
  const r = f32x4.add(high, f32x4.mul(n, f32x4.splat(2.1219444e-4)));
  let p = step(f32x4.splat(1.98756915e-4), r, 1.3981999507e-3);
  p = step(p, r, 8.3334519073e-3);
  p = step(p, r, 4.1665795894e-2);
  p = step(p, r, 1.6666665459e-1);
  p = step(p, r, 5.0000001201e-1);
  const y = f32x4.add(f32x4.add(f32x4.mul(p, f32x4.mul(r, r)), r), f32x4.splat(1));
  // In two factors: 2^n alone may be out of range where the result is not.
  const whole = i32x4.trunc_sat_f32x4_s(n);
  const half = i32x4.shr_s(whole, 1);
  return f32x4.mul(f32x4.mul(y, powerOfTwo(half)), powerOfTwo(i32x4.sub(whole, half)));
}

/** ln x; -infinity at 0, NaN below. */
export function log(x: v128): v128 {
  const tiny = f32x4.lt(x, f32x4.splat(1.1754943508222875e-38));
  const bits = v128.bitselect(f32x4.mul(x, f32x4.splat(8388608)), x, tiny);
  const mantissa = v128.or(v128.and(bits, i32x4.splat(0x007fffff)), i32x4.splat(0x3f000000));
  const low = f32x4.lt(mantissa, f32x4.splat(0.707106781186547524));
  const bias = v128.bitselect(i32x4.splat(126 + 23), i32x4.splat(126), tiny);
  const exponent = i32x4.add(i32x4.sub(i32x4.shr_u(bits, 23), bias), low);
  const e = f32x4.convert_i32x4_s(exponent);
  const m = f32x4.sub(f32x4.add(mantissa, v128.and(mantissa, low)), f32x4.splat(1));
  const z = f32x4.mul(m, m);
  let p = step(f32x4.splat(7.0376836292e-2), m, -1.151461031e-1);
  p = step(p, m, 1.167699874e-1);
  p = step(p, m, -1.2420140846e-1);
  p = step(p, m, 1.4249322787e-1);
  p = step(p, m, -1.6668057665e-1);
  p = step(p, m, 2.0000714765e-1);
  p = step(p, m, -2.4999993993e-1);
  p = step(p, m, 3.3333331174e-1);
  let y = f32x4.mul(f32x4.mul(p, m), z);
  y = f32x4.add(y, f32x4.mul(e, f32x4.splat(-2.1219444e-4)));
  y = f32x4.sub(y, f32x4.mul(z, f32x4.splat(0.5)));
  y = f32x4.add(f32x4.add(m, y), f32x4.mul(e, f32x4.splat(0.693359375)));
  return endsOfLog(x, y);
}

function endsOfLog(x: v128, y: v128): v128 {
  const zero = f32x4.splat(0);
  const infinite = f32x4.splat(f32.MAX_VALUE * 2);
  // x + x: infinity stays infinity, NaN stays NaN; 0 / 0 below zero.
  const upper = v128.bitselect(y, f32x4.add(x, x), f32x4.lt(x, infinite));
  const positive = v128.bitselect(f32x4.neg(infinite), upper, f32x4.eq(x, zero));
  return v128.bitselect(f32x4.splat(f32.NaN), positive, f32x4.lt(x, zero));
}

/** tanh x: a polynomial near 0, 1 - 2 / (e^2x + 1) beyond. */
export function tanh(x: v128): v128 {
  const magnitude = f32x4.abs(x);
  const z = f32x4.mul(x, x);
  let p = step(f32x4.splat(-5.70498872745e-3), z, 2.06390887954e-2);
  p = step(p, z, -5.37397155531e-2);
  p = step(p, z, 1.33314422036e-1);
  p = step(p, z, -3.33332819422e-1);
  const near = f32x4.add(f32x4.mul(f32x4.mul(p, z), x), x);
  const grown = f32x4.add(exp(f32x4.add(magnitude, magnitude)), f32x4.splat(1));
  const beyond = f32x4.sub(f32x4.splat(1), f32x4.div(f32x4.splat(2), grown));
  const signed = v128.or(beyond, v128.and(x, i32x4.splat(<i32>0x80000000)));
  return v128.bitselect(near, signed, f32x4.lt(magnitude, f32x4.splat(0.625)));
}
