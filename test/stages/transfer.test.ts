import { describe, expect, test } from 'vitest';
import { decodeTable } from '../../src/artefacts/table.js';
import { decodeTensors } from '../../src/artefacts/tensors.js';
import { buildNetwork, networkSpecOf } from '../../src/networks/index.js';
import type { NetworkSpec } from '../../src/networks/index.js';
import { fullMask } from '../../src/numeric/mask.js';
import transfer from '../../stages/transfer.js';
import { runStage, tensors } from './prune-fixtures.js';

const small: NetworkSpec = { model: 'mlp', layers: [4, 3, 2], activation: 'relu' };
const { layout } = buildNetwork(small);
const weights = Float64Array.from({ length: layout.size }, (_, i) => i + 1);
const mask = fullMask(layout);
for (const { kind, offset, size } of layout.tensors)
  if (kind === 'kernel') for (let i = offset; i < offset + size; i += 2) mask[i] = 0;
const masked = weights.map((value, i) => value * mask[i]);

type Meta = Record<string, string>;
const ticket = (mean = masked, meta: Meta = { start: 'initial' }, maskMeta: Meta = { start: 'initial' }) => ({
  weights: tensors('weights', { network: small, mean, meta }),
  mask: tensors('mask', { network: small, mask, meta: maskMeta }),
});

async function moved(params: NetworkSpec & { rng?: number }, inputs = ticket()) {
  const { outputs, log } = await runStage(transfer, { ...params }, inputs);
  return {
    weights: decodeTensors(outputs['weights'] as Uint8Array, 'mean'),
    mask: decodeTensors(outputs['mask'] as Uint8Array, 'mask'),
    table: decodeTable(outputs['table'] as string).rows,
    log,
  };
}

describe('a ticket', () => {
  test('moves to the same network as it is, dense weights masked on the way', async () => {
    for (const mean of [masked, weights]) {
      const out = await moved(small, ticket(mean));
      expect(out.weights.mean).toEqual(masked);
      expect(out.mask.mask).toEqual(mask);
      expect(out.weights.meta).toEqual({ start: 'initial' });
      expect(out.log).toEqual([]);
      expect(
        out.table.map(({ tensor, moved: n, survivors, drawn }) => [tensor, n, survivors, drawn]),
      ).toEqual([
        ['Dense_0/bias', 3, 3, 0],
        ['Dense_0/kernel', 12, 6, 0],
        ['Dense_1/bias', 2, 2, 0],
        ['Dense_1/kernel', 6, 3, 0],
      ]);
    }
  });

  test('keeps surviving biases that are 0, and kernels that start at 0 as a whole', async () => {
    const zero = masked.slice();
    const last = layout.tensors.find(({ path }) => path === 'Dense_1/kernel')!;
    for (const { kind, offset, size } of layout.tensors)
      if (kind === 'bias') zero.fill(0, offset, offset + size);
    zero.fill(0, last.offset, last.offset + last.size);
    const out = await moved(small, ticket(zero));
    expect(out.mask.mask).toEqual(mask);
    expect(out.weights.mean).toEqual(zero);
  });

  test('changes its activation when the target has another', async () => {
    const out = await moved({ model: 'mlp', layers: [4, 3, 2], activation: 'tanh' });
    expect(out.weights.network).toEqual({ model: 'mlp', layers: [4, 3, 2], activation: 'tanh' });
    expect(out.weights.mean).toEqual(masked);
  });

  test('becomes the first outputs of an actor with twice as many; the others are drawn and not pruned', async () => {
    const wide = networkSpecOf({ model: 'mlp', layers: [4, 3, 4], activation: 'relu' });
    const out = await moved({ ...wide, rng: 5 } as never);
    const to = buildNetwork(wide).layout;
    const [fromKernel, toKernel] = [layout, to].map((l) =>
      l.tensors.find((t) => t.path === 'Dense_1/kernel')!,
    );
    for (let row = 0; row < 3; row++)
      for (let column = 0; column < 4; column++) {
        const at = toKernel.offset + 4 * row + column;
        const source = fromKernel.offset + 2 * row + column;
        if (column < 2) {
          expect(out.weights.mean[at]).toBe(masked[source]);
          expect(out.mask.mask[at]).toBe(mask[source]);
        } else {
          expect(out.weights.mean[at]).not.toBe(0);
          expect(out.mask.mask[at]).toBe(1);
        }
      }
    expect(out.table.find(({ tensor }) => tensor === 'Dense_1/kernel')).toMatchObject({
      source_shape: '3x2',
      target_shape: '3x4',
      moved: 6,
      survivors: 3,
      drawn: 6,
    });
    expect(out.log).toEqual(['8 parameters are not in the ticket: they are drawn anew and not pruned']);
    expect(out.weights.meta).toEqual({ start: 'initial', rng: 5 });
    const again = await moved({ ...wide, rng: 6 } as never);
    expect(again.weights.mean).not.toEqual(out.weights.mean);
  });
});

