export interface Barriers {
  /** max E - (E(0) + E(1)) / 2 (Frankle et al. 2020): also above 0 where one end is merely worse than the other. */
  readonly mean: number;
  /** max over alpha of E - chord, the straight line between the ends: at least 0, and fair to unequal ends. */
  readonly chord: number;
}

/** Below this two ends count as linearly connected (Frankle et al. 2020): 2 % of error. */
export const connectedBelow = 0.02;

/**
 * Both barriers of numerics 7.1.
 *
 * @param alphas places along the path, ascending from 0 to 1
 * @param values error or cross-entropy there; a value that is not finite makes both barriers NaN
 */
export function barriersOf(alphas: ArrayLike<number>, values: ArrayLike<number>): Barriers {
  const last = values.length - 1;
  const [start, end] = [values[0], values[last]];
  let highest = -Infinity;
  let aboveChord = 0;
  for (let i = 0; i <= last; i++) {
    if (!Number.isFinite(values[i])) return { mean: NaN, chord: NaN };
    highest = Math.max(highest, values[i]);
    // The ends lie on their chord.
    if (i > 0 && i < last) aboveChord = Math.max(aboveChord, values[i] - (start + alphas[i] * (end - start)));
  }
  return { mean: highest - (start + end) / 2, chord: aboveChord };
}
