import type { SearchProblem } from './strategy.js';
import { effectiveSampleSize, recombinationWeights } from './weights.js';

export interface CmaConstants {
  /** mu, the number of recombined candidates. */
  readonly parents: number;
  /** Recombination weights, best first, sum 1. */
  readonly weights: Float64Array;
  /** Under the symbols of the paper. */
  readonly named: {
    readonly mu_eff: number;
    readonly c_1: number;
    readonly c_mu: number;
    readonly c_s: number;
    readonly d_s: number;
    readonly c_c: number;
    readonly chi_n: number;
  };
}

/** The reference library counts no more dimensions than this in some constants, lest an int32 overflow (D16). */
const dimensionCap = 40_000;

/**
 * Constants of Sep-CMA-ES (Ros & Hansen 2008, table 1, with the separable factor (n + 2)/3 on c_mu only). Learning
 * rates follow `rateDimensions`; what describes a norm in the search space itself (chi_n) follows `dimensions`.
 */
export function cmaConstants(problem: SearchProblem & { readonly eliteRatio: number }): CmaConstants {
  const { popsize, dimensions, rateDimensions: n, reading, eliteRatio } = problem;
  const counted = (size: number): number => (reading === 'reference' ? Math.min(size, dimensionCap) : size);
  const d = counted(n);
  const parents = Math.max(1, Math.floor(popsize * eliteRatio));
  const weights = recombinationWeights(parents);
  const mu_eff = effectiveSampleSize(weights);
  const c_1 = 2 / ((d + 1.3) * (d + 1.3) + mu_eff);
  const rankMuShare = Math.min(1, (2 * mu_eff - 1) / ((d + 2) * (d + 2) + mu_eff));
  const formula =
    ((n + 2) / 3) * (2 / mu_eff / ((d + Math.SQRT2) * (d + Math.SQRT2)) + (1 - 1 / mu_eff) * rankMuShare);
  const c_mu = reading === 'reference' ? formula : Math.min(formula, 1 - c_1);
  const c_s = (mu_eff + 2) / (n + mu_eff + 3);
  const d_s = 1 + 2 * Math.max(0, Math.sqrt((mu_eff - 1) / (n + 1)) - 1) + c_s;
  const c_c = 4 / (n + 4);
  return {
    parents,
    weights,
    named: { mu_eff, c_1, c_mu, c_s, d_s, c_c, chi_n: chi(dimensions, counted(dimensions)) },
  };
}

/** Approximates E||N(0, I_n)||. */
function chi(n: number, counted: number): number {
  return Math.sqrt(n) * (1 - 1 / (4 * n) + 1 / (21 * counted * counted));
}
