import { describe, expect, test } from 'vitest';
import { decodeTensors } from '../../src/artefacts/tensors.js';
import { modelNames, models } from '../../src/networks/index.js';
import stage from '../../stages/init.js';
import { artefact, digest, runStage } from './prune-fixtures.js';

const examples: Record<string, Record<string, unknown>> = {
  mlp: { layers: [4, 6, 10] },
  'cnn-minatar': { channels: 4, actions: 3 },
  'mlp-brax': { observations: 27, actions: 8 },
};
const run = async (params: Record<string, unknown>) => {
  const { outputs } = await runStage(stage, { rng: 1, ...params });
  const [weights, mask] = [artefact('weights', outputs['weights']!), artefact('mask', outputs['mask']!)];
  return {
    weights: decodeTensors(weights.bytes(), 'mean'),
    mask: decodeTensors(mask.bytes(), 'mask'),
    outputs,
  };
};

describe('the stage init', () => {
  test.each(modelNames)('initialises %s and masks nothing', async (model) => {
    const { weights, mask } = await run({ model, ...examples[model] });
    expect(weights.network.model).toBe(model);
    expect(mask.network).toEqual(weights.network);
    expect(mask.mask.every((bit) => bit === 1)).toBe(true);
    for (const { kind, offset, size } of weights.layout.tensors) {
      const values = weights.mean.subarray(offset, offset + size);
      if (kind === 'kernel') expect(new Set(values).size).toBeGreaterThan(size / 2);
      else expect(values.every((value) => value >= 0 && value < 0.05)).toBe(true);
    }
    expect(weights.meta).toEqual({ start: 'initial' });
    expect(mask.meta).toEqual({ start: 'initial' });
  });

  test('has exactly the parameters that each model has', () => {
    expect(stage.variants?.by).toBe('model');
    for (const model of modelNames)
      expect(Object.keys(stage.variants?.of[model]?.properties ?? {}), model).toEqual(models[model].fields);
    expect(Object.keys(stage.variants?.of ?? {})).toEqual(modelNames);
  });

  test('gives an mlp relu unless told otherwise', async () => {
    expect((await run({ model: 'mlp', layers: [2, 3] })).weights.network).toMatchObject({
      activation: 'relu',
    });
  });

  test('the same seed gives the same bytes, another seed others', async () => {
    const bytes = async (rng: number) =>
      (await run({ model: 'mlp', layers: [4, 6, 10], rng })).outputs['weights'];
    expect(await bytes(1)).toEqual(await bytes(1));
    expect(await bytes(1)).not.toEqual(await bytes(2));
  });

  test('the bytes of version 1 have not moved', async () => {
    expect(stage.version).toBe(1);
    const { outputs } = await run({ model: 'mlp', layers: [4, 6, 10] });
    expect(digest(outputs['weights'])).toBe('f242d1a6c02f0b6b');
    expect(digest(outputs['mask'])).toBe('ad3807c221fa7160');
  });

  test('refuses a network that does not fit into memory', async () => {
    await expect(run({ model: 'mlp', layers: [100_000, 100_000] })).rejects.toThrow(
      /^model mlp: layers make 10000100000 parameters, more than/,
    );
  });
});
