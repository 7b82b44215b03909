import fc from '../properties.js';
import { describe, expect, test } from 'vitest';
import type { TensorLayout } from '../../src/numeric/layout.js';
import { fullMask } from '../../src/numeric/mask.js';
import type { Mask } from '../../src/numeric/mask.js';
import { startRules } from '../../src/pruning/criterion.js';
import { maskOrigin, originJson, rankedMask } from '../../src/pruning/origin.js';
import { defaultBase, prune } from '../../src/pruning/prune.js';
import { restartWeights } from '../../src/pruning/restart.js';
import type { Restart } from '../../src/pruning/restart.js';
import { shuffle, unshuffle } from '../../src/pruning/shuffle.js';
import { UserError } from '../../src/base/result.js';
import { layoutOf } from '../../src/numeric/layout.js';
import { conv, dense, makeTrained, numbers, sparsities, trainedNetworks } from './make-trained.js';
import type { FullyTrained } from './make-trained.js';

const maskOf = (trained: FullyTrained, sparsity: number): Mask =>
  prune({ trained, criterion: 'magnitude', sparsity, scope: 'global', exclude: [], seed: 1 }).mask;
const restart = (trained: FullyTrained, mask: Mask, changes: Partial<Restart>): Float64Array =>
  restartWeights({
    from: 'initial',
    layout: trained.layout,
    mask,
    initial: trained.initial,
    valuesOf: mask,
    seed: 11,
    initialise: () => numbers(trained.layout.size, 99),
    ...changes,
  });
const valuesAt = (weights: Float64Array, mask: Mask, { offset, size }: { offset: number; size: number }) =>
  [...weights.subarray(offset, offset + size)].filter((_, i) => mask[offset + i] === 1);

describe.each(startRules)('the start %s', (from) => {
  test('is 0 where the mask is 0, repeats itself, and leaves the initial weights alone', () => {
    fc.assert(
      fc.property(trainedNetworks, sparsities, (trained, sparsity) => {
        const mask = maskOf(trained, sparsity);
        const before = trained.initial.slice();
        const weights = restart(trained, mask, { from });
        weights.forEach((weight, i) => mask[i] === 0 && expect(Object.is(weight, 0)).toBe(true));
        expect(restart(trained, mask, { from })).toEqual(weights);
        expect(trained.initial).toEqual(before);
      }),
    );
  });
});

describe('what each start is made of', () => {
  const layout = layoutOf([conv('Conv_0', 3, [2, 4]), dense('Dense_0', 16, 10)]);
  const trained = makeTrained(layout, 21);
  const mask = maskOf(trained, 0.6);

  test('initial: the first weights under the mask, a surviving zero included', () => {
    const initial = trained.initial.slice();
    initial[layout.tensors[0]!.offset] = 0;
    const weights = restart(trained, mask, { initial });
    expect(weights).toEqual(initial.map((value, i) => value * mask[i]! + 0));
  });

  test('fresh: the new initialisation under the mask, biases included', () => {
    expect(restart(trained, mask, { from: 'fresh' })).toEqual(
      numbers(layout.size, 99).map((value, i) => (mask[i] === 1 ? value : 0)),
    );
  });

  test('permuted: the surviving values of each kernel in another order, biases untouched', () => {
    const weights = restart(trained, mask, { from: 'permuted' });
    for (const tensor of layout.tensors) {
      const [then, now] = [valuesAt(trained.initial, mask, tensor), valuesAt(weights, mask, tensor)];
      if (tensor.kind === 'bias') expect(now).toEqual(then);
      else {
        expect(now).not.toEqual(then);
        expect(now.sort()).toEqual(then.sort());
      }
    }
    expect(restart(trained, mask, { from: 'permuted', seed: 12 })).not.toEqual(weights);
  });

  test('permuted: every value comes to every place equally often', () => {
    const small = makeTrained(layoutOf([dense('Dense_0', 1, 4)]), 2);
    const full = fullMask(small.layout);
    const draws = 2000;
    const first = small.initial[4]!;
    const counts = [0, 0, 0, 0];
    for (let seed = 0; seed < draws; seed++)
      counts[restart(small, full, { from: 'permuted', seed }).indexOf(first) - 4]!++;
    // binomial(2000, 1/4): sd 19.4, five of them is 97
    for (const count of counts) expect(Math.abs(count - draws / 4)).toBeLessThan(97);
  });

  test('permuted, under a shuffled mask: the values that the ranking let survive', () => {
    const ranked = mask;
    const kernels = layout.tensors.filter(({ kind }) => kind === 'kernel');
    const shuffled = shuffle(ranked, kernels, 5);
    const weights = restart(trained, shuffled, { from: 'permuted', valuesOf: ranked });
    for (const kernel of kernels) {
      const [then, now] = [valuesAt(trained.initial, ranked, kernel), valuesAt(weights, shuffled, kernel)];
      expect(now.sort()).toEqual(then.sort());
    }
  });

  test('permuted: two kernels of one size get different orders', () => {
    const twins = layoutOf([dense('Dense_0', 6, 6), dense('Dense_1', 6, 6)]);
    const [, first, , second] = twins.tensors as [unknown, TensorLayout, unknown, TensorLayout];
    const initial = new Float64Array(twins.size);
    for (let i = 0; i < 36; i++) initial[first.offset + i] = initial[second.offset + i] = i + 1;
    const full = fullMask(twins);
    const weights = restart(makeTrained(twins, 1), full, { from: 'permuted', initial });
    expect(valuesAt(weights, full, first)).not.toEqual(valuesAt(weights, full, second));
  });

  test('permuted: values of another mask with other counts are refused', () => {
    const other = maskOf(trained, 0.3);
    expect(() => restart(trained, mask, { from: 'permuted', valuesOf: other })).toThrow(
      /^Conv_0\/kernel has \d+ surviving weights, but \d+ values to put there: the mask does not belong to its own description$/,
    );
  });
});

