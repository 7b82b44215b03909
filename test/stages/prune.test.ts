import { describe, expect, test } from 'vitest';
import { decodeTable } from '../../src/artefacts/table.js';
import { decodeTensors } from '../../src/artefacts/tensors.js';
import { UserError } from '../../src/base/result.js';
import { buildNetwork } from '../../src/networks/index.js';
import type { NetworkSpec } from '../../src/networks/index.js';
import { fullMask, survivors } from '../../src/numeric/mask.js';
import type { Artefact } from '../../src/pipeline/stage.js';
import { controls, criterionNames, derivativeOf } from '../../src/pruning/index.js';
import stage from '../../stages/prune.js';
import { makeTrained } from '../pruning/make-trained.js';
import { artefact, digest, runStage, tensors, tinyDataset } from './prune-fixtures.js';

const network: NetworkSpec = { model: 'mlp', layers: [4, 6, 10], activation: 'relu' };
const { layout } = buildNetwork(network);
const { mean, std, initial } = makeTrained(layout, 1);
const mask = fullMask(layout);
const ticket = tensors('ticket', { network, mean, std, mask });
const init = tensors('weights', { network, mean: initial });

const run = async (params: Record<string, unknown>, inputs: Record<string, Artefact> = { ticket, init }) => {
  const { outputs, log } = await runStage(stage, { sparsity: 0.5, rng: 1, ...params }, inputs);
  const next = artefact('mask', outputs['mask']!);
  const table = artefact('table', outputs['table']!);
  return { next, decoded: decodeTensors(next.bytes(), 'mask'), table: table.text(), log };
};

