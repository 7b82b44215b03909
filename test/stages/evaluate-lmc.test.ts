import { describe, expect, test } from 'vitest';
import { hiddenLayers, permuteUnits } from '../../src/analysis/connectivity/hidden-layers.js';
import { decodeTable } from '../../src/artefacts/table.js';
import type { Row } from '../../src/artefacts/table.js';
import { buildNetwork } from '../../src/networks/index.js';
import type { NetworkSpec } from '../../src/networks/index.js';
import type { Json } from '../../src/base/json.js';
import { fullMask } from '../../src/numeric/mask.js';
import type { Artefact, GatheredArtefact } from '../../src/pipeline/stage.js';
import evaluateLmc from '../../stages/evaluate-lmc.js';
import { runStage, tensors, tinyDataset } from './prune-fixtures.js';

const network: NetworkSpec = { model: 'mlp', layers: [4, 4, 10], activation: 'relu' };
const { layout, layers } = buildNetwork(network);
const units = hiddenLayers(
  layout,
  layers.map(({ name }) => name),
);

/** Hidden unit u answers to a bright pixel u and to nothing less, output u reads it: right on every image whose class is where the bright pixel is. */
const solution = new Float64Array(layout.size);
const [hidden, output] = ['Dense_0/kernel', 'Dense_1/kernel'].map((path) =>
  layout.tensors.find((t) => t.path === path)!,
);
for (let u = 0; u < 4; u++) {
  solution[hidden.offset + 4 * u + u] = 2 + u / 8;
  solution[u] = -4;
  solution[output.offset + 10 * u + u] = 3;
}
const shuffled = permuteUnits(solution, units[0], Uint32Array.of(1, 2, 3, 0));
const halved = solution.map((value) => value / 2);

const weights = (mean: Float64Array, spec = network): Artefact => tensors('weights', { network: spec, mean });
const end = (coords: Record<string, Json>, mean: Float64Array): GatheredArtefact => ({
  coords,
  artefact: weights(mean),
});

async function connected(
  ends: unknown,
  params: Record<string, unknown> = {},
  more: Record<string, unknown> = {},
) {
  const { outputs } = await runStage(evaluateLmc, params, { data: tinyDataset(), ends, ...more } as never);
  const rows = (name: string): readonly Row[] => decodeTable(outputs[name] as string).rows;
  return { metrics: rows('metrics'), path: rows('path'), texts: outputs };
}

const twins = (a: Float64Array, b: Float64Array) => [
  end({ seed: 1, twin: 'a' }, a),
  end({ seed: 1, twin: 'b' }, b),
];

