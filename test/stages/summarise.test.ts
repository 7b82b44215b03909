import { describe, expect, test } from 'vitest';
import { decodeTable, encodeTable } from '../../src/artefacts/table.js';
import type { Row } from '../../src/artefacts/table.js';
import { encodeTensors } from '../../src/artefacts/tensors.js';
import { buildNetwork } from '../../src/networks/index.js';
import type { NetworkSpec } from '../../src/networks/index.js';
import { fullMask } from '../../src/numeric/mask.js';
import type { GatheredArtefact } from '../../src/pipeline/stage.js';
import summarise from '../../stages/summarise.js';
import { artefact, runStage } from './prune-fixtures.js';

const tableOf = (rows: readonly Row[]) =>
  artefact('table', encodeTable([...new Set(rows.flatMap((row) => Object.keys(row)))], rows));

/** Accuracies of two rules at three levels: the first rule is better by .05 at the two sparse ones. */
function runs(seeds: number): GatheredArtefact[] {
  return ['signal-to-noise', 'magnitude'].flatMap((method) =>
    Array.from({ length: seeds }, (_, seed) => seed + 1).flatMap((seed) =>
      [0, 1, 2].map((level) => {
        const gain = method === 'magnitude' ? 0 : 0.05 * Math.sign(level) + 0.001 * ((seed % 3) - 1);
        const accuracy = 0.9 - 0.1 * level + 0.01 * seed + gain;
        const remaining = [1, 0.1, 0.01][level];
        return {
          coords: { method, seed, k: level + 1, level },
          artefact: tableOf([
            { generation: 0, remaining, test_accuracy: 0.1 },
            { generation: 9, remaining, test_accuracy: accuracy },
          ]),
        };
      }),
    ),
  );
}

const given = { value: 'test_accuracy', by: ['method', 'level', 'remaining'], last_by: 'generation' };

const stepsInstead = ({ generation, ...rest }: Row): Row => ({ step: generation, ...rest });

async function summarised(
  table: unknown,
  params: Record<string, unknown>,
  more: Record<string, unknown> = {},
) {
  const { outputs } = await runStage(summarise, params, { table, ...more } as never);
  return Object.fromEntries(
    Object.entries(outputs).map(([name, text]) => [name, decodeTable(text as string).rows]),
  );
}

describe('the summary', () => {
  test('has n, mean and a t interval for each group, from the last row of each instance', async () => {
    const { summary } = await summarised(runs(3), given);
    expect(summary).toHaveLength(6);
    const dense = summary.find(({ method, level }) => method === 'magnitude' && level === 0)!;
    expect(dense).toMatchObject({ n: 3, interval: 't', remaining: 1 });
    expect(dense['mean']).toBeCloseTo(0.92, 12);
    expect(dense['std_error']).toBeCloseTo(0.01 / Math.sqrt(3), 12);
    expect(dense['upper']).toBeCloseTo(0.92 + (4.30265273 * 0.01) / Math.sqrt(3), 9);
  });

  test('takes the bootstrap from ten repetitions on, and no interval for one', async () => {
    expect((await summarised(runs(10), given))['summary'].map(({ interval }) => interval)).toEqual(
      new Array(6).fill('bootstrap'),
    );
    const [row] = (await summarised(runs(1), given))['summary'];
    expect(row).toMatchObject({ n: 1, std_error: undefined, lower: undefined, interval: 'none' });
  });

  test('takes the last row by the column that each table has', async () => {
    const counted = runs(3).map(({ coords, artefact: table }) =>
      coords['method'] === 'magnitude'
        ? { coords, artefact: tableOf(decodeTable(table.text()).rows.map(stepsInstead)) }
        : { coords, artefact: table },
    );
    const { summary } = await summarised(counted, { ...given, last_by: ['step', 'generation'] });
    expect(summary).toEqual((await summarised(runs(3), given))['summary']);
  });

  test('without columns that make groups is one row over all', async () => {
    const rows = [1, 2, 3].map((seed) => ({ seed, score: 2 * seed }));
    const { summary } = await summarised(tableOf(rows), { value: 'score' });
    expect(summary).toEqual([expect.objectContaining({ n: 3, mean: 4, std_error: 2 / Math.sqrt(3) })]);
  });

  test('does not depend on the order of the instances', async () => {
    const forward = await summarised(runs(10), { ...given, contrasts: [sparse] });
    const backward = await summarised(runs(10).reverse(), { ...given, contrasts: [sparse] });
    const ordered = (rows: readonly Row[]) => rows.map((row) => JSON.stringify(row)).sort();
    expect(ordered(backward['summary'])).toEqual(ordered(forward['summary']));
    expect(backward['contrasts']).toEqual(forward['contrasts']);
  });
});

