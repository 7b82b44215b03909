import type { Lanczos } from './lanczos.js';
import { tridiagonalEigen } from './tridiagonal.js';

export interface RitzValue {
  readonly value: number;
  /** There is an eigenvalue within this distance: beta_m |s_{m,i}| (numerics 7.3). */
  readonly bound: number;
  /** True when the bound is below a thousandth of the largest magnitude. */
  readonly converged: boolean;
}

export interface Extremes {
  /** Largest first. */
  readonly top: readonly RitzValue[];
  /** Smallest (most negative) first. */
  readonly bottom: readonly RitzValue[];
  /** Steps that were made. */
  readonly steps: number;
}

/** Share of the largest magnitude. */
const tolerance = 1e-3;

/** The `count` largest and smallest eigenvalues that Lanczos found, with bounds. Copies of one are found once. */
export function extremes({ alpha, beta }: Lanczos, count: number): Extremes {
  const steps = alpha.length;
  const { values, last } = tridiagonalEigen(alpha, beta);
  const largest = Math.max(Math.abs(values[0]), Math.abs(values[steps - 1]));
  const ritz = Array.from(values, (value, i): RitzValue => {
    const bound = beta[steps - 1] * Math.abs(last[i]);
    return { value, bound, converged: bound <= tolerance * largest };
  });
  return { top: ritz.slice(-count).reverse(), bottom: ritz.slice(0, count), steps };
}
