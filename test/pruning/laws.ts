import fc from '../properties.js';
import { describe, expect, test } from 'vitest';
import type { TensorLayout } from '../../src/numeric/layout.js';
import { survivors } from '../../src/numeric/mask.js';
import type { Mask } from '../../src/numeric/mask.js';
import { criteria, scoreRules } from '../../src/pruning/index.js';
import type { CriterionName } from '../../src/pruning/index.js';
import { defaultBase, isControl, prune } from '../../src/pruning/prune.js';
import type { PruneRequest } from '../../src/pruning/prune.js';
import { keepCount } from '../../src/pruning/select.js';
import { sparsities, trainedNetworks } from './make-trained.js';
import type { FullyTrained } from './make-trained.js';

type Request = Omit<PruneRequest, 'criterion'>;
const request = (trained: FullyTrained, sparsity: number): Request => ({
  trained,
  sparsity,
  scope: 'global',
  exclude: [],
  seed: 7,
});

const kernelsOf = (trained: FullyTrained) => trained.layout.tensors.filter(({ kind }) => kind === 'kernel');
const countIn = (mask: Mask, { offset, size }: TensorLayout) =>
  mask.subarray(offset, offset + size).reduce((sum, bit) => sum + bit, 0);

/** What holds for every registered pruning rule. */
export function registerCriterionLaws(criterion: CriterionName): void {
  const rule = scoreRules[isControl(criterion) ? defaultBase : criterion];
  const entry = criteria[criterion];
  const nested = rule.nested && !(entry.kind === 'control' && entry.shuffled);
  const run = (r: Request) => prune({ ...r, criterion }).mask;

  describe(criterion, () => {
    test('keeps exactly N - ceil(s (N - 1)) weights and all biases', () => {
      fc.assert(
        fc.property(trainedNetworks, sparsities, (trained, sparsity) => {
          const { layout } = trained;
          const mask = run(request(trained, sparsity));
          expect(survivors(layout, mask)).toBe(keepCount(layout.prunable, sparsity));
          for (const tensor of layout.tensors)
            if (tensor.kind === 'bias') expect(countIn(mask, tensor)).toBe(tensor.size);
        }),
      );
    });

    test('with scope layer keeps the exact count of every kernel', () => {
      fc.assert(
        fc.property(trainedNetworks, sparsities, (trained, sparsity) => {
          const mask = run({ ...request(trained, sparsity), scope: 'layer' });
          for (const kernel of kernelsOf(trained))
            expect(countIn(mask, kernel)).toBe(keepCount(kernel.size, sparsity));
        }),
      );
    });

    test('gives the same bytes for the same request and leaves its arguments alone', () => {
      fc.assert(
        fc.property(trainedNetworks, sparsities, (trained, sparsity) => {
          const before = structuredClone(trained);
          const first = run(request(trained, sparsity));
          expect(trained).toEqual(before);
          expect(run(request(trained, sparsity))).toEqual(first);
        }),
      );
    });

    test('keeps the exact count level after level', () => {
      fc.assert(
        fc.property(trainedNetworks, (trained) => {
          const { layout } = trained;
          let { mask } = trained;
          for (const sparsity of [0.2, 0.36, 0.488, 0.9]) {
            mask = run(request({ ...trained, mask }, sparsity));
            expect(survivors(layout, mask)).toBe(keepCount(layout.prunable, sparsity));
          }
        }),
      );
    });

    if (nested)
      test('never revives a weight', () => {
        fc.assert(
          fc.property(trainedNetworks, sparsities, (trained, sparsity) => {
            const old = run(request(trained, 0.3));
            // Another training under the old mask: other means, but the same weights exist.
            const next = { ...trained, mask: old, mean: trained.initial.map((value, i) => value * old[i]) };
            const mask = run(request(next, Math.max(0.3, sparsity)));
            expect(mask.every((bit, i) => bit <= old[i])).toBe(true);
          }),
        );
      });

    test('does not touch excluded kernels, whatever is in their mask', () => {
      fc.assert(
        fc.property(trainedNetworks, sparsities, (trained, sparsity) => {
          const kernels = kernelsOf(trained);
          fc.pre(kernels.length > 1);
          const [excluded, ...rest] = kernels as [TensorLayout, ...TensorLayout[]];
          const old = trained.mask.slice();
          old[excluded.offset] = 0;
          const exclude = [excluded.path];
          const mask = run({ ...request({ ...trained, mask: old }, sparsity), exclude });
          const entriesOf = (m: Mask) => m.subarray(excluded.offset, excluded.offset + excluded.size);
          expect(entriesOf(mask)).toEqual(entriesOf(old));
          const ranked = rest.reduce((sum, kernel) => sum + kernel.size, 0);
          expect(rest.reduce((sum, kernel) => sum + countIn(mask, kernel), 0)).toBe(
            keepCount(ranked, sparsity),
          );
        }),
      );
    });

    test('gives the same mask when every std is scaled by one constant', () => {
      const scales = fc.constantFrom(1e-3, 0.25, 3, 1024);
      fc.assert(
        fc.property(trainedNetworks, sparsities, scales, (trained, sparsity, scale) => {
          const scaled = { ...trained, std: trained.std.map((std) => std * scale) };
          expect(run(request(scaled, sparsity))).toEqual(run(request(trained, sparsity)));
        }),
      );
    });

    if (!['random', 'snip', 'grasp'].includes(criterion))
      test.each([NaN, Infinity, -Infinity])('refuses a mean of %s at a surviving weight', (value) => {
        fc.assert(
          fc.property(trainedNetworks, sparsities, (trained, sparsity) => {
            const [kernel] = kernelsOf(trained) as [TensorLayout];
            const mean = trained.mean.slice();
            mean[kernel.offset] = value;
            expect(() => run(request({ ...trained, mean }, sparsity))).toThrow(
              `the score of entry 0 of ${kernel.path} is ${Math.abs(value)}, which cannot be ranked`,
            );
          }),
        );
      });
  });
}
