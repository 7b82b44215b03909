import type { CurvePoint } from './summarise-curves.js';

/** Ends between which a quantity always lies. */
export type Range = readonly [least: number, most: number];

/**
 * Shares of images lie from 0 to 1. Undefined for other columns, and where a mean shows that the column is something
 * else by such a name, for example a percentage.
 */
export function knownRange(column: string, points: readonly Pick<CurvePoint, 'mean'>[]): Range | undefined {
  const share = /(^|_)(accuracy|error)$/.test(column);
  return share && points.every(({ mean }) => mean >= 0 && mean <= 1) ? [0, 1] : undefined;
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
