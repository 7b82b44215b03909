import type { CurvePoint } from './summarise-curves.js';

type Row = Readonly<Record<string, number | string | undefined>>;

/** The name under which shares of remaining weights are told, in percent. */
export const remainingPercent = 'weights_remaining_pct';

/**
 * The numbers behind a figure as a table: `curve`, `level` where the points have one, x, and `n,mean,lower,upper`.
 * `xName` is the column of the drawn table that x came from.
 */
export function pointsTable(
  points: readonly CurvePoint[],
  xName: string,
): { columns: string[]; rows: Row[] } {
  const x = xName === 'remaining' ? remainingPercent : xName;
  const level = points.some((point) => point.level !== undefined) ? ['level'] : [];
  const rows = points.map((point) => ({
    curve: point.curve,
    ...(level.length > 0 ? { level: point.level } : {}),
    [x]: point.x,
    n: point.n,
    mean: point.mean,
    lower: point.lower,
    upper: point.upper,
  }));
  return { columns: ['curve', ...level, x, 'n', 'mean', 'lower', 'upper'], rows };
}
