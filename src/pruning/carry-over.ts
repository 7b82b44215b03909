import { UserError } from '../base/result.js';
import type { Layout, TensorLayout } from '../numeric/layout.js';
import type { Mask } from '../numeric/mask.js';

export interface CarryOver {
  readonly source: {
    readonly layout: Layout;
    readonly mask: Mask;
    /** What the source's training started from, flat; 0 or not where the mask is 0. */
    readonly weights: Float64Array;
  };
  readonly target: {
    readonly layout: Layout;
    /** The target's own initialisation, flat: for entries that the source does not have. */
    readonly initial: Float64Array;
    /** Name of the layer that yields the outputs: the only one that may be wider than the source's. */
    readonly outputModule: string;
  };
}

/** What became of one tensor of the target. */
export interface TensorMove {
  readonly tensor: string;
  readonly source_shape: string;
  readonly target_shape: string;
  /** Entries of the target that took mask and weight of the source. */
  readonly moved: number;
  /** Of these, the ones that survive. */
  readonly survivors: number;
  /** Entries that the source does not have: they exist, with the target's own initial weights. */
  readonly drawn: number;
}

export interface Carried {
  readonly mask: Mask;
  /** 0 where the mask is 0. */
  readonly weights: Float64Array;
  readonly moves: readonly TensorMove[];
}

/**
 * Carries a ticket to another network (numerics 6): mask and initial weights of every tensor of the same path and
 * shape. An output layer may have more outputs than the source's, as an actor that also yields scales: the source's
 * become the first ones, the others are the target's own.
 *
 * @throws UserError that lists every tensor that does not fit
 */
export function carryOver({ source, target }: CarryOver): Carried {
  refuseMisfits(source.layout, target.layout, target.outputModule);
  const mask = new Uint8Array(target.layout.size).fill(1);
  const weights = target.initial.slice();
  const moves = target.layout.tensors.map((to): TensorMove => {
    const from = tensorAt(source.layout, to.path)!;
    let survivors = 0;
    for (let i = 0; i < from.size; i++) {
      const at = to.offset + placeOf(i, from, to);
      const bit = source.mask[from.offset + i];
      mask[at] = bit;
      weights[at] = bit === 1 ? source.weights[from.offset + i] : 0;
      survivors += bit;
    }
    return {
      tensor: to.path,
      source_shape: shapeText(from),
      target_shape: shapeText(to),
      moved: from.size,
      survivors,
      drawn: to.size - from.size,
    };
  });
  return { mask, weights, moves };
}

/** Entry i of the narrower tensor, in the wider one: rows stay rows, the source's columns come first. */
function placeOf(i: number, from: TensorLayout, to: TensorLayout): number {
  const [narrow, wide] = [outputsOf(from), outputsOf(to)];
  return Math.floor(i / narrow) * wide + (i % narrow);
}

function refuseMisfits(source: Layout, target: Layout, outputModule: string): void {
  const paths = new Set([...target.tensors, ...source.tensors].map(({ path }) => path));
  const misfits = [...paths].flatMap((path) => {
    const [from, to] = [tensorAt(source, path), tensorAt(target, path)];
    if (from !== undefined && to !== undefined && fits(from, to, outputModule)) return [];
    const side = (tensor: TensorLayout | undefined) => (tensor ? shapeText(tensor) : 'none');
    return [`  ${path}: ${side(from)} in the ticket, ${side(to)} in the target`];
  });
  if (misfits.length === 0) return;
  throw new UserError(
    [
      'this ticket does not fit the target network:',
      ...misfits,
      `Only the outputs of the last layer (${outputModule}) may be more than the ticket has. Choose the model that the ticket was found in, or one that differs in its outputs only.`,
    ].join('\n'),
  );
}

function fits(from: TensorLayout, to: TensorLayout, outputModule: string): boolean {
  const rows = (tensor: TensorLayout) => tensor.shape.slice(0, -1).join('x');
  if (from.shape.length !== to.shape.length || rows(from) !== rows(to)) return false;
  if (outputsOf(from) === outputsOf(to)) return true;
  return to.module === outputModule && outputsOf(from) < outputsOf(to);
}

const outputsOf = ({ shape }: TensorLayout): number => shape[shape.length - 1];
const shapeText = ({ shape }: TensorLayout): string => shape.join('x');
const tensorAt = ({ tensors }: Layout, path: string): TensorLayout | undefined =>
  tensors.find((tensor) => tensor.path === path);
