import { canonicalJson } from '../base/json.js';
import type { Json } from '../base/json.js';
import { UserError } from '../base/result.js';
import type { NetworkSpec } from '../networks/index.js';
import type { Layout } from '../numeric/layout.js';
import { survivors } from '../numeric/mask.js';
import type { Mask } from '../numeric/mask.js';
import type { Artefact } from '../pipeline/stage.js';
import { inputTensors } from './input-tensors.js';

/** A trained network with the mask that it was trained under. */
export interface TrainedNetwork {
  readonly network: NetworkSpec;
  readonly layout: Layout;
  readonly mask: Mask;
  readonly mean: Float64Array;
  /** Of the search distribution that it is the mean of, where there is one. */
  readonly std: Float64Array | undefined;
}

/**
 * Reads a ticket, or weights and their mask.
 *
 * @throws UserError when there is no mask, one of another network, or one without survivors
 */
export function readTrained(name: string, trained: Artefact, mask?: Artefact): TrainedNetwork {
  const { network, layout, mean, std, mask: own } = inputTensors(name, trained, 'mean');
  const given = mask && inputTensors('mask', mask, 'mask');
  if (given !== undefined) refuseOther(name, network, given.network);
  const used = given?.mask ?? own;
  if (used === undefined)
    throw new UserError(
      `${name}: these weights bring no mask. Connect the output ticket of the training, or the mask that they were trained under to the input mask`,
    );
  if (survivors(layout, used) === 0)
    throw new UserError(
      `${name}: the mask leaves no weight, so that there is nothing to measure; connect one that keeps some`,
    );
  return { network, layout, mask: used, mean, std };
}

/** The mean of another network that is to be measured on the same coordinates. @throws UserError when it cannot. */
export function meanOn({ network, mask }: TrainedNetwork, name: string, bytes: Uint8Array): Float64Array {
  const other = inputTensors(name, { bytes: () => bytes }, 'mean');
  refuseOther(name, network, other.network);
  if (other.mean.some((value, i) => mask[i] === 0 && value !== 0))
    throw new UserError(
      `${name}: it has weights that the mask of the measured network does not have. Losses are matched between networks of the same mask: take both from the same level of the same chain`,
    );
  return other.mean;
}

/** The means of all files of a folder of tickets, by name. */
export function checkpointsOn(
  trained: TrainedNetwork,
  tickets: Artefact | undefined,
): { readonly name: string; readonly mean: Float64Array }[] {
  if (tickets === undefined) return [];
  return tickets.files().map((name) => ({ name, mean: meanOn(trained, name, tickets.bytes(name)) }));
}

function refuseOther(name: string, one: NetworkSpec, other: NetworkSpec): void {
  const [ours, theirs] = [one, other].map((spec) => canonicalJson(spec as unknown as Json));
  if (ours !== theirs)
    throw new UserError(
      `${name}: this belongs to the network ${theirs}, but the measured weights to ${ours}. Take both from the same chain`,
    );
}
