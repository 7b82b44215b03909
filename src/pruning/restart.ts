import { UserError, unreachable } from '../base/result.js';
import type { Layout, TensorLayout } from '../numeric/layout.js';
import type { Mask } from '../numeric/mask.js';
import { permutation, streamKey } from '../numeric/rng.js';
import type { StartRule } from './criterion.js';

export interface Restart {
  readonly from: StartRule;
  readonly layout: Layout;
  /** The mask that is trained next. */
  readonly mask: Mask;
  /** theta_0: the first initialisation, dense, flat. */
  readonly initial: Float64Array;
  /**
   * `permuted` only: the mask whose survivors give the values, with the counts of `mask` in every kernel. It differs
   * from `mask` when the mask itself was shuffled after the ranking.
   */
  readonly valuesOf: Mask;
  readonly seed: number;
  /** `fresh` only: draws a new initialisation of the same network, dense, flat. */
  readonly initialise: () => Float64Array;
}

/** The weights that the next training really starts from: exactly 0 where the mask is 0 (numerics 4.3, 4.4, D8). */
export function restartWeights(request: Restart): Float64Array {
  const { from, mask } = request;
  switch (from) {
    case 'initial':
      return masked(request.initial, mask);
    case 'permuted':
      return permuted(request);
    case 'fresh':
      return masked(request.initialise(), mask);
    default:
      return unreachable(from);
  }
}

function masked(weights: Float64Array, mask: Mask): Float64Array {
  return weights.map((weight, i) => (mask[i] === 1 ? weight : 0));
}

/** The surviving values of each kernel in a new order on the surviving positions; biases as they were. */
function permuted({ layout, mask, initial, valuesOf, seed }: Restart): Float64Array {
  const out = masked(initial, mask);
  for (const kernel of layout.tensors) {
    if (kernel.kind !== 'kernel') continue;
    const to = survivingPositions(mask, kernel);
    const from = survivingPositions(valuesOf, kernel);
    if (to.length !== from.length)
      throw new UserError(
        `${kernel.path} has ${to.length} surviving weights, but ${from.length} values to put there: the mask does not belong to its own description`,
      );
    const order = new Uint32Array(to.length);
    permutation(order, streamKey(seed, 'rewind', 'permute', kernel.path), 0);
    for (let j = 0; j < to.length; j++) out[to[order[j]]] = initial[from[j]];
  }
  return out;
}

function survivingPositions(mask: Mask, { offset, size }: TensorLayout): Uint32Array {
  const positions = new Uint32Array(size);
  let count = 0;
  for (let i = offset; i < offset + size; i++) if (mask[i] === 1) positions[count++] = i;
  return positions.subarray(0, count);
}
