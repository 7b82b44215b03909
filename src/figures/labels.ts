import type { Range } from './known-range.js';
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
  alpha: 'place on the straight line between two networks',
  train_error: 'training error (share of images)',
  test_error: 'test error (share of images)',
  train_loss: 'training cross-entropy (nats)',
  test_error_barrier: 'test error barrier',
  test_error_chord: 'test error above the chord',
  a_level: 'level of one end (0 = dense)',
  b_level: 'level of the other end',
  a_seed: 'seed of one end',
  b_seed: 'other seed',
  aligned: 'hidden units aligned',
  a_twin: 'one twin',
  b_twin: 'the other twin',
  loss_increase: 'mean rise of the cross-entropy (nats)',
  error_increase: 'mean rise of the error (share of images)',
};

/** A column's name in words. */
export function labelOf(column: string): string {
  return known[column] ?? column.replaceAll('_', ' ');
}

/** Ends of the axis of an accuracy: figures of different runs then compare by eye. Errors are looked at closely. */
export function domainOf(column: string, range: Range | undefined): Range | undefined {
  return column.endsWith('accuracy') ? range : undefined;
}

export interface Captioned {
  readonly what: 'point' | 'cell';
  /** Where intervals are cut, if they are. */
  readonly cut?: Range | undefined;
}

/** Says what the points are: `Mean over n = 3 seeds; shaded: 95 % t interval.` */
export function captionOf(
  points: readonly Pick<CurvePoint, 'n'>[],
  repetitionName: string,
  { what, cut }: Captioned = { what: 'point' },
): string {
  const counts = points.map(({ n }) => n);
  const least = Math.min(...counts);
  const most = Math.max(...counts);
  if (repetitionName === '') return `Each ${what} is one value.`;
  if (most === 1) return `Each ${what} is one run (n = 1 ${labelOf(repetitionName)}): no interval.`;
  const n = least === most ? `n = ${most}` : `n = ${least} to ${most}`;
  const ends = cut === undefined ? '' : `, cut at ${cut.join(' and ')}`;
  const interval = what === 'point' ? `; shaded: 95 % t interval${ends}` : '';
  return `Mean over ${n} ${labelOf(repetitionName)}s${interval}.`;
}
