import { ascendingOrder } from './order.js';
import type { Reading } from './strategy.js';

export const shapingNames = ['centered-rank', 'z-score', 'range', 'none'] as const;
export type ShapingName = (typeof shapingNames)[number];

export interface Shaping {
  /** `order`: left as they are, because the strategy looks at nothing but their order. */
  readonly values: ShapingName | 'order';
  /** Weight of the mean square of a candidate's coordinates (0: none). */
  readonly weightDecay: number;
  readonly reading: Reading;
}

/** Added to a spread before it divides. */
const tiny = 1e-10;
/** Values beyond are clipped before their range is taken. */
const largest = 1e10;

/**
 * Turns fitness (to maximise) into costs (to minimise), in this order (numerics 1.1): negate; add
 * `weightDecay` * mean square of the candidate; shape. A fitness that is not finite becomes NaN where only the
 * order counts, the worst rank, or the worst shaped value of the others.
 *
 * @param candidates P x n row-major
 */
export function shape(fitness: Float64Array, candidates: Float64Array, shaping: Shaping): Float64Array {
  const costs = fitness.map((value) => (Number.isFinite(value) ? -value : NaN));
  if (shaping.weightDecay > 0) addWeightDecay(costs, candidates, shaping.weightDecay);
  switch (shaping.values) {
    case 'order':
      return costs;
    case 'centered-rank':
      return centredRanks(costs);
    case 'z-score':
      return withWorstForNaN(zScores(costs));
    case 'range':
      return withWorstForNaN(ranged(costs, shaping.reading));
    case 'none':
      return withWorstForNaN(costs);
  }
}

function addWeightDecay(costs: Float64Array, candidates: Float64Array, weightDecay: number): void {
  const n = candidates.length / costs.length;
  for (let k = 0; k < costs.length; k++) {
    let squares = 0;
    for (let i = k * n; i < (k + 1) * n; i++) squares += candidates[i] * candidates[i];
    costs[k] += (weightDecay * squares) / n;
  }
}

/** Position in ascending order/(P - 1) - 1/2: the best gets -1/2, the worst 1/2, ties distinct ranks in their order. */
export function centredRanks(costs: Float64Array): Float64Array {
  const ranks = new Float64Array(costs.length);
  ascendingOrder(costs).forEach((candidate, rank) => {
    ranks[candidate] = rank / (costs.length - 1) - 0.5;
  });
  return ranks;
}

/** (f - mean)/(std + 1e-10), mean and std (divided by P) over the finite ones. */
export function zScores(costs: Float64Array): Float64Array {
  const finite = costs.filter(Number.isFinite);
  const mean = finite.reduce((a, b) => a + b, 0) / finite.length;
  const variance = finite.reduce((a, b) => a + (b - mean) * (b - mean), 0) / finite.length;
  return costs.map((cost) => (cost - mean) / (Math.sqrt(variance) + tiny));
}

/** Linearly to [-1, 1]. D15: the release ends up in [1, 3], because it subtracts the lower bound of -1. */
export function ranged(costs: Float64Array, reading: Reading): Float64Array {
  const clipped = costs.map((cost) => Math.min(largest, Math.max(-largest, cost)));
  const finite = clipped.filter((cost) => !Number.isNaN(cost));
  const low = finite.reduce((a, b) => Math.min(a, b), Infinity);
  const high = finite.reduce((a, b) => Math.max(a, b), -Infinity);
  const offset = reading === 'reference' ? 1 : -1;
  return clipped.map((cost) => (2 * (cost - low)) / (high - low + tiny) + offset);
}

/** Shaped values enter a gradient, which one NaN would spoil altogether. */
function withWorstForNaN(costs: Float64Array): Float64Array {
  const worst = costs.reduce((a, b) => (b > a ? b : a), -Infinity);
  return costs.map((cost) => (Number.isNaN(cost) ? worst : cost));
}
