import type { StreamKey } from '../../numeric/rng.js';
import { lanczos } from './lanczos.js';
import type { SymmetricOperator } from './operator.js';
import { signProbe } from './probes.js';
import { tridiagonalEigen } from './tridiagonal.js';

/**
 * Gauss quadrature of the spectrum as one start vector v of length 1 sees it: the sum of weights times nodes^p is
 * v'H^p v, exactly for p below twice the steps. Weights sum to 1.
 */
export interface Quadrature {
  readonly nodes: Float64Array;
  readonly weights: Float64Array;
}

/** From one start vector; it is normalised. */
export function quadratureOf(operator: SymmetricOperator, start: Float64Array, steps: number): Quadrature {
  const { alpha, beta } = lanczos({ ...operator, start, steps });
  const { values, first } = tridiagonalEigen(alpha, beta);
  return { nodes: values, weights: first.map((entry) => entry * entry) };
}

/** Stochastic Lanczos quadrature: one rule for each of `probes` vectors of random signs. */
export function stochasticQuadratures(
  operator: SymmetricOperator,
  { probes, steps }: { readonly probes: number; readonly steps: number },
  key: StreamKey,
): Quadrature[] {
  const rules: Quadrature[] = [];
  for (let probe = 0; probe < probes; probe++)
    rules.push(quadratureOf(operator, signProbe(operator.dimension, key, probe), steps));
  return rules;
}
