import type { CurvePoint } from './summarise-curves.js';

/** What columns are called on axes, with their units. */
const known: Readonly<Record<string, string>> = {
  remaining: 'weights remaining (%)',
  level: 'pruning level (0 = dense)',
  k: 'pruning round',
  generation: 'generations',
  test_accuracy: 'test accuracy (share of test images)',
  test_loss: 'test cross-entropy (nats)',
  method: 'pruning rule',
};

/** A column's name in words. */
export function labelOf(column: string): string {
  return known[column] ?? column.replaceAll('_', ' ');
}

/** Ends of the axis for columns whose range is known beforehand: figures of different runs then compare by eye. */
export function domainOf(column: string): readonly [number, number] | undefined {
  return column.endsWith('accuracy') ? [0, 1] : undefined;
}

/** Says what the points are: `Mean over n = 3 seeds; shaded: 95 % t interval.` */
export function captionOf(points: readonly CurvePoint[], repetitionName: string): string {
  const counts = points.map(({ n }) => n);
  const least = Math.min(...counts);
  const most = Math.max(...counts);
  if (repetitionName === '') return 'Each point is one value.';
  if (most === 1) return `Each point is one run (n = 1 ${labelOf(repetitionName)}): no interval.`;
  const n = least === most ? `n = ${most}` : `n = ${least} to ${most}`;
  return `Mean over ${n} ${labelOf(repetitionName)}s; shaded: 95 % t interval.`;
}
