import type { Range } from './known-range.js';

/** What columns are called on axes, with their units. */
const known: Readonly<Record<string, string>> = {
  remaining: 'weights remaining (%)',
  level: 'pruning level (0 = dense)',
  k: 'pruning round',
  generation: 'generations',
  step: 'steps of gradient descent',
  std_ratio_90_10: 'std, 90th over 10th percentile',
  test_accuracy: 'test accuracy (share of test images)',
  method: 'pruning rule',
  trainer: 'trained by',
  ends: 'straight line between',
  rho_90: 'rho_90: relative size of perturbations that keep 90 % of the accuracy above chance',
  alpha: 'place on the straight line between two networks (0 and 1: the networks)',
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

const sets: Readonly<Record<string, string>> = { train: 'training', test: 'test', validation: 'validation' };
const quantities: Readonly<Record<string, string>> = {
  loss: 'cross-entropy',
  error: 'error',
  accuracy: 'accuracy',
};
const ofPath: Readonly<Record<string, string>> = { _barrier: ' barrier', _chord: ' above the chord' };

/** A column's name in words. */
export function labelOf(column: string): string {
  return known[column] ?? measured(column) ?? column.replaceAll('_', ' ');
}

/** What is measured on a set of images, and its barriers: `training error barrier (share of images)`. */
function measured(column: string): string | undefined {
  const parts = /^(train|test|validation)_(loss|error|accuracy)(_barrier|_chord)?$/.exec(column);
  if (parts === null) return undefined;
  const [, set = '', quantity = '', path = ''] = parts;
  const unit = quantity === 'loss' ? 'nats' : 'share of images';
  return `${sets[set]} ${quantities[quantity]}${ofPath[path] ?? ''} (${unit})`;
}

/** Ends of the axis of an accuracy: figures of different runs then compare by eye. Errors are looked at closely. */
export function domainOf(column: string, range: Range | undefined): Range | undefined {
  return column.endsWith('accuracy') ? range : undefined;
}

/** What values of columns are called in legends. */
const values: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  kind: { ends: 'trained', control: 'drifted, no selection' },
};

/** A value of a column in words. */
export function valueLabel(column: string, value: string): string {
  const named = values[column]?.[value];
  if (named !== undefined) return named;
  if (value === 'true') return 'yes';
  if (value === 'false') return 'no';
  return value.replaceAll('_', ' ');
}

/** Whether a column tells of a pair of networks what is 0 exactly between a network and itself. */
export function zeroWithItself(column: string): boolean {
  return /(_barrier|_chord)$|^distance$/.test(column);
}
