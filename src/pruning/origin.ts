import { UserError } from '../base/result.js';
import type { Json } from '../base/json.js';
import type { Layout } from '../numeric/layout.js';
import type { Mask } from '../numeric/mask.js';
import { startRules } from './criterion.js';
import type { StartRule } from './criterion.js';
import type { CriterionName } from './index.js';
import type { Pruned } from './prune.js';
import { unshuffle } from './shuffle.js';

/** What a mask's description says about how it came about: enough to restart from it in the way of its rule. */
export interface MaskOrigin {
  readonly start: StartRule;
  /** Present when the ranking's mask was shuffled within these kernels (full paths). */
  readonly shuffled?: { readonly seed: number; readonly kernels: readonly string[] };
}

/** The description that travels with the mask. */
export function originJson(pruned: Pruned, criterion: CriterionName, seed: number): Record<string, Json> {
  const { start, shuffled } = pruned;
  const kernels = pruned.kernels.map((kernel) => kernel.path);
  return { criterion, start, ...(shuffled ? { shuffled: { seed, kernels } } : {}) };
}

/**
 * Reads a description. Without one (a mask made elsewhere) the classic rewind to the initial weights holds.
 *
 * @throws UserError for a description that `originJson` does not write
 */
export function maskOrigin(meta: Readonly<Record<string, Json>>): MaskOrigin {
  const { start: given = 'initial', shuffled } = meta;
  const start = startRules.find((rule) => rule === given);
  if (start === undefined)
    throw damaged(`start is ${JSON.stringify(given)}, not one of ${startRules.join(', ')}`);
  if (shuffled === undefined) return { start };
  if (!isShuffle(shuffled))
    throw damaged(`shuffled is ${JSON.stringify(shuffled)}, not a seed and a list of kernels`);
  return { start, shuffled };
}

/** The mask as the scores ordered it, before it was shuffled. */
export function rankedMask(layout: Layout, mask: Mask, { shuffled }: MaskOrigin): Mask {
  if (shuffled === undefined) return mask;
  const kernels = layout.tensors.filter((tensor) => shuffled.kernels.includes(tensor.path));
  return unshuffle(mask, kernels, shuffled.seed);
}

function isShuffle(json: Json): json is { readonly seed: number; readonly kernels: readonly string[] } {
  if (json === null || typeof json !== 'object' || !('seed' in json) || !('kernels' in json)) return false;
  const { seed, kernels } = json;
  return (
    Number.isSafeInteger(seed) && Array.isArray(kernels) && kernels.every((path) => typeof path === 'string')
  );
}

function damaged(why: string): UserError {
  return new UserError(`This mask does not say how it was made: ${why}. Make it anew by the stage prune`);
}
