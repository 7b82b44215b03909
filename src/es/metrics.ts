import type { BoundStrategy, StrategyState } from './strategy.js';

/** Columns of the training metrics and their types. A missing value is NaN here. */
export const metricsColumns = {
  generation: 'int',
  remaining: 'double',
  train_score_mean: 'double',
  train_score_best: 'double',
  train_score_std: 'double',
  test_accuracy: 'double',
  test_loss: 'double',
  validation_accuracy: 'double',
  validation_loss: 'double',
  std_p10: 'double',
  std_p50: 'double',
  std_p90: 'double',
  std_ratio_90_10: 'double',
  std_floor_share: 'double',
  rate_mean: 'double',
  rate_std: 'double',
  rate_path: 'double',
  nonfinite_scores: 'int',
} as const;

export type MetricsColumn = keyof typeof metricsColumns;
export const metricsColumnNames = Object.keys(metricsColumns) as MetricsColumn[];

export type MetricsRow = Readonly<Record<MetricsColumn, number>>;

/** Accuracy and mean cross-entropy of one weight vector on one set of images. */
export interface Measured {
  readonly accuracy: number;
  readonly loss: number;
}

/** A std this close to the floor, relative to it, counts as lying on it: some strategies only approach it. */
const floorTolerance = 0.01;

/** Mean, best and spread (divided by the count) of the finite values of a generation. */
export function fitnessColumns(
  fitness: Float64Array,
): Pick<MetricsRow, 'train_score_mean' | 'train_score_best' | 'train_score_std'> {
  const finite = fitness.filter(Number.isFinite);
  const mean = finite.reduce((a, b) => a + b, 0) / finite.length;
  const variance = finite.reduce((a, b) => a + (b - mean) * (b - mean), 0) / finite.length;
  return {
    train_score_mean: mean,
    train_score_best: finite.reduce((a, b) => Math.max(a, b), -Infinity),
    train_score_std: Math.sqrt(variance),
  };
}

export function countNonfinite(fitness: Float64Array): number {
  return fitness.reduce((count, value) => count + (Number.isFinite(value) ? 0 : 1), 0);
}

/** Whether, and how far, the std has adapted, over all searched coordinates (numerics 1.9). */
export function adaptationColumns(strategy: BoundStrategy, state: StrategyState) {
  const std = strategy.distribution(state).std.slice().sort();
  const [p10, p50, p90] = [quantile(std, 0.1), quantile(std, 0.5), quantile(std, 0.9)];
  const onFloor = strategy.stdFloor * (1 + floorTolerance);
  const rates = strategy.rates(state);
  return {
    std_p10: p10,
    std_p50: p50,
    std_p90: p90,
    std_ratio_90_10: p90 / p10,
    std_floor_share:
      strategy.stdFloor === 0 ? 0 : std.filter((value) => value <= onFloor).length / std.length,
    rate_mean: rates.mean,
    rate_std: rates.std,
    rate_path: rates.path,
  };
}

/** Linear interpolation between order statistics: position q (N - 1). */
function quantile(sorted: Float64Array, q: number): number {
  const position = q * (sorted.length - 1);
  const low = Math.floor(position);
  const high = Math.ceil(position);
  return sorted[low] + (position - low) * (sorted[high] - sorted[low]);
}