const rules = { column: 'method', first: 'signal-to-noise', second: 'magnitude' };
const sparse = { name: 'sparse', ...rules, at_most: { remaining: 0.15 } };
const dense = { name: 'dense', ...rules, at_least: { remaining: 0.5 }, margin: 0.01 };

describe('contrasts', () => {
  test('are paired by seed and adjusted together, with a verdict each', async () => {
    const { contrasts } = await summarised(runs(6), { ...given, contrasts: [sparse, dense] });
    const [higher, equal] = contrasts;
    expect(higher).toMatchObject({ n: 6, conditions: 2, verdict: 'first is higher' });
    // Seeds differ by .01, but the difference within a seed only by .001.
    expect(higher['difference']).toBeCloseTo(0.05, 12);
    expect(higher['std_error']).toBeCloseTo((0.001 * Math.sqrt(4 / 5)) / Math.sqrt(6), 12);
    expect(higher['mean_first']).toBeCloseTo(0.835, 12);
    expect(equal).toMatchObject({ n: 6, conditions: 1, margin: 0.01, verdict: 'equivalent' });
    const [p, q] = [Number(higher['p_different']), Number(equal['p_equivalent'])];
    expect(higher['p_holm']).toBe(Math.max(2 * Math.min(p, q), p));
    expect(equal['p_holm']).toBe(q < p ? 2 * q : Math.max(q, 2 * p));
  });

  test('are not decided where the spread is too large, and say what could have been found', async () => {
    const { contrasts } = await summarised(runs(2), { ...given, contrasts: [{ ...dense, margin: 0.0001 }] });
    expect(contrasts[0]).toMatchObject({ n: 2, verdict: 'not decided' });
    expect(Number(contrasts[0]['detectable'])).toBeGreaterThan(0.001);
  });

  test('use only seeds that have both sides in all conditions', async () => {
    const some = runs(4).filter(
      ({ coords }) => !(coords['seed'] === 4 && coords['method'] === 'magnitude' && coords['level'] === 2),
    );
    const { contrasts } = await summarised(some, { ...given, contrasts: [sparse] });
    expect(contrasts[0]).toMatchObject({ n: 3, conditions: 2 });
  });
});

test('tasks on one scale: the lowest mean becomes 0 and the highest 1', async () => {
  const rows = [
    ...[1, 2].flatMap((seed) => [
      { task: 'mnist', method: 'a', seed, score: 0.9 + 0.01 * seed },
      { task: 'mnist', method: 'b', seed, score: 0.5 + 0.01 * seed },
      { task: 'pendulum', method: 'a', seed, score: -1000 - 10 * seed },
      { task: 'pendulum', method: 'b', seed, score: -200 - 10 * seed },
    ]),
  ];
  const { normalised } = await summarised(tableOf(rows), {
    value: 'score',
    by: ['task', 'method'],
    normalise: 'task',
  });
  expect(normalised).toHaveLength(2);
  expect(normalised[0]).toMatchObject({ method: 'a', tasks: 2, mean: 0.5 });
  const std = (Math.sqrt(0.00005) / 0.4 + Math.sqrt(50) / 800) / 2;
  expect(normalised[1]['std']).toBeCloseTo(std, 12);
});

test("a rule's advantage is told at each level, as a share of its dense value", async () => {
  const { advantage } = await summarised(runs(3), {
    ...given,
    by: ['method', 'level'],
    advantage: [{ ...rules, along: 'level' }],
  });
  expect(advantage.map(({ level }) => level)).toEqual([0, 1, 2]);
  expect(advantage[0]['advantage']).toBeCloseTo(0, 12);
  expect(advantage[1]['advantage']).toBeCloseTo(0.05 / 0.92, 10);
  const unnamed = await summarised(runs(3), { ...given, by: ['method', 'level'], advantage: [rules] });
  expect(unnamed.advantage).toEqual(advantage);
  const { items } = summarise.params.properties['advantage'] as unknown as { items: object };
  expect(items).toMatchObject({ required: ['column', 'first', 'second'] });
});

