import { describe, expect, test } from 'vitest';
import { decodeTable } from '../../src/artefacts/table.js';
import { decodeTensors } from '../../src/artefacts/tensors.js';
import { readImages } from '../../src/data/images.js';
import type { Images } from '../../src/gradient/engine.js';
import { buildNetwork } from '../../src/networks/index.js';
import type { NetworkSpec } from '../../src/networks/index.js';
import { fullMask, survivors } from '../../src/numeric/mask.js';
import { runtimeClass } from '../../src/exec/runtime-class.js';
import type { Artefact } from '../../src/pipeline/stage.js';
import { keepCount } from '../../src/pruning/select.js';
import stage from '../../stages/prune.js';
import { gaussNewtonOf, gradientOf, hessianOf, times } from '../gradient/reference-network.js';
import { artefact, runStage, tensors, tinyDataset } from './prune-fixtures.js';

const network: NetworkSpec = { model: 'mlp', layers: [4, 3, 10], activation: 'tanh' };
const built = buildNetwork(network);
const { layout } = built;
const initial = Float64Array.from({ length: layout.size }, (_, i) => Math.sin(3 * i + 1));
const mean = Float64Array.from({ length: layout.size }, (_, i) => Math.cos(2 * i + 1));
const mask = fullMask(layout);
const data = tinyDataset();
const { train } = readImages((file) => data.bytes(file));
const ticket = tensors('ticket', { network, mean, mask });
const init = tensors('weights', { network, mean: initial });
const sparsities = [0.1, 0.25, 0.5, 0.75, 0.9];

async function pruned(params: Record<string, unknown>, inputs: Record<string, Artefact> = {}) {
  const { outputs } = await runStage(
    stage,
    { rng: 1, backend: 'wasm', ...params },
    { ticket, init, data, ...inputs },
  );
  return {
    mask: decodeTensors(artefact('mask', outputs['mask']!).bytes(), 'mask').mask,
    rows: decodeTable(artefact('table', outputs['table']!).text()).rows,
  };
}

const some = (count: number): Images => ({ ...train, count });
const prunable = [...mask.keys()].filter((i) =>
  layout.tensors.some((t) => t.kind === 'kernel' && i >= t.offset && i < t.offset + t.size),
);

/** The mask that keeps the largest scores, and all biases. */
function best(scores: Float64Array, sparsity: number): Uint8Array {
  const order = [...prunable].sort((a, b) => scores[b]! - scores[a]!);
  const out = mask.slice();
  for (const i of order.slice(keepCount(prunable.length, sparsity))) out[i] = 0;
  return out;
}

const snip = (images: Images): Float64Array =>
  gradientOf(built, initial, images, mask).map((g, i) => Math.abs(g * initial[i]!));
const grasp = (images: Images): Float64Array => {
  const g = gradientOf(built, initial, images, mask);
  return times(hessianOf(built, initial, images, mask), g).map((hg, i) => hg * initial[i]!);
};
const obd = (images: Images): Float64Array =>
  Float64Array.from(
    gaussNewtonOf(built, mean, images, mask),
    (row, i) => Math.abs(mean[i]!) * Math.sqrt(row[i]!),
  );

describe.each([
  ['snip', snip],
  ['grasp', grasp],
  ['obd', obd],
] as const)('pruning by %s', (criterion, reference) => {
  test('keeps what the scores computed in float64 keep, in the exact number', async () => {
    const scores = reference(some(train.count));
    for (const sparsity of sparsities) {
      const { mask: got } = await pruned({ criterion, sparsity });
      expect(got).toEqual(best(scores, sparsity));
      expect(survivors(layout, got)).toBe(keepCount(layout.prunable, sparsity));
    }
  });

  test('may look at a share of the images, the first ones', async () => {
    const { mask: got } = await pruned({ criterion, sparsity: 0.5, share: 0.05 });
    expect(got).toEqual(best(reference(some(Math.round(0.05 * train.count))), 0.5));
    expect(got).not.toEqual(best(reference(some(train.count)), 0.5));
  });

  test('says which images are missing', async () => {
    await expect(runStage(stage, { criterion, sparsity: 0.5, rng: 1 }, { ticket, init })).rejects.toThrow(
      `criterion ${criterion} needs derivatives of the training loss: connect the training images to the input data`,
    );
  });
});

describe('the rules that need derivatives', () => {
  test('have nested masks level after level', async () => {
    for (const criterion of ['snip', 'grasp']) {
      let before = tensors('mask', { network, mask });
      let old = mask;
      for (const sparsity of sparsities) {
        const { mask: next } = await pruned({ criterion, sparsity }, { mask: before });
        expect(next.every((bit, i) => bit <= old[i]!)).toBe(true);
        // The scores do not change with the mask: the result is that of one shot.
        expect(next).toEqual((await pruned({ criterion, sparsity })).mask);
        before = tensors('mask', { network, mask: next });
        old = next;
      }
    }
  });

  test('obd takes the curvature under the mask that was trained', async () => {
    const half = best(Float64Array.from(mean, Math.abs), 0.5);
    const { mask: got } = await pruned(
      { criterion: 'obd', sparsity: 0.75 },
      { mask: tensors('mask', { network, mask: half }) },
    );
    const surviving = mean.map((value, i) => value * half[i]!);
    const curvature = gaussNewtonOf(built, surviving, some(train.count), half);
    const scores = Float64Array.from(curvature, (row, i) =>
      half[i] === 0 ? -1 : Math.abs(mean[i]!) * Math.sqrt(row[i]!),
    );
    expect(got).toEqual(best(scores, 0.75));
  });

  test('snip and grasp need the initial weights', async () => {
    for (const criterion of ['snip', 'grasp'])
      await expect(runStage(stage, { criterion, sparsity: 0.5, rng: 1 }, { ticket, data })).rejects.toThrow(
        `criterion ${criterion} needs the weights that the training started from`,
      );
  });

  test('grasp, whose scores have either sign, has no threshold in its table', async () => {
    const thresholds = async (criterion: string) =>
      (await pruned({ criterion, sparsity: 0.5 })).rows.map((row) => row['threshold']);
    expect(await thresholds('grasp')).toEqual([undefined, undefined, undefined]);
    expect((await thresholds('snip')).every((value) => Number(value) > 0)).toBe(true);
  });

  test('are the only ones whose key names a backend', () => {
    const classOf = (criterion: string) => runtimeClass(stage, { criterion }, () => 'backend');
    for (const criterion of ['snip', 'grasp', 'obd']) expect(classOf(criterion)).toBe('backend');
    for (const criterion of ['magnitude', 'signal-to-noise', 'random', 'movement', 'reinit'])
      expect(classOf(criterion)).toBeUndefined();
  });
});
