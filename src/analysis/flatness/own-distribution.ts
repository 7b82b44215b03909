import { dot } from '../vectors.js';
import { estimateOf } from './estimate.js';
import type { Estimate } from './estimate.js';
import { measurePairs, pairMeans } from './measure.js';
import type { Neighbourhood } from './measure.js';

export interface OwnDistribution {
  /** E J under N(m, diag(std^2)): what the strategy optimises. */
  readonly own: Estimate;
  /** E J under the isotropic distribution with the same sum of variances. */
  readonly isotropic: Estimate;
  /** own - isotropic, with the same directions: below 0 when the std has learned where the loss is flat. */
  readonly difference: Estimate;
  /** Standard deviation of the isotropic distribution. */
  readonly isotropicStd: number;
}

/** The loss under a strategy's own search distribution beside that under a ball of the same size (numerics 7.4). */
export async function ownDistribution(
  neighbourhood: Neighbourhood,
  std: Float64Array,
): Promise<OwnDistribution> {
  const isotropicStd = Math.sqrt(dot(std, std) / std.length);
  const own = pairMeans(await measurePairs(neighbourhood, std), 'loss');
  const isotropic = pairMeans(await measurePairs(neighbourhood, isotropicStd), 'loss');
  return {
    own: estimateOf(own),
    isotropic: estimateOf(isotropic),
    difference: estimateOf(own.map((value, k) => value - isotropic[k])),
    isotropicStd,
  };
}