describe('linear connectivity', () => {
  test('of a network with itself: barriers are 0 exactly, at every point the same', async () => {
    const { metrics, path } = await connected(twins(solution, solution));
    expect(metrics).toHaveLength(1);
    const [row] = metrics;
    for (const [name, value] of Object.entries(row))
      if (/_(barrier|chord)$/.test(name)) expect(value, name).toBe(0);
    expect(row).toMatchObject({
      a_twin: 'a',
      b_twin: 'b',
      distance: 0,
      points: 30,
      connected: true,
      aligned: false,
    });
    expect(row).not.toHaveProperty('a_seed');
    expect(path).toHaveLength(30);
    expect(new Set(path.map(({ test_loss }) => test_loss)).size).toBe(1);
    expect(path.map(({ alpha }) => alpha)).toEqual(Array.from({ length: 30 }, (_, i) => i / 29));
  });

  test('of hidden units in another order: a barrier above .1, and equal weights after alignment', async () => {
    const { metrics, path } = await connected(twins(solution, shuffled), { align: true, points: 11 });
    const [without, aligned] = metrics;
    expect(without).toMatchObject({ aligned: false, moved_units: 0, connected: false });
    expect(without['test_error_barrier']).toBeGreaterThan(0.1);
    expect(without['test_error_a']).toBe(without['test_error_b']);
    expect(without['distance']).toBeGreaterThan(1);
    expect(aligned).toMatchObject({
      aligned: true,
      moved_units: 4,
      distance: 0,
      test_error_barrier: 0,
      connected: true,
    });
    expect(path).toHaveLength(22);
  });

  test('covers all pairs of a gathered axis, with both coordinates in columns', async () => {
    const levels = [solution, halved, shuffled].map((mean, level) =>
      end({ seed: 3, k: level + 1, level }, mean),
    );
    const { metrics, path } = await connected(levels, { points: 3 });
    expect(metrics.map(({ a_level, b_level, a_k, b_k }) => [a_level, b_level, a_k, b_k])).toEqual([
      [0, 1, 1, 2],
      [0, 2, 1, 3],
      [1, 2, 2, 3],
    ]);
    expect(path).toHaveLength(9);
    expect(metrics[0]['train_error_barrier']).toBe(0);
    expect(metrics[0]['train_loss_chord']).toBeLessThan(Number(metrics[0]['train_loss_barrier']));
  });

  test('tells ends from different stages apart by any coordinate, also when one has more of them', async () => {
    const ends = [
      end({ trainer: 'es', seed: 1, k: 3, level: 2 }, solution),
      end({ trainer: 'gd', seed: 1 }, halved),
      end({ trainer: 'gd, slow', seed: 1 }, shuffled),
    ];
    const starts = ends.map(({ coords }, i) => end(coords, i === 1 ? halved : solution));
    const { metrics, path, texts } = await connected(ends, { points: 3 }, { start: starts });
    expect(
      metrics.map(({ a_trainer, b_trainer, a_level, b_level }) => [a_trainer, b_trainer, a_level, b_level]),
    ).toEqual([
      ['es', 'gd', 2, undefined],
      ['es', 'gd, slow', 2, undefined],
      ['gd', 'gd, slow', undefined, undefined],
    ]);
    expect(metrics[0]).toMatchObject({ distance_from_start_a: 0, distance_from_start_b: 0 });
    expect(path.slice(0, 3).map(({ a_trainer, b_trainer }) => [a_trainer, b_trainer])).toEqual(
      Array.from({ length: 3 }, () => ['es', 'gd']),
    );
    // No column of its own begins as those of coordinates do, so that no axis can clash with it.
    const [header] = (texts['metrics'] as string).split('\n');
    const columns = header.split(',');
    expect(new Set(columns).size).toBe(columns.length);
    expect(columns.filter((name) => /^[ab]_/.test(name))).toEqual([
      ...['a_trainer', 'a_k', 'a_level', 'b_trainer', 'b_k', 'b_level'],
    ]);
  });

  test('tells distances from the start, of each end from its own; pruned weights count as 0', async () => {
    const ones = new Float64Array(layout.size).fill(1);
    const one = await connected(twins(solution, halved), { points: 2 }, { start: weights(solution) });
    expect(one.metrics[0]).toMatchObject({ distance_from_start_a: 0 });
    expect(one.metrics[0]['distance_from_start_b']).toBe(one.metrics[0]['distance']);
    const mask = fullMask(layout);
    mask.fill(0, output.offset, output.offset + output.size);
    const ticket = (coords: Record<string, Json>) => ({
      coords,
      artefact: tensors('ticket', { network, mean: ones.map((v, i) => v * mask[i]), mask }),
    });
    const starts = [1, 2].map((seed) => end({ seed }, seed === 1 ? ones : solution));
    const own = await connected([ticket({ seed: 1 }), ticket({ seed: 2 })], { points: 2 }, { start: starts });
    expect(own.metrics[0]).toMatchObject({ distance: 0, distance_from_start_a: 0 });
    expect(own.metrics[0]['distance_from_start_b']).toBeGreaterThan(0);
  });

  test('looks at the first images of each set only when it is told how many', async () => {
    // Right on classes 0 to 3: the first four images, then six that are wrong, then ten that are right.
    const errorOf = async (images: number) =>
      (await connected(twins(solution, solution), { points: 2, images })).metrics[0]['test_error_a'];
    const errors = [4, 5, 10, 20, 1000, 0].map(errorOf);
    expect(await Promise.all(errors)).toEqual([0, 0.2, 0.6, 0.3, 0.3, 0.3].map((e) => expect.closeTo(e, 12)));
  });

  test('has pairs of a drift control beside those of the ends', async () => {
    const control = twins(halved, shuffled);
    const { metrics, path } = await connected(twins(solution, halved), { points: 3 }, { control });
    expect(metrics.map(({ kind }) => kind)).toEqual(['ends', 'control']);
    expect(metrics[1]['distance']).toBeGreaterThan(0);
    expect(path.map(({ kind }) => kind)).toEqual(['ends', 'ends', 'ends', 'control', 'control', 'control']);
  });

  test('of weights that have diverged has empty cells, not wrong ones', async () => {
    const { metrics } = await connected(
      twins(
        solution,
        solution.map((v) => v * 1e30),
      ),
      { points: 3 },
    );
    expect(metrics[0]).toMatchObject({
      test_error_barrier: undefined,
      test_error_b: undefined,
      connected: undefined,
    });
    expect(metrics[0]['test_error_a']).toBeTypeOf('number');
  });

  test('goes on after an interruption with the paths that are done, to the same bytes', async () => {
    const ends = [solution, halved, shuffled].map((mean, seed) => end({ seed }, mean));
    const whole = (await connected(ends, { points: 4 })).texts;
    let saved: Uint8Array | undefined;
    const first = {
      latest: () => undefined,
      due: () => true,
      save: (done: number, bytes: Uint8Array) => {
        saved = bytes;
        if (done === 2) throw new Error('killed');
      },
    };
    const inputs = { data: tinyDataset(), ends };
    const run = (checkpoints: object) =>
      evaluateLmc.run({
        params: { points: 4, align: false, images: 0 },
        inputs,
        threads: 1,
        checkpoints,
        progress: () => undefined,
      } as never);
    await expect(run(first)).rejects.toThrow('killed');
    const resumed = await run({ latest: () => saved, due: () => false, save: () => undefined });
    expect(resumed).toEqual(whole);
  });
});

