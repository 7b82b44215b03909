import { describe, expect, test } from 'vitest';
import { decodeTensors } from '../../src/artefacts/tensors.js';
import { UserError } from '../../src/base/result.js';
import { buildNetwork } from '../../src/networks/index.js';
import type { NetworkSpec } from '../../src/networks/index.js';
import { fullMask } from '../../src/numeric/mask.js';
import type { Mask } from '../../src/numeric/mask.js';
import { criterionNames, derivativeOf } from '../../src/pruning/index.js';
import type { CriterionName } from '../../src/pruning/index.js';
import initStage from '../../stages/init.js';
import pruneStage from '../../stages/prune.js';
import stage from '../../stages/rewind.js';
import { makeTrained } from '../pruning/make-trained.js';
import { artefact, digest, runStage, tensors, tinyDataset } from './prune-fixtures.js';

const network: NetworkSpec = { model: 'mlp', layers: [4, 6, 10], activation: 'relu' };
const { layout } = buildNetwork(network);
const kernels = layout.tensors.filter(({ kind }) => kind === 'kernel');
const biases = layout.tensors.filter(({ kind }) => kind === 'bias');
const { mean, std, initial } = makeTrained(layout, 1);
const ticket = tensors('ticket', { network, mean, std, mask: fullMask(layout) });
const init = tensors('weights', { network, mean: initial });

const prunedBy = async (criterion: CriterionName) => {
  // Criteria of derivatives of the loss need training images, and a backend to compute them on.
  const params = { criterion, sparsity: 0.5, rng: 3 };
  const { outputs } =
    derivativeOf(criterion) !== undefined
      ? await runStage(pruneStage, { ...params, backend: 'wasm' }, { ticket, init, data: tinyDataset() })
      : await runStage(pruneStage, params, { ticket, init });
  return artefact('mask', outputs['mask']!);
};
const rewind = async (params: Record<string, unknown>, mask: Awaited<ReturnType<typeof prunedBy>>) => {
  const { outputs } = await runStage(stage, { rng: 4, ...params }, { init, mask });
  const weights = artefact('weights', outputs['weights']!);
  return { ...decodeTensors(weights.bytes(), 'mean'), bytes: weights.bytes() };
};
const maskOf = (mask: Awaited<ReturnType<typeof prunedBy>>): Mask => decodeTensors(mask.bytes(), 'mask').mask;
const surviving = (weights: Float64Array, mask: Mask, { offset, size }: { offset: number; size: number }) =>
  [...weights.subarray(offset, offset + size)].filter((_, i) => mask[offset + i] === 1);

describe('the stage rewind', () => {
  test('from initial: the first weights under the mask, and the metadata says so', async () => {
    const mask = await prunedBy('magnitude');
    const { mean: start, meta, network: spec } = await rewind({ from: 'initial' }, mask);
    expect(start).toEqual(initial.map((value, i) => (maskOf(mask)[i] === 1 ? value : 0)));
    expect(meta).toEqual({ start: 'initial' });
    expect(spec).toEqual(network);
  });

  test('from initial does not depend on the seed', async () => {
    const mask = await prunedBy('magnitude');
    const [one, two] = [
      await rewind({ from: 'initial', rng: 1 }, mask),
      await rewind({ from: 'initial', rng: 2 }, mask),
    ];
    expect(one.bytes).toEqual(two.bytes);
  });

  test('from permuted: the surviving values of each kernel in another order, biases untouched', async () => {
    const mask = await prunedBy('magnitude');
    const { mean: start, meta } = await rewind({ from: 'permuted' }, mask);
    expect(meta).toEqual({ start: 'permuted', rng: 4 });
    for (const bias of biases)
      expect(surviving(start, maskOf(mask), bias)).toEqual(surviving(initial, maskOf(mask), bias));
    for (const kernel of kernels) {
      const [then, now] = [initial, start].map((weights) => surviving(weights, maskOf(mask), kernel));
      expect(now).not.toEqual(then);
      expect(now!.sort()).toEqual(then!.sort());
    }
  });

  test('from fresh: the initialisation of the same network with a stream of its own', async () => {
    const mask = await prunedBy('magnitude');
    const { mean: start, meta } = await rewind({ from: 'fresh' }, mask);
    expect(meta).toEqual({ start: 'fresh', rng: 4 });
    const { outputs } = await runStage(initStage, { ...network, rng: 4 });
    const sameSeed = decodeTensors(artefact('weights', outputs['weights']!).bytes(), 'mean').mean;
    const bits = maskOf(mask);
    for (const kernel of kernels) {
      const values = surviving(start, bits, kernel);
      const bound = 2.2737 / Math.sqrt(kernel.shape[0]!);
      expect(values.every((value) => value !== 0 && Math.abs(value) <= bound)).toBe(true);
      expect(values).not.toEqual(surviving(initial, bits, kernel));
      expect(values).not.toEqual(surviving(sameSeed, bits, kernel));
    }
    expect((await rewind({ from: 'fresh', rng: 5 }, mask)).mean).not.toEqual(start);
  });

  test.each(criterionNames)('by default it does what goes with criterion %s', async (criterion) => {
    const mask = await prunedBy(criterion);
    const { meta } = await rewind({}, mask);
    expect(meta['start']).toBe(decodeTensors(mask.bytes(), 'mask').meta['start']);
  });

  test('a shuffled mask gets the values that its ranking let survive', async () => {
    const [ranked, shuffled] = [await prunedBy('magnitude'), await prunedBy('permute-mask-and-weights')];
    const { mean: start } = await rewind({}, shuffled);
    expect(maskOf(shuffled)).not.toEqual(maskOf(ranked));
    for (const kernel of kernels)
      expect(surviving(start, maskOf(shuffled), kernel).sort()).toEqual(
        surviving(initial, maskOf(ranked), kernel).sort(),
      );
  });

  test('the dense mask of init leads back to the initial weights', async () => {
    const { outputs } = await runStage(initStage, { ...network, rng: 9 });
    const { mean: start, meta } = await rewind({}, artefact('mask', outputs['mask']!));
    expect(start).toEqual(initial);
    expect(meta).toEqual({ start: 'initial' });
  });

  test.each([
    ['initial', 'd207b390b2650e6e'],
    ['permuted', '988ed26d86d43a39'],
    ['fresh', '6120354911c7b1e9'],
  ])('from %s: the bytes of version 1 have not moved', async (from, pinned) => {
    expect(stage.version).toBe(1);
    expect(digest((await rewind({ from }, await prunedBy('magnitude'))).bytes)).toBe(pinned);
  });

  test('refuses a mask of another network', async () => {
    const other: NetworkSpec = { model: 'mlp', layers: [4, 10], activation: 'relu' };
    const foreign = tensors('mask', { network: other, mask: fullMask(buildNetwork(other).layout) });
    await expect(rewind({}, foreign)).rejects.toThrow(
      new UserError(
        'init and mask belong to different networks: init is Dense_0/bias[6] Dense_0/kernel[4x6] Dense_1/bias[10] Dense_1/kernel[6x10], mask is Dense_0/bias[10] Dense_0/kernel[4x10]. Take both from the same chain',
      ),
    );
  });
});