describe('the stage prune', () => {
  test.each(criterionNames)(
    'runs with criterion %s and says what its rule restarts from',
    async (criterion) => {
      const needs = derivativeOf(criterion) !== undefined;
      const { decoded, table } = needs
        ? await run({ criterion, backend: 'wasm' }, { ticket, init, data: tinyDataset() })
        : await run({ criterion });
      expect(survivors(layout, decoded.mask)).toBe(42); // 84 - ceil(41.5)
      expect(decoded.network).toEqual(network);
      expect(decoded.meta['criterion']).toBe(criterion);
      const starts: Record<string, string> = {
        random: 'fresh',
        'permute-weights': 'permuted',
        'permute-mask-and-weights': 'permuted',
        reinit: 'fresh',
      };
      expect(decoded.meta['start']).toBe(starts[criterion] ?? 'initial');
      const columns = stage.outputs['table']?.columns ?? {};
      expect(decodeTable(table, columns).columns).toEqual(Object.keys(columns));
    },
  );

  test('takes a base for controls, and for controls only; a backend where there is a derivative', async () => {
    const of = stage.variants?.of ?? {};
    for (const name of criterionNames)
      expect(Object.keys(of[name]?.properties ?? {})).toEqual(
        name in controls ? ['base'] : derivativeOf(name) !== undefined ? ['share', 'backend'] : [],
      );
    const magnitude = await run({ criterion: 'reinit' });
    const snr = await run({ criterion: 'reinit', base: 'signal-to-noise' });
    expect(magnitude.decoded.mask).toEqual((await run({ criterion: 'magnitude' })).decoded.mask);
    expect(snr.decoded.mask).toEqual((await run({ criterion: 'signal-to-noise' })).decoded.mask);
    expect(snr.decoded.mask).not.toEqual(magnitude.decoded.mask);
  });

  test('writes a table with a row for each kernel and one for all', async () => {
    const { table } = await run({ criterion: 'magnitude', exclude: ['Dense_1/kernel'] });
    expect(decodeTable(table).rows).toMatchObject([
      {
        layer: 'Dense_0/kernel',
        excluded: false,
        size: 24,
        survivors_before: 24,
        survivors_after: 12,
        units: 6,
      },
      {
        layer: 'Dense_1/kernel',
        excluded: true,
        size: 60,
        survivors_after: 60,
        threshold: undefined,
        units: 10,
      },
      {
        layer: 'all',
        size: 84,
        survivors_after: 72,
        remaining: 72 / 84,
        spearman_magnitude: 1,
        jaccard_magnitude: 1,
      },
    ]);
    expect(table.split('\n')[0]).toBe(
      'layer,excluded,size,survivors_before,survivors_after,remaining,threshold,units,unfed_units,unread_units,dead_units,spearman_magnitude,jaccard_magnitude,test_accuracy,test_loss',
    );
  });

  test('with data it measures the trained weights under the new mask, without training', async () => {
    // Input i goes to class i with weight 1; everything else is small and is pruned.
    const perfect: NetworkSpec = { model: 'mlp', layers: [4, 10], activation: 'relu' };
    const { layout: direct } = buildNetwork(perfect);
    const weights = new Float64Array(direct.size);
    const kernel = direct.tensors[1]!;
    for (let i = 0; i < 40; i++) weights[kernel.offset + i] = i % 10 === Math.floor(i / 10) ? 1 : 0.01;
    weights[kernel.offset + 39] = -5; // spoils nothing: class 9 is voted down
    const trained = tensors('ticket', { network: perfect, mean: weights, mask: fullMask(direct) });
    const measure = async (sparsity: number) => {
      const { table } = await run(
        { criterion: 'magnitude', sparsity },
        { ticket: trained, data: tinyDataset() },
      );
      return decodeTable(table).rows;
    };
    const [row, all] = await measure(0.85); // 40 - ceil(33.15) = 6 weights
    expect(row).toMatchObject({ test_accuracy: undefined, test_loss: undefined });
    // Labels 0..3 are found for the right pixel, 4..9 of the first ten images cannot be.
    expect(all).toMatchObject({ layer: 'all', survivors_after: 6, test_accuracy: 14 / 20 });
    expect(all!['test_loss']).toBeGreaterThan(0);
  });

  test('without a mask it takes that of the ticket; a mask that is given stands first', async () => {
    const old = (await run({ criterion: 'magnitude', sparsity: 0.3 })).next;
    const own = tensors('ticket', { network, mean, std, mask: decodeTensors(old.bytes(), 'mask').mask });
    const before = async (inputs: Record<string, Artefact>) => {
      const rows = decodeTable((await run({ criterion: 'magnitude' }, inputs)).table).rows;
      return rows.at(-1)?.['survivors_before'];
    };
    expect(await before({ ticket: own })).toBe(59);
    expect(await before({ ticket, mask: old })).toBe(59);
    expect(await before({ ticket })).toBe(84);
  });

  test('prunes trained weights without std or mask of their own', async () => {
    const weights = tensors('weights', { network, mean });
    const full = tensors('mask', { network, mask });
    const { decoded } = await run({ criterion: 'magnitude' }, { ticket: weights, mask: full });
    expect(decoded.mask).toEqual((await run({ criterion: 'magnitude' })).decoded.mask);
    await expect(run({ criterion: 'magnitude' }, { ticket: weights })).rejects.toThrow(
      new UserError(
        'these trained weights bring no mask: connect the mask that they were trained under to the input mask',
      ),
    );
  });

  test('refuses a mask of another network', async () => {
    const other: NetworkSpec = { model: 'mlp', layers: [4, 10], activation: 'relu' };
    const foreign = tensors('mask', { network: other, mask: fullMask(buildNetwork(other).layout) });
    await expect(run({ criterion: 'magnitude' }, { ticket, mask: foreign })).rejects.toThrow(
      new UserError(
        'the ticket and a mask that came with it belong to different networks: the ticket is Dense_0/bias[6] Dense_0/kernel[4x6] Dense_1/bias[10] Dense_1/kernel[6x10], the mask is Dense_0/bias[10] Dense_0/kernel[4x10]. Take both from the same chain',
      ),
    );
  });

  test('refuses signal-to-noise on a ticket without std', async () => {
    const without = tensors('ticket', { network, mean, mask });
    await expect(run({ criterion: 'signal-to-noise' }, { ticket: without })).rejects.toThrow(
      /^criterion signal-to-noise needs the std of the search distribution, but this ticket has none/,
    );
  });

  test('says in the log when a kernel has lost all its weights', async () => {
    const small = mean.map((value, i) => (i >= layout.tensors[3]!.offset ? value * 1e-6 : value));
    const { log } = await run(
      { criterion: 'magnitude', sparsity: 0.9 },
      { ticket: tensors('ticket', { network, mean: small, mask }) },
    );
    expect(log).toEqual(['Dense_1/kernel has no weights left: its outputs are constant']);
  });

  test.each([
    ['signal-to-noise', 'a628e215e62a2ba3', '7e55e4386627443c'],
    ['random', 'a87960ef13efc809', 'b52dc67bf0ea8098'],
    ['permute-mask-and-weights', 'e0109c1b3cfe4bdd', '737ff600c2dd8e66'],
  ])(
    'the bytes of version 2 with criterion %s have not moved',
    async (criterion, pinnedMask, pinnedTable) => {
      expect(stage.version).toBe(2);
      const { next, table } = await run({ criterion });
      expect(digest(next.bytes())).toBe(pinnedMask);
      expect(digest(table)).toBe(pinnedTable);
    },
  );

  test('the seed changes only what is drawn', async () => {
    const bytes = async (criterion: string, rng: number) => (await run({ criterion, rng })).next.bytes();
    expect(await bytes('magnitude', 1)).toEqual(await bytes('magnitude', 2));
    expect(await bytes('random', 1)).toEqual(await bytes('random', 1));
    expect(await bytes('random', 1)).not.toEqual(await bytes('random', 2));
  });
});