describe('a clear message', () => {
  const fails = (spec: NetworkSpec, inputs = ticket()) => expect(moved(spec, inputs)).rejects;

  test('for a network that the ticket does not fit names every tensor', async () => {
    await fails({ model: 'mlp', layers: [4, 5, 2], activation: 'relu' }).toThrow(
      [
        'this ticket does not fit the target network:',
        '  Dense_0/bias: 3 in the ticket, 5 in the target',
        '  Dense_0/kernel: 4x3 in the ticket, 4x5 in the target',
        '  Dense_1/kernel: 3x2 in the ticket, 5x2 in the target',
        'Only the outputs of the last layer (Dense_1) may be more than the ticket has. Choose the model that the ticket was found in, or one that differs in its outputs only.',
      ].join('\n'),
    );
    await fails({ model: 'mlp', layers: [4, 3, 1], activation: 'relu' }).toThrow(
      '  Dense_1/bias: 2 in the ticket, 1 in the target',
    );
    await fails({ model: 'mlp', layers: [4, 3, 2, 2], activation: 'relu' }).toThrow(
      '  Dense_2/bias: none in the ticket, 2 in the target',
    );
  });

  test('for trained weights', async () => {
    await fails(small, ticket(masked, { strategy: 'snes' })).toThrow(
      /do not say how they were drawn, as trained ones do not/,
    );
  });

  test('for a mask of a random re-initialisation beside weights that it never saw', async () => {
    await fails(
      small,
      ticket(weights, { start: 'initial' }, { criterion: 'random', start: 'fresh' }),
    ).toThrow(
      'the training of this mask started from fresh weights, but these are the dense initial ones. Connect the weights that the stage rewind made for this mask',
    );
    const used = ticket(masked, { start: 'fresh' }, { criterion: 'random', start: 'fresh' });
    expect((await moved(small, used)).weights.meta).toEqual({ start: 'fresh' });
  });

  test('for weights that were made for another mask, whatever starts the two speak of', async () => {
    const other = fullMask(layout);
    const kernel = layout.tensors.find(({ path }) => path === 'Dense_0/kernel')!;
    for (let i = kernel.offset; i < kernel.offset + kernel.size; i += 3) other[i] = 0;
    for (const [start, restart] of [
      ['fresh', 'initial'],
      ['initial', 'initial'],
      ['initial', 'fresh'],
    ] as const)
      await fails(
        small,
        ticket(
          weights.map((value, i) => value * other[i]!),
          { start },
          { start: restart },
        ),
      ).toThrow(
        'transfer: 2 of the 6 weights that the mask keeps in Dense_0/kernel are exactly 0, as they are in weights that were made for another mask. Connect the weights that the stage rewind made for this mask',
      );
  });

  test('for a mask without survivors', async () => {
    const { layout } = buildNetwork(small);
    const bare = fullMask(layout);
    for (const { kind, offset, size } of layout.tensors)
      if (kind === 'kernel') bare.fill(0, offset, offset + size);
    await fails(small, { ...ticket(), mask: tensors('mask', { network: small, mask: bare }) }).toThrow(
      'transfer: the mask leaves no weight, so that there is nothing to move; connect one that keeps some',
    );
  });

  test('for weights and mask of different networks', async () => {
    const other: NetworkSpec = { model: 'mlp', layers: [4, 2], activation: 'relu' };
    const alone = { mask: fullMask(buildNetwork(other).layout) };
    await fails(small, { ...ticket(), mask: tensors('mask', { network: other, ...alone }) }).toThrow(
      /weights and mask belong to different networks/,
    );
  });
});