describe('what a mask says about its origin', () => {
  test('unshuffle takes shuffle back', () => {
    fc.assert(
      fc.property(trainedNetworks, sparsities, fc.nat(), (trained, sparsity, seed) => {
        const kernels = trained.layout.tensors.filter(({ kind }) => kind === 'kernel');
        const mask = maskOf(trained, sparsity);
        expect(unshuffle(shuffle(mask, kernels, seed), kernels, seed)).toEqual(mask);
      }),
    );
  });

  test('two kernels of one size are shuffled differently', () => {
    const twins = layoutOf([dense('Dense_0', 6, 6), dense('Dense_1', 6, 6)]);
    const kernels = twins.tensors.filter(({ kind }) => kind === 'kernel') as [TensorLayout, TensorLayout];
    const mask = fullMask(twins);
    for (const { offset } of kernels) mask.fill(0, offset, offset + 18);
    const shuffled = shuffle(mask, kernels, 1);
    const [first, second] = kernels.map(({ offset }) => shuffled.slice(offset, offset + 36));
    expect(first).not.toEqual(second);
  });

  test('the ranked mask comes back from a shuffled one, excluded kernels and all', () => {
    fc.assert(
      fc.property(trainedNetworks, sparsities, fc.nat(), (trained, sparsity, seed) => {
        const kernels = trained.layout.tensors.filter(({ kind }) => kind === 'kernel');
        const exclude = kernels.length > 1 ? [kernels[0]!.path] : [];
        const old = trained.mask.slice();
        if (exclude.length > 0) old.fill(0, kernels[0]!.offset, kernels[0]!.offset + 1);
        const request = {
          trained: { ...trained, mask: old },
          sparsity,
          scope: 'global',
          exclude,
          seed,
        } as const;
        const pruned = prune({ ...request, criterion: 'permute-mask-and-weights' });
        const origin = maskOrigin(
          JSON.parse(JSON.stringify(originJson(pruned, 'permute-mask-and-weights', seed))),
        );
        expect(rankedMask(trained.layout, pruned.mask, origin)).toEqual(
          prune({ ...request, criterion: defaultBase }).mask,
        );
      }),
    );
  });

  test('a mask without a description restarts from the initial weights', () => {
    expect(maskOrigin({})).toEqual({ start: 'initial' });
  });

  test.each([
    [{ start: 'later' }, 'start is "later", not one of initial, permuted, fresh'],
    [{ start: 'permuted', shuffled: 3 }, 'shuffled is 3, not a seed and a list of kernels'],
    [
      { shuffled: { seed: 1.5, kernels: [] } },
      'shuffled is {"seed":1.5,"kernels":[]}, not a seed and a list of kernels',
    ],
    [
      { shuffled: { seed: 1, kernels: ['Dense_0/kernel', 2] } },
      'shuffled is {"seed":1,"kernels":["Dense_0/kernel",2]}, not a seed and a list of kernels',
    ],
  ])('the description %j is refused', (meta, why) => {
    expect(() => maskOrigin(meta)).toThrow(
      new UserError(`This mask does not say how it was made: ${why}. Make it anew by the stage prune`),
    );
  });
});
