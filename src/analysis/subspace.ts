import type { Layout } from '../numeric/layout.js';
import { gather, scatter } from '../numeric/mask.js';
import type { Group } from './flatness/layer-curvature.js';
import type { VectorFunction } from './ledger.js';
import type { SymmetricOperator } from './spectrum/operator.js';

/** Derivatives of a loss as functions of all weights, flat; what they say outside the subspace does not matter. */
export interface FlatDerivatives {
  /** out <- gradient at `weights`. */
  gradient(out: Float64Array, weights: Float64Array): unknown;
  /** out <- Hessian at `weights` times `vector`. */
  hessianVector(out: Float64Array, weights: Float64Array, vector: Float64Array): void;
}

/** Flat positions of the coordinates that exist, ascending, among `size` in all. */
export interface Subspace {
  readonly positions: Uint32Array;
  readonly size: number;
}

/** The coordinates of each tensor that has any. */
export function groupsOf({ tensors }: Layout, positions: Uint32Array): Group[] {
  return tensors.flatMap(({ path, offset, size }) => {
    const [from, to] = [offset, offset + size].map((end) => positions.filter((at) => at < end).length);
    return from < to ? [{ name: path, from, to }] : [];
  });
}

/** Gradient on the surviving coordinates: P g(P x), P being the mask. */
export function gradientOn({ positions, size }: Subspace, derivatives: FlatDerivatives): VectorFunction {
  const [weights, flat] = [new Float64Array(size), new Float64Array(size)];
  return (out, point) => {
    derivatives.gradient(flat, scatter(weights, point, positions));
    gather(out, flat, positions);
  };
}

/** Hessian on the surviving coordinates at `centre`: P H P (numerics 7.2). */
export function hessianOn(
  { positions, size }: Subspace,
  derivatives: FlatDerivatives,
  centre: Float64Array,
): SymmetricOperator {
  const [vector, image] = [new Float64Array(size), new Float64Array(size)];
  const weights = scatter(new Float64Array(size), centre, positions);
  return {
    dimension: positions.length,
    product: (out, compact) => {
      derivatives.hessianVector(image, weights, scatter(vector, compact, positions));
      gather(out, image, positions);
    },
  };
}
