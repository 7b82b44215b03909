import { editDistance } from '../base/edit-distance.js';
import { UserError } from '../base/result.js';
import type { Layout, TensorLayout } from '../numeric/layout.js';

/** `global`: all weights are ranked against each other. `layer`: each kernel loses the same share of its own. */
export const scopes = ['global', 'layer'] as const;
export type Scope = (typeof scopes)[number];

/** Kernels whose weights are ranked against each other, and the flat positions of those weights, ascending. */
export interface Group {
  readonly kernels: readonly TensorLayout[];
  readonly positions: Uint32Array;
}

/**
 * The kernels that may be pruned: all but those on the exclusion list.
 *
 * @param exclude full paths, for example `Dense_0/kernel`
 * @throws UserError for a path that is not a kernel of the network, or when nothing is left to prune
 */
export function prunableKernels(layout: Layout, exclude: readonly string[]): readonly TensorLayout[] {
  const kernels = layout.tensors.filter((tensor) => tensor.kind === 'kernel');
  for (const path of exclude) assertKernel(layout, kernels, path);
  const rest = kernels.filter((kernel) => !exclude.includes(kernel.path));
  if (rest.length === 0)
    throw new UserError('exclude names every kernel of the network: nothing is left to prune');
  return rest;
}

export function groupsOf(kernels: readonly TensorLayout[], scope: Scope): readonly Group[] {
  const sets = scope === 'global' ? [kernels] : kernels.map((kernel) => [kernel]);
  return sets.map((set) => ({ kernels: set, positions: positionsOf(set) }));
}

function positionsOf(kernels: readonly TensorLayout[]): Uint32Array {
  const positions = new Uint32Array(kernels.reduce((sum, kernel) => sum + kernel.size, 0));
  let next = 0;
  for (const { offset, size } of kernels) for (let i = offset; i < offset + size; i++) positions[next++] = i;
  return positions;
}

function assertKernel(layout: Layout, kernels: readonly TensorLayout[], path: string): void {
  if (kernels.some((kernel) => kernel.path === path)) return;
  if (layout.tensors.some((tensor) => tensor.path === path))
    throw new UserError(`exclude: ${path} is a bias, and biases are never pruned: take it off the list`);
  const paths = kernels.map((kernel) => kernel.path);
  const guess = paths.find((known) => isNear(known, path));
  const hint = guess === undefined ? `Its kernels are ${paths.join(', ')}` : `Did you mean ${guess}?`;
  throw new UserError(`exclude: the network has no kernel ${path}. ${hint}`);
}

/** A module's name without `/kernel`, another case, or at most two letters wrong. */
function isNear(known: string, given: string): boolean {
  const a = known.toLowerCase();
  const b = given.toLowerCase();
  return a.startsWith(`${b}/`) || editDistance(a, b) <= 2;
}
