import type { StreamKey } from '../../numeric/rng.js';
import type { Ledger } from '../ledger.js';
import { lanczosIn } from './lanczos.js';
import type { Lanczos } from './lanczos.js';
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

/** From the matrix that Lanczos made of one start vector. */
export function quadratureOf({ alpha, beta }: Lanczos): Quadrature {
  const { values, first } = tridiagonalEigen(alpha, beta);
  return { nodes: values, weights: first.map((entry) => entry * entry) };
}

/** Stochastic Lanczos quadrature: one rule for each of `probes` vectors of random signs. */
export function stochasticQuadratures(
  operator: SymmetricOperator,
  { probes, steps }: { readonly probes: number; readonly steps: number },
  key: StreamKey,
  ledger: Ledger,
): Quadrature[] {
  const rules: Quadrature[] = [];
  for (let probe = 0; probe < probes; probe++) {
    const start = signProbe(operator.dimension, key, probe);
    rules.push(quadratureOf(lanczosIn(ledger, `density ${probe}`, { ...operator, start, steps })));
  }
  return rules;
}
