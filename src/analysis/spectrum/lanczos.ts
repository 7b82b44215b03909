import type { Ledger } from '../ledger.js';
import { addScaled, dot, norm, scaled } from '../vectors.js';
import type { SymmetricOperator } from './operator.js';

export interface Lanczos {
  /** Diagonal of the tridiagonal matrix T. */
  readonly alpha: Float64Array;
  /** Entry i couples i and i + 1; the last one, beta_m, is the length of the residual after the last step. */
  readonly beta: Float64Array;
}

export interface LanczosRequest extends SymmetricOperator {
  /** Any vector but 0; it is normalised. */
  readonly start: Float64Array;
  /** Steps at most; fewer when the vectors found span an invariant subspace. */
  readonly steps: number;
}

/** A residual this small beside the matrix is rounding: what was found is closed under the matrix. */
const invariant = 1e-12;

/**
 * Lanczos' tridiagonalisation with every new vector made orthogonal to all earlier ones, twice: without, rounding
 * brings copies of eigenvalues that were found already (numerics 7.3). Takes steps x dimension numbers of memory.
 */
export function lanczos({ dimension, product, start, steps }: LanczosRequest): Lanczos {
  const most = Math.min(steps, dimension);
  const alpha = new Float64Array(most);
  const beta = new Float64Array(most);
  const basis = [scaled(new Float64Array(dimension), 1 / norm(start), start)];
  const image = new Float64Array(dimension);
  let size = 0;
  for (let i = 0; i < most; i++) {
    product(image, basis[i]);
    alpha[i] = dot(basis[i], image);
    for (let pass = 0; pass < 2; pass++)
      for (const earlier of basis) addScaled(image, -dot(earlier, image), earlier);
    beta[i] = norm(image);
    size = Math.max(size, Math.abs(alpha[i]) + beta[i]);
    if (i + 1 === most || beta[i] <= invariant * size)
      return { alpha: alpha.slice(0, i + 1), beta: beta.slice(0, i + 1) };
    basis.push(scaled(new Float64Array(dimension), 1 / beta[i], image));
  }
  throw new RangeError(`Lanczos needs at least one step and one dimension, not ${steps} and ${dimension}`);
}

/** The same, with every product and in the end the matrix T kept in a ledger. */
export function lanczosIn(ledger: Ledger, name: string, request: LanczosRequest): Lanczos {
  const packed = ledger.inSteps(name, request.product, (product) => {
    const { alpha, beta } = lanczos({ ...request, product });
    return Float64Array.of(...alpha, ...beta);
  });
  return { alpha: packed.slice(0, packed.length / 2), beta: packed.slice(packed.length / 2) };
}