describe('a clear message', () => {
  const fails = (ends: unknown, more: Record<string, unknown> = {}) =>
    expect(connected(ends, { points: 3 }, more)).rejects;

  test('for fewer than two ends', async () => {
    await fails([end({ twin: 'a' }, solution)]).toThrow(
      'ends: a path has two ends, but there is only one network. Gather an axis with two or more values, for example ends: { from: stages.child.weights, over: [twin] }',
    );
    await fails([]).toThrow('ends: a path has two ends, but there is none.');
    await fails(weights(solution)).toThrow('but there is only one network');
    await fails(twins(solution, halved), { control: [end({ twin: 'a' }, solution)] }).toThrow(
      /^control: a path/,
    );
  });

  test('for an end whose mask leaves nothing', async () => {
    const mask = fullMask(layout);
    for (const { kind, offset, size } of layout.tensors)
      if (kind === 'kernel') mask.fill(0, offset, offset + size);
    const bare = {
      coords: { twin: 'b' },
      artefact: tensors('ticket', { network, mean: solution.map((value, i) => value * mask[i]), mask }),
    };
    const message =
      'its mask leaves no weight, so that there is nothing to connect; take one that keeps some';
    await fails([end({ twin: 'a' }, solution), bare]).toThrow(`ends (twin = b): ${message}`);
    const control = [end({ twin: 'a' }, solution), bare];
    await fails(twins(solution, halved), { control }).toThrow(`control (twin = b): ${message}`);
  });

  test('for ends with different layouts', async () => {
    const other: NetworkSpec = { model: 'mlp', layers: [4, 2], activation: 'relu' };
    const wide = new Float64Array(buildNetwork(other).layout.size);
    const ends = [end({ twin: 'a' }, solution), { coords: { twin: 'b' }, artefact: weights(wide, other) }];
    await fails(ends).toThrow(
      'ends: only networks of one layout can be connected: twin = a is Dense_0/bias[4] Dense_0/kernel[4x4] Dense_1/bias[10] Dense_1/kernel[4x10], but twin = b is Dense_0/bias[2] Dense_0/kernel[4x2]',
    );
    const tanh: NetworkSpec = { ...network, activation: 'tanh' };
    const mixed = [
      end({ twin: 'a' }, solution),
      { coords: { twin: 'b' }, artefact: weights(solution, tanh) },
    ];
    await fails(mixed).toThrow(
      /only networks of one kind can be connected: twin = a is {"activation":"relu"/,
    );
  });

  test('for starts that belong to no end, or to several', async () => {
    const starts = [end({ seed: 1 }, solution), end({ seed: 2 }, solution)];
    await fails([end({ seed: 1 }, solution), end({ seed: 3 }, solution)], { start: starts }).toThrow(
      'start: 0 of the gathered starts belong to the end seed = 3; give one start for all ends, or one for each with the same coordinates',
    );
  });

  test('for no points at all stands in the schema: a path has at least its ends', () => {
    expect(evaluateLmc.params.properties['points']).toMatchObject({ minimum: 2, default: 30 });
  });
});
