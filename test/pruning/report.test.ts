import { describe, expect, test } from 'vitest';
import { layoutOf } from '../../src/numeric/layout.js';
import { fullMask } from '../../src/numeric/mask.js';
import { prune } from '../../src/pruning/prune.js';
import type { PruneRequest } from '../../src/pruning/prune.js';
import { pruningReport } from '../../src/pruning/report.js';
import { dense } from './make-trained.js';

const layout = layoutOf([dense('Dense_0', 2, 2), dense('Dense_1', 2, 2)]);
const vector = (...kernels: number[]) =>
  Float64Array.from([0, 0, ...kernels.slice(0, 4), 0, 0, ...kernels.slice(4)]);
const base: PruneRequest = {
  trained: {
    layout,
    mask: fullMask(layout),
    mean: vector(1, 2, 3, 4, 5, 6, 7, 8),
    std: vector(1, 1, 1, 1, 10, 10, 1, 1),
  },
  criterion: 'signal-to-noise',
  sparsity: 0.5,
  scope: 'global',
  exclude: [],
  seed: 1,
};
const reportOf = (changes: Partial<PruneRequest>) => {
  const request = { ...base, ...changes };
  return pruningReport({ ...request, pruned: prune(request), modules: ['Dense_0', 'Dense_1'] });
};

describe('the table of a pruning', () => {
  test('has a row for each kernel and one for all', () => {
    // scores 1 2 3 4 | .5 .6 7 8: four stay, 3 4 and 7 8; magnitude would keep 5 6 7 8
    expect(reportOf({})).toEqual([
      {
        layer: 'Dense_0/kernel',
        excluded: false,
        size: 4,
        survivors_before: 4,
        survivors_after: 2,
        remaining: 0.5,
        threshold: 2.5,
        units: 2,
        unfed_units: 0,
        unread_units: 1,
        dead_units: 1,
        spearman_magnitude: 1,
        jaccard_magnitude: 0,
      },
      {
        layer: 'Dense_1/kernel',
        excluded: false,
        size: 4,
        survivors_before: 4,
        survivors_after: 2,
        remaining: 0.5,
        threshold: 2.5,
        units: 2,
        unfed_units: 0,
        unread_units: 0,
        dead_units: 0,
        spearman_magnitude: 1,
        jaccard_magnitude: 0.5,
      },
      {
        layer: 'all',
        excluded: false,
        size: 8,
        survivors_before: 8,
        survivors_after: 4,
        remaining: 0.5,
        threshold: 2.5,
        units: 4,
        unfed_units: 0,
        unread_units: 1,
        dead_units: 1,
        // ranks 3 4 5 6 1 2 7 8 against 1..8: sum d^2 = 4 * 4 + 2 * 16 = 48
        spearman_magnitude: expect.closeTo(1 - (6 * 48) / (8 * 63), 12),
        jaccard_magnitude: 2 / 6,
      },
    ]);
  });

  test('with scope layer each kernel has a threshold of its own, and all has none', () => {
    expect(reportOf({ scope: 'layer' }).map(({ threshold }) => threshold)).toEqual([2.5, 3.8, undefined]);
  });

  test('an excluded kernel is counted, but not compared', () => {
    const [excluded, , all] = reportOf({ exclude: ['Dense_0/kernel'] });
    expect(excluded).toMatchObject({
      excluded: true,
      size: 4,
      survivors_after: 4,
      remaining: 1,
      threshold: undefined,
      spearman_magnitude: undefined,
      jaccard_magnitude: undefined,
    });
    expect(all).toMatchObject({ size: 8, survivors_after: 6, threshold: 3.8 });
  });

  test('magnitude agrees with itself, level after level', () => {
    const { mask } = prune({ ...base, criterion: 'magnitude', sparsity: 0.4 });
    const trained = { ...base.trained, mask };
    const rows = reportOf({ criterion: 'magnitude', trained, sparsity: 0.6 });
    const all = rows.at(-1);
    expect(all).toMatchObject({
      survivors_before: 5,
      survivors_after: 3,
      spearman_magnitude: 1,
      jaccard_magnitude: 1,
    });
  });

  test('agreement is over the weights that survived before', () => {
    const mask = fullMask(layout);
    mask[2] = mask[3] = 0; // without them the ranks are 3 4 1 2 5 6 against 1..6: sum d^2 = 16
    const all = reportOf({ trained: { ...base.trained, mask } }).at(-1);
    expect(all?.spearman_magnitude).toBeCloseTo(1 - (6 * 16) / (6 * 35), 12);
  });

  test('where random keeps more than there were survivors, there is no magnitude mask to compare with', () => {
    const mask = fullMask(layout);
    mask.fill(0, 2, 6);
    const all = reportOf({ trained: { ...base.trained, mask }, criterion: 'random', sparsity: 0.1 }).at(-1);
    expect(all).toMatchObject({ survivors_before: 4, survivors_after: 7, jaccard_magnitude: undefined });
  });

  test('where random keeps just as many, magnitude would have kept the survivors', () => {
    const mask = fullMask(layout);
    mask.fill(0, 2, 6);
    const changes = { trained: { ...base.trained, mask }, criterion: 'random', sparsity: 0.5 } as const;
    const kept = prune({ ...base, ...changes }).mask;
    const common = kept.subarray(8).reduce((sum, bit) => sum + bit, 0);
    const all = reportOf(changes).at(-1);
    expect(all).toMatchObject({ survivors_before: 4, survivors_after: 4 });
    expect(all?.jaccard_magnitude).toBe(common / (8 - common));
  });
});
