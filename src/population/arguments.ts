import { UserError } from '../base/result.js';
import type { Layout } from '../numeric/layout.js';
import type { Images } from './images.js';

/** @throws UserError when the batch is empty, larger than the data, or names an image that is not there. */
export function checkBatch(indices: Uint32Array, train: Images): void {
  if (indices.length === 0) throw new UserError('the batch is empty: it needs at least one image');
  if (indices.length > train.count)
    throw new UserError(
      `a batch of ${indices.length} images is larger than the training set, which has ${train.count}: choose a smaller batch`,
    );
  for (const index of indices)
    if (index >= train.count)
      throw new UserError(`the batch names image ${index}, but the training set has ${train.count}`);
}

/** @throws RangeError when the candidates are not one row of search coordinates for each score. */
export function checkCandidates(scores: number, values: number, coordinates: number): void {
  if (values !== scores * coordinates)
    throw new RangeError(`${values} values are not ${scores} candidates of ${coordinates} coordinates`);
}

/** @throws UserError when from ... to - 1 are not images of the set. */
export function checkRange(range: { readonly from: number; readonly to: number }, count: number): void {
  const { from, to } = range;
  if (!(Number.isInteger(from) && Number.isInteger(to) && 0 <= from && from < to && to <= count))
    throw new UserError(`images ${from} to ${to} (exclusive) are not a part of a set of ${count}`);
}

/**
 * Copies the entries of flat `weights` at `positions` to `out` from `offset` on.
 *
 * @throws UserError when the weights do not fit the layout or one of them is not finite.
 */
export function takeWeights(
  out: Float32Array,
  offset: number,
  weights: Float32Array | Float64Array,
  { layout, positions }: { readonly layout: Layout; readonly positions: Uint32Array },
): void {
  if (weights.length !== layout.size)
    throw new UserError(
      `there are ${weights.length} weights, but the network has ${layout.size} parameters: they belong to another network`,
    );
  for (let j = 0; j < positions.length; j++) {
    const value = weights[positions[j]];
    if (!Number.isFinite(value))
      throw new UserError(`${nameOf(layout, positions[j])} is ${value}: weights have to be finite`);
    out[offset + j] = value;
  }
}

function nameOf(layout: Layout, position: number): string {
  const tensor = layout.tensors.findLast(({ offset }) => offset <= position)!;
  return `entry ${position - tensor.offset} of ${tensor.path}`;
}
