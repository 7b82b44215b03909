import type { TensorLayout } from '../numeric/layout.js';
import type { Mask } from '../numeric/mask.js';
import { overlap, rankCorrelation } from './agreement.js';
import type { Trained } from './criterion.js';
import { deadUnits } from './dead-units.js';
import type { UnitCounts } from './dead-units.js';
import type { Pruned } from './prune.js';
import { keepCount, keepLargest } from './select.js';
import { groupsOf } from './scope.js';
import type { Scope } from './scope.js';

/** What became of one kernel, or of all of them. Undefined where a number has no meaning. */
export interface ReportRow {
  /** Full path of the kernel, or `all`. */
  readonly layer: string;
  readonly excluded: boolean;
  /** Prunable weights, and how many of them survived before and after this pruning. */
  readonly size: number;
  readonly survivors_before: number;
  readonly survivors_after: number;
  /** survivors_after / size. */
  readonly remaining: number;
  /** Percentile of the scores at the sparsity; of `all` only when all kernels share one. */
  readonly threshold: number | undefined;
  readonly units: number;
  readonly unfed_units: number;
  readonly unread_units: number;
  readonly dead_units: number;
  /** Rank correlation of this rule's score with |mean| over the weights that survived before. */
  readonly spearman_magnitude: number | undefined;
  /** Overlap of the new mask with the one that magnitude would have given here. */
  readonly jaccard_magnitude: number | undefined;
}

export interface ReportRequest {
  readonly trained: Trained;
  readonly pruned: Pruned;
  readonly sparsity: number;
  readonly scope: Scope;
  /** Names of the layers in the order of execution, for the dead units. */
  readonly modules: readonly string[];
}

/** One row a kernel in the order of the layout, and a last one, `all`. */
export function pruningReport(request: ReportRequest): readonly ReportRow[] {
  const { trained, pruned, modules } = request;
  const { layout } = trained;
  const kernels = layout.tensors.filter((tensor) => tensor.kind === 'kernel');
  const rival = magnitudeMask(request);
  const agreementOver = (ranked: readonly TensorLayout[]) => agreement(request, rival, ranked);
  const units = deadUnits(layout, pruned.mask, modules);
  const { thresholds } = pruned.ranking;
  const rows = kernels.map((kernel): ReportRow => {
    const excluded = !pruned.kernels.includes(kernel);
    return {
      layer: kernel.path,
      excluded,
      ...counts([kernel], trained.mask, pruned.mask),
      threshold: thresholds.get(kernel.path),
      ...unitColumns(units.get(kernel.path) as UnitCounts),
      ...agreementOver(excluded ? [] : [kernel]),
    };
  });
  const distinct = new Set(thresholds.values());
  const total: ReportRow = {
    layer: 'all',
    excluded: false,
    ...counts(kernels, trained.mask, pruned.mask),
    threshold: distinct.size === 1 ? [...distinct][0] : undefined,
    ...unitColumns(sumOf([...units.values()])),
    ...agreementOver(pruned.kernels),
  };
  return [...rows, total];
}

function counts(kernels: readonly TensorLayout[], before: Mask, after: Mask) {
  const [size, kept] = [kernels.reduce((sum, kernel) => sum + kernel.size, 0), onesIn(kernels, after)];
  return { size, survivors_before: onesIn(kernels, before), survivors_after: kept, remaining: kept / size };
}

function onesIn(kernels: readonly TensorLayout[], mask: Mask): number {
  let ones = 0;
  for (const { offset, size } of kernels) for (let i = offset; i < offset + size; i++) ones += mask[i];
  return ones;
}

function agreement(
  { trained, pruned }: ReportRequest,
  { scores, mask }: { readonly scores: Float64Array; readonly mask: Mask | undefined },
  kernels: readonly TensorLayout[],
) {
  const [group] = kernels.length === 0 ? [] : groupsOf(kernels, 'global');
  if (group === undefined) return { spearman_magnitude: undefined, jaccard_magnitude: undefined };
  const candidates = group.positions.filter((position) => trained.mask[position] === 1);
  return {
    spearman_magnitude: rankCorrelation(pruned.ranking.scores, scores, candidates),
    jaccard_magnitude: mask && overlap(pruned.mask, mask, group.positions),
  };
}

/** What magnitude would have kept; no mask where a rule that revives keeps more than there were survivors. */
function magnitudeMask({ trained, pruned, sparsity, scope }: ReportRequest) {
  const scores = trained.mean.map((value) => Math.abs(value));
  const mask = trained.mask.slice();
  for (const { positions } of groupsOf(pruned.kernels, scope)) {
    const candidates = positions.filter((position) => trained.mask[position] === 1);
    const keep = keepCount(positions.length, sparsity);
    if (keep > candidates.length) return { scores, mask: undefined };
    keepLargest(mask, { scores, candidates, keep });
  }
  return { scores, mask };
}

function unitColumns({ units, unfed, unread, dead }: UnitCounts) {
  return { units, unfed_units: unfed, unread_units: unread, dead_units: dead };
}

function sumOf(counts: readonly UnitCounts[]): UnitCounts {
  const total = { units: 0, unfed: 0, unread: 0, dead: 0 };
  for (const count of counts)
    for (const key of Object.keys(total) as (keyof UnitCounts)[]) total[key] += count[key];
  return total;
}
