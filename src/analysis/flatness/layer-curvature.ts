import { mean } from '../../numeric/stats.js';
import type { StreamKey } from '../../numeric/rng.js';
import { normalDirection } from '../spectrum/probes.js';
import { estimateOf } from './estimate.js';
import type { Estimate } from './estimate.js';

/** A tensor's surviving coordinates, which lie side by side: `from` up to but not including `to`. */
export interface Group {
  readonly name: string;
  readonly from: number;
  readonly to: number;
}

/** What a strategy can know of a layer's curvature, beside what derivatives say. */
export interface LayerRow {
  /** Standard deviation of the perturbations. */
  readonly scale: number;
  readonly tensor: string;
  readonly coordinates: number;
  /** Mean of H_ii by values alone. */
  readonly curvature: number;
  readonly curvature_se: number;
  /** Mean of the exact diagonal of the Gauss-Newton matrix. */
  readonly gauss_newton: number;
  /** Mean of 1 / std_i^2 of the search distribution; NaN where there is none. */
  readonly precision: number;
}

/** In the order of the table, with their types. */
export const layerColumns: Readonly<Record<keyof LayerRow, 'bool' | 'double' | 'int' | 'string'>> = {
  ...{ scale: 'double', tensor: 'string', coordinates: 'int', curvature: 'double', curvature_se: 'double' },
  ...{ gauss_newton: 'double', precision: 'double' },
};

/**
 * Of each direction z and each group the mean of z_i^2 - 1.
 *
 * @param pairs number of directions
 * @returns one vector of `pairs` entries for each group
 */
export function excesses(
  groups: readonly Group[],
  { key, pairs, dimension }: { readonly key: StreamKey; readonly pairs: number; readonly dimension: number },
): Float64Array[] {
  const out = groups.map(() => new Float64Array(pairs));
  for (let k = 0; k < pairs; k++) {
    const z = normalDirection(dimension, key, k);
    groups.forEach(
      ({ from, to }, g) => (out[g][k] = mean(z.subarray(from, to).map((entry) => entry * entry - 1))),
    );
  }
  return out;
}

/**
 * Mean over a layer of H_ii = E[(J(m + s z) - J(m)) (z_i^2 - 1)] / s^2 (numerics 7.4), antithetic. E[z_i^2 - 1] is 0, so
 * that the mean of J may be taken off first: the terms are those of the covariance of J with the excess, and scatter
 * far less.
 *
 * @param perDirection (J(m + s z) + J(m - s z)) / 2 - J(m) of each direction
 * @param excess mean of z_i^2 - 1 of each direction
 */
export function layerCurvature(perDirection: Float64Array, excess: Float64Array, scale: number): Estimate {
  const count = perDirection.length;
  const [centre, excessCentre] = [mean(perDirection), mean(excess)];
  // Both centres are those of the sample: count - 1 of its terms are free.
  const share = count / (count - 1) / (scale * scale);
  return estimateOf(perDirection.map((value, k) => (value - centre) * (excess[k] - excessCentre) * share));
}

interface LayerMeasurement {
  readonly groups: readonly Group[];
  readonly excess: readonly Float64Array[];
  readonly scale: number;
  readonly perDirection: Float64Array;
  readonly diagonal: Float64Array;
  readonly std: Float64Array | undefined;
}

/** One row for each group. */
export function layerRows(measured: LayerMeasurement): LayerRow[] {
  const { groups, excess, scale, perDirection, diagonal, std } = measured;
  return groups.map(({ name, from, to }, g) => {
    const curvature = layerCurvature(perDirection, excess[g], scale);
    return {
      scale,
      tensor: name,
      coordinates: to - from,
      curvature: curvature.mean,
      curvature_se: curvature.standardError,
      gauss_newton: mean(diagonal.subarray(from, to)),
      precision: std === undefined ? NaN : mean(std.subarray(from, to).map((value) => 1 / (value * value))),
    };
  });
}
