import type { CurvePoint } from './summarise-curves.js';

/** Ends between which a quantity always lies. */
export type Range = readonly [least: number, most: number];

/** What lies between which ends: shares of images, and what has no negative values, by the names of columns. */
const ranges: readonly (readonly [name: RegExp, range: Range])[] = [
  [/(^|_)(accuracy|error|error_barrier|error_chord)$/, [0, 1]],
  [/(^|_)(loss|loss_barrier|loss_chord|distance|rho_90|rho_90_loss)$|^std_/, [0, Infinity]],
];

/**
 * Undefined for other columns, and where a mean shows that the column is something else by such a name, for example a
 * percentage.
 */
export function knownRange(column: string, points: readonly Pick<CurvePoint, 'mean'>[]): Range | undefined {
  const [, range] = ranges.find(([name]) => name.test(column)) ?? [];
  if (range === undefined) return undefined;
  return points.every(({ mean }) => mean >= range[0] && mean <= range[1]) ? range : undefined;
}

/** A t interval of few repetitions reaches beyond what is possible; the figure shows what is possible of it. */
export function withinRange(points: readonly CurvePoint[], range: Range | undefined): CurvePoint[] {
  const [least, most] = range ?? [-Infinity, Infinity];
  return points.map((point) => ({
    ...point,
    lower: Math.max(point.lower, least),
    upper: Math.min(point.upper, most),
  }));
}

/** Whether an interval reaches beyond the range. */
export function reachesBeyond(points: readonly CurvePoint[], [least, most]: Range): boolean {
  return points.some(({ lower, upper }) => lower < least || upper > most);
}
