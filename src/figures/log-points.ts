import type { CurvePoint } from './summarise-curves.js';

/**
 * What has a place on a logarithmic axis: points above 0, and intervals cut off below `floor` times the largest value.
 * Points at or below 0 are not drawn; they stay in the table behind the figure.
 */
export function positivePoints(points: readonly CurvePoint[], floor: number): CurvePoint[] {
  const largest = Math.max(...points.map(({ mean }) => mean));
  const least = floor * largest;
  return points
    .filter(({ mean }) => mean > 0)
    .map((point) => ({
      ...point,
      mean: Math.max(point.mean, least),
      lower: Math.max(point.lower, least),
      upper: Math.max(point.upper, least),
    }));
}
