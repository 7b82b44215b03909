/**
 * Numbers as unevaluated sums hi + lo of two float64 (|lo| <= ulp(hi)/2), about 106 bits. Only +, -, *, / are used, which
 * IEEE 754 rounds the same everywhere. Sources: Dekker 1971 (product), Knuth, The Art of Computer Programming 2
 * (sum). Valid while nothing overflows: |values| below about 2^990.
 */
export interface DoubleDouble {
  readonly hi: number;
  readonly lo: number;
}

/** a + b exactly, when |a| >= |b| or a is 0. */
export function fastSum(a: number, b: number): DoubleDouble {
  const hi = a + b;
  return { hi, lo: b - (hi - a) };
}

/** a + b exactly. */
export function exactSum(a: number, b: number): DoubleDouble {
  const hi = a + b;
  const virtualB = hi - a;
  return { hi, lo: a - (hi - virtualB) + (b - virtualB) };
}

/** 2^27 + 1 splits a float64 into two halves of at most 26 bits whose products are exact. */
const splitter = 134217729;

/** a * b exactly (but for underflow). */
export function exactProduct(a: number, b: number): DoubleDouble {
  const hi = a * b;
  const scaledA = splitter * a;
  const highA = scaledA - (scaledA - a);
  const lowA = a - highA;
  const scaledB = splitter * b;
  const highB = scaledB - (scaledB - b);
  const lowB = b - highB;
  return { hi, lo: highA * highB - hi + highA * lowB + lowA * highB + lowA * lowB };
}

/** a + b with a relative error of about 2^-104, unless they cancel. */
export function add(a: DoubleDouble, b: DoubleDouble): DoubleDouble {
  const sum = exactSum(a.hi, b.hi);
  return fastSum(sum.hi, sum.lo + (a.lo + b.lo));
}

/** a * b with a relative error of about 2^-102. */
export function multiply(a: DoubleDouble, b: DoubleDouble): DoubleDouble {
  const product = exactProduct(a.hi, b.hi);
  return fastSum(product.hi, product.lo + (a.hi * b.lo + a.lo * b.hi));
}

/** a / b with a relative error of about 2^-100. */
export function divide(a: DoubleDouble, b: DoubleDouble): DoubleDouble {
  const quotient = a.hi / b.hi;
  const product = exactProduct(quotient, b.hi);
  const remainder = a.hi - product.hi - product.lo + a.lo - quotient * b.lo;
  return fastSum(quotient, remainder / b.hi);
}