describe('stability of scores', () => {
  const network: NetworkSpec = { model: 'mlp', layers: [4, 3], activation: 'relu' };
  const { layout } = buildNetwork(network);

  /** The first level's means are 1, 2, 3, ...; later ones are reversed among the weights that survive to the end. */
  function chain(seed: number): GatheredArtefact[] {
    return [0, 1].map((level) => {
      const mask = fullMask(layout);
      if (level === 1) mask.fill(0, layout.size - 6);
      const mean = Float64Array.from(mask, (bit, i) => (bit === 1 ? (level === 0 ? i + 1 : 100 - i) : 0));
      const std = new Float64Array(layout.size).fill(0.5);
      return {
        coords: { method: 'magnitude', seed, k: level + 1, level },
        artefact: artefact('ticket', encodeTensors({ network, mean, std, mask })),
      };
    });
  }

  test('is the rank correlation with the first level, mean and interval over seeds', async () => {
    const tickets = [...chain(1), ...chain(2)];
    const { stability } = await summarised(runs(1), given, { tickets });
    expect(stability).toEqual([
      expect.objectContaining({ method: 'magnitude', tensor: 'Dense_0/kernel', level: 0, n: 2, mean: 1 }),
      expect.objectContaining({ method: 'magnitude', tensor: 'Dense_0/kernel', level: 1, n: 2, mean: -1 }),
    ]);
  });
});

describe('the score whose stability is told', () => {
  const network: NetworkSpec = { model: 'mlp', layers: [4, 1], activation: 'relu' };
  const { layout } = buildNetwork(network);
  const mask = fullMask(layout);

  /** Means of the bias and four weights rise at both levels; the std of the second one turns the order round. */
  const ticket = (level: number | undefined, withStd = true): GatheredArtefact => ({
    coords: { seed: 1, ...(level !== undefined && { k: level + 1, level }) },
    artefact: artefact(
      'ticket',
      encodeTensors({
        network,
        mean: Float64Array.of(1, -2, 4, -8, 16),
        ...(withStd && { std: Float64Array.of(1, 2, 4, 8, 16).map((s) => (level === 1 ? s * s : 1)) }),
        mask,
      }),
    ),
  });
  const means = async (score: string, tickets = [ticket(0), ticket(1)]) =>
    (await summarised(runs(1), { ...given, score }, { tickets }))['stability'].map(({ mean }) => mean);

  test('is the size of the mean, over its std or alone', async () => {
    expect(await means('signal-to-noise')).toEqual([1, -1]);
    expect(await means('magnitude')).toEqual([1, 1]);
    expect(await means('magnitude', [ticket(0, false), ticket(1, false)])).toEqual([1, 1]);
  });

  test('cannot be had of tickets without a std or a level', async () => {
    await expect(means('signal-to-noise', [ticket(0, false)])).rejects.toThrow(
      'these tickets have no std, so there is no signal-to-noise: use `score: magnitude`',
    );
    await expect(means('magnitude', [ticket(undefined)])).rejects.toThrow(
      'tickets have to be gathered over the axis of a loop, which gives their levels',
    );
  });
});

describe('a clear message', () => {
  const fails = (params: Record<string, unknown>) => expect(summarised(runs(2), params)).rejects;

  test('for columns that are not there', async () => {
    await fails({ ...given, value: 'accuracy' }).toThrow(
      /`value: accuracy` names a column that the table does not have/,
    );
    await fails({ ...given, by: ['rule'] }).toThrow(/`by: rule` names a column/);
    await fails({ ...given, contrasts: [{ ...sparse, column: 'seed' }] }).toThrow(
      '`contrasts` names the column seed, which is not in `by` (method, level, remaining)',
    );
  });

  test('for a column without a value', async () => {
    const empty = tableOf([
      { seed: 1, score: undefined },
      { seed: 2, score: undefined },
    ]);
    await expect(summarised(empty, { value: 'score' })).rejects.toThrow(
      'summarise: no row has a value in column score',
    );
  });

  test('for rows that nothing tells apart', async () => {
    await fails({ ...given, by: ['method'] }).toThrow(
      'two rows of the group method = signal-to-noise have seed = 1: name the column that tells them apart in `by`',
    );
  });

  test('for a contrast without a pair', async () => {
    await fails({ ...given, contrasts: [{ ...sparse, second: 'magnitud' }] }).toThrow(
      'contrast sparse: no repetition has both method = signal-to-noise and method = magnitud in the same conditions (the table has method = signal-to-noise, magnitude)',
    );
  });
});
