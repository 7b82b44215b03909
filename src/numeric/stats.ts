import type { Mask } from './mask.js';

export { studentProbability, studentQuantile } from './student.js';

/** Sums run in the order of the values; NaN in, NaN out; every function but `jaccard` wants at least one value. */
type Values = ArrayLike<number>;

/** Arithmetic mean. @throws RangeError without values, as all that follow. */
export function mean(values: Values): number {
  let sum = 0;
  for (let i = 0; i < filled(values).length; i++) sum += values[i];
  return sum / values.length;
}

/** Standard deviation of the values as a whole population: the divisor is their number (numerics 0). */
export function populationStd(values: Values): number {
  return Math.sqrt(squares(values) / values.length);
}

/** Standard deviation of the population that the values are a sample of: the divisor is their number less 1. */
export function sampleStd(values: Values): number {
  return Math.sqrt(squares(values) / (values.length - 1));
}

/** Sum of squared deviations from the mean. */
function squares(values: Values): number {
  const centre = mean(values);
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += (values[i] - centre) * (values[i] - centre);
  return sum;
}

/**
 * Percentile by linear interpolation between neighbours (the default of NumPy): 0 is the smallest value, 100 the
 * largest.
 *
 * @param percent 0 ... 100
 */
export function percentile(values: Values, percent: number): number {
  if (!(percent >= 0 && percent <= 100))
    throw new RangeError(`a percentile lies from 0 to 100, not ${percent}`);
  const sorted = Float64Array.from(filled(values)).sort();
  const last = sorted.length - 1;
  if (Number.isNaN(sorted[last])) return NaN; // NaN sorts last
  const place = (percent / 100) * last;
  const below = Math.floor(place);
  if (below === place) return sorted[below];
  return sorted[below] + (place - below) * (sorted[below + 1] - sorted[below]);
}

export function median(values: Values): number {
  return percentile(values, 50);
}

/** Ranks from 1; equal values share the average of their ranks. */
export function ranks(values: Values): Float64Array {
  const order = Uint32Array.from({ length: values.length }, (_, i) => i).sort(
    (a, b) => values[a] - values[b],
  );
  const result = new Float64Array(values.length);
  for (let from = 0, to = 0; from < order.length; from = to) {
    for (to = from + 1; to < order.length && values[order[to]] === values[order[from]];) to++;
    for (let place = from; place < to; place++) result[order[place]] = (from + 1 + to) / 2;
  }
  return result;
}

/** Correlation of two series of the same length; NaN when one of them is constant. */
export function pearson(a: Values, b: Values): number {
  if (a.length !== b.length)
    throw new RangeError(`series of ${a.length} and ${b.length} values cannot be correlated`);
  const [centreA, centreB] = [mean(a), mean(b)];
  let product = 0;
  for (let i = 0; i < a.length; i++) product += (a[i] - centreA) * (b[i] - centreB);
  return product / Math.sqrt(squares(a) * squares(b));
}

/** Spearman's rank correlation, average ranks on ties; NaN when a series is constant or has a NaN in it. */
export function spearman(a: Values, b: Values): number {
  return hasNaN(a) || hasNaN(b) ? NaN : pearson(ranks(a), ranks(b));
}

/**
 * Similarity of two masks of the same length: positions in both over positions in at least one; 1 when both are
 * empty.
 */
export function jaccard(a: Mask, b: Mask): number {
  if (a.length !== b.length)
    throw new RangeError(`masks of ${a.length} and ${b.length} entries cannot be compared`);
  let both = 0;
  let either = 0;
  for (let i = 0; i < a.length; i++) {
    both += a[i] & b[i];
    either += a[i] | b[i];
  }
  return either === 0 ? 1 : both / either;
}

function filled(values: Values): Values {
  if (values.length === 0) throw new RangeError('there are no values');
  return values;
}

function hasNaN(values: Values): boolean {
  for (let i = 0; i < values.length; i++) if (Number.isNaN(values[i])) return true;
  return false;
}
