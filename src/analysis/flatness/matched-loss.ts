/**
 * Index of the value nearest to `reference`, the first among equals; values that are not finite do not count.
 * Cross-entropy loses its curvature as it falls, so that flatness is compared at equal training loss (numerics 7.4).
 *
 * @returns -1 without a finite value
 */
export function nearestTo(reference: number, values: ArrayLike<number>): number {
  let best = -1;
  for (let i = 0; i < values.length; i++) {
    if (!Number.isFinite(values[i])) continue;
    if (best < 0 || Math.abs(values[i] - reference) < Math.abs(values[best] - reference)) best = i;
  }
  return best;
}
