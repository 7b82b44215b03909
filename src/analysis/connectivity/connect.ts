import { barriersOf } from './barrier.js';
import { alphasOf, pathPoint } from './path.js';

/** What networks do on one set of images: NaN where weights have diverged. */
export interface SetValues {
  readonly error: number;
  /** Mean cross-entropy. */
  readonly loss: number;
}

export const sets = ['train', 'test'] as const;
export type SetName = (typeof sets)[number];
export const quantities = ['error', 'loss'] as const;
type Quantity = (typeof quantities)[number];

/** Values of many networks (flat weights) on a set, in the order of the networks. */
export type Evaluate = (weights: readonly Float64Array[], set: SetName) => Promise<readonly SetValues[]>;

/** Column `train_error`, `test_loss`, ... */
export type Measurement = `${SetName}_${Quantity}`;
export const measurements: readonly Measurement[] = sets.flatMap((set) =>
  quantities.map((quantity): Measurement => `${set}_${quantity}`),
);

export interface PathPoint {
  readonly alpha: number;
  readonly values: Readonly<Record<Measurement, number>>;
}

/** Error and cross-entropy on both sets at evenly spaced points from a to b. */
export async function pathValues(
  { a, b, points }: { readonly a: Float64Array; readonly b: Float64Array; readonly points: number },
  evaluate: Evaluate,
): Promise<PathPoint[]> {
  const alphas = alphasOf(points);
  const networks = Array.from(alphas, (alpha) => pathPoint(new Float64Array(a.length), a, b, alpha));
  const train = await evaluate(networks, 'train');
  const test = await evaluate(networks, 'test');
  return Array.from(alphas, (alpha, i) => ({
    alpha,
    values: {
      train_error: train[i].error,
      train_loss: train[i].loss,
      test_error: test[i].error,
      test_loss: test[i].loss,
    },
  }));
}

/** Both barriers of every measurement, and what the ends have: `test_error_barrier`, `_chord`, `_a` and `_b`. */
export function barrierCells(path: readonly PathPoint[]): Record<string, number> {
  const alphas = path.map(({ alpha }) => alpha);
  const cells: Record<string, number> = {};
  for (const name of measurements) {
    const values = path.map((point) => point.values[name]);
    const { mean, chord } = barriersOf(alphas, values);
    cells[`${name}_barrier`] = mean;
    cells[`${name}_chord`] = chord;
    cells[`${name}_a`] = values[0];
    cells[`${name}_b`] = values[values.length - 1];
  }
  return cells;
}
