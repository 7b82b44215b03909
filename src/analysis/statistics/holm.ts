/**
 * Holm's step-down adjustment of p-values for several claims: an adjusted value below the level may be claimed, with
 * the level as the probability of any false claim at all. NaN (not tested) stays NaN and does not count.
 */
export function holm(pValues: ArrayLike<number>): Float64Array {
  const adjusted = Float64Array.from(pValues);
  const order = Array.from(pValues, (_, i) => i)
    .filter((i) => !Number.isNaN(pValues[i]))
    .sort((a, b) => pValues[a] - pValues[b]);
  let largest = 0;
  order.forEach((i, place) => {
    largest = Math.max(largest, Math.min(1, (order.length - place) * pValues[i]));
    adjusted[i] = largest;
  });
  return adjusted;
}
