import { canonicalJson } from '../base/json.js';
import type { Json } from '../base/json.js';
import { UserError } from '../base/result.js';
import type { NetworkSpec } from '../networks/index.js';
import type { Layout } from '../numeric/layout.js';
import { survivors } from '../numeric/mask.js';
import type { Mask } from '../numeric/mask.js';
import type { Artefact } from '../pipeline/stage.js';
import { inputTensors } from './input-tensors.js';

/** What a training starts from: weights, and the mask that says which of them exist. */
export interface TrainingStart {
  readonly network: NetworkSpec;
  readonly layout: Layout;
  /** Flat; what stands where the mask is 0 does not count. */
  readonly weights: Float64Array;
  readonly mask: Mask;
  /** Share of the prunable weights that exist. */
  readonly remaining: number;
}

/**
 * Reads the inputs `weights` and `mask` of a training.
 *
 * @param stage names the stage in messages
 * @throws UserError when one of them cannot be read, they belong to different networks, or no weight is left
 */
export function readStart(
  stage: string,
  inputs: { readonly weights: Artefact; readonly mask: Artefact },
): TrainingStart {
  const { network, layout, mean } = inputTensors('weights', inputs.weights, 'mean');
  const masked = inputTensors('mask', inputs.mask, 'mask');
  const [ours, theirs] = [network, masked.network].map((spec) => canonicalJson(spec as unknown as Json));
  if (ours !== theirs)
    throw new UserError(
      `${stage}: the weights belong to the network ${ours}, but the mask to ${theirs}; connect weights and mask of one init stage`,
    );
  const { mask } = masked;
  const left = survivors(layout, mask);
  if (left === 0)
    throw new UserError(
      `${stage}: the mask leaves no weight, so that there is nothing to train; connect one that keeps some`,
    );
  return { network, layout, weights: mean, mask, remaining: left / layout.prunable };
}
