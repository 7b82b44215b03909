import { Type } from '@sinclair/typebox';
import { exp, pow } from '../numeric/math.js';
import { moments } from './moments.js';
import { ascendingOrder } from './order.js';
import { sampleSeparable } from './sampling.js';
import { cmaConstants } from './sep-cma-constants.js';
import type { CmaConstants } from './sep-cma-constants.js';
import type { BoundStrategy, Strategy } from './strategy.js';

const schema = Type.Object(
  {
    sigma_init: Type.Number({ default: 1, exclusiveMinimum: 0, description: 'initial step size' }),
    elite_ratio: Type.Number({
      default: 0.5,
      exclusiveMinimum: 0,
      maximum: 1,
      description: 'share of the population that is recombined',
    }),
    lrate_mean: Type.Number({
      default: 1,
      exclusiveMinimum: 0,
      description: 'learning rate of the mean, c_m',
    }),
  },
  { additionalProperties: false },
);

type State = {
  readonly generation: number;
  readonly mean: Float64Array;
  /** sigma, one for all coordinates. */
  readonly stepSize: number;
  /** Diagonal of C: variances in units of stepSize^2. */
  readonly covarianceDiagonal: Float64Array;
  /** p_s */
  readonly stepSizePath: Float64Array;
  /** p_c */
  readonly covariancePath: Float64Array;
};

/** Stands in for an entry of C that has become negative, which c_mu > 1 - c_1 can do (reference reading only). */
const smallestVariance = 1e-20;

/** CMA-ES with a diagonal covariance (Ros & Hansen 2008, https://hal.inria.fr/inria-00287367). */
export const sepCmaEs: Strategy<typeof schema, State> = {
  summary: 'CMA-ES with a diagonal covariance matrix (Ros & Hansen 2008)',
  schema,
  antithetic: false,
  bind: (settings, problem): BoundStrategy<State> => {
    const { popsize, dimensions, reading } = problem;
    const constants = cmaConstants({ ...problem, eliteRatio: settings.elite_ratio });
    const lrateMean = settings.lrate_mean;
    return {
      noiseRows: popsize,
      constants: { c_m: lrateMean, ...constants.named },
      stdFloor: 0,
      init: (mean) => ({
        generation: 0,
        mean: mean.slice(),
        stepSize: settings.sigma_init,
        covarianceDiagonal: new Float64Array(dimensions).fill(1),
        stepSizePath: new Float64Array(dimensions),
        covariancePath: new Float64Array(dimensions),
      }),
      ask: (out, state, noise) => sampleSeparable(out, state.mean, samplingStd(state), noise),
      tell: (state, candidates, costs) => {
        const rows = ascendingOrder(costs).subarray(0, constants.parents);
        const { weights } = constants;
        const about = state.mean;
        const sums = moments({ candidates, about, rows, first: weights, second: weights });
        const mean = about.map((value, i) => value + lrateMean * sums.first[i]);
        return { ...adapted(state, sums, constants), generation: state.generation + 1, mean };
      },
      // D3: the release takes C, a variance, for the std.
      distribution: (state) => ({
        mean: state.mean,
        std: reading === 'reference' ? state.covarianceDiagonal : samplingStd(state),
      }),
      rates: () => ({ mean: lrateMean, std: constants.named.c_mu, path: constants.named.c_s }),
    };
  },
};

/** sigma sqrt(C) */
function samplingStd({ stepSize, covarianceDiagonal }: State): Float64Array {
  return covarianceDiagonal.map((c) => stepSize * Math.sqrt(c < 0 ? smallestVariance : c));
}

/** Steps 3 to 7: paths, covariance and step size. `sums` are moments in units of x, hence y = sums/sigma. */
function adapted(
  state: State,
  sums: { readonly first: Float64Array; readonly second: Float64Array },
  constants: CmaConstants,
): Omit<State, 'generation' | 'mean'> {
  const { stepSize, covarianceDiagonal } = state;
  const { c_1, c_mu, c_s, d_s, c_c, chi_n, mu_eff } = constants.named;
  const n = covarianceDiagonal.length;
  const stepSizePath = new Float64Array(n);
  const fresh = Math.sqrt(c_s * (2 - c_s) * mu_eff);
  let squaredLength = 0;
  for (let i = 0; i < n; i++) {
    // 3. p_s <- (1 - c_s) p_s + sqrt(c_s (2 - c_s) mu_eff) y_w/sqrt(C)
    const root = Math.sqrt(covarianceDiagonal[i] < 0 ? smallestVariance : covarianceDiagonal[i]);
    const value = (1 - c_s) * state.stepSizePath[i] + (fresh * sums.first[i]) / (stepSize * root);
    stepSizePath[i] = value;
    squaredLength += value * value;
  }
  const length = Math.sqrt(squaredLength);
  // 4. h: stop the covariance path while the step size still grows fast.
  const moving = length / warmUp(c_s, state.generation) < (1.4 + 2 / (n + 1)) * chi_n ? 1 : 0;
  const covariancePath = new Float64Array(n);
  const covariance = new Float64Array(n);
  const freshCovariance = moving * Math.sqrt(c_c * (2 - c_c) * mu_eff);
  const kept = 1 + c_1 * (1 - moving) * c_c * (2 - c_c) - c_1 - c_mu;
  for (let i = 0; i < n; i++) {
    // 5. p_c <- (1 - c_c) p_c + h sqrt(c_c (2 - c_c) mu_eff) y_w
    const path = (1 - c_c) * state.covariancePath[i] + (freshCovariance * sums.first[i]) / stepSize;
    covariancePath[i] = path;
    // 6. C <- kept C + c_1 p_c^2 + c_mu sum w y^2
    const rankMu = sums.second[i] / (stepSize * stepSize);
    covariance[i] = kept * covarianceDiagonal[i] + c_1 * path * path + c_mu * rankMu;
  }
  return {
    stepSizePath,
    covariancePath,
    covarianceDiagonal: covariance,
    // 7. sigma <- sigma exp((c_s/d_s)(||p_s||/chi_n - 1))
    stepSize: stepSize * exp((c_s / d_s) * (length / chi_n - 1)),
  };
}

/** sqrt(1 - (1 - c_s)^(2(g + 1))): what is missing in ||p_s|| because the path started at 0. */
function warmUp(c_s: number, generation: number): number {
  return Math.sqrt(1 - pow(1 - c_s, 2 * (generation + 1)));
}
