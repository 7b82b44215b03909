import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { encodeTable } from '../../src/artefacts/table.js';
import { UserError } from '../../src/base/result.js';
import type { Json } from '../../src/base/json.js';
import type { Artefact, GatheredArtefact } from '../../src/pipeline/stage.js';
import { curveStyle } from '../../src/figures/curve-style.js';
import plot from '../../stages/plot.js';
import { expectDeclaredColumns } from './declared-columns.js';
import { font } from '../figures/font.js';
import { decodePng } from '../figures/png.js';

const digest = (content: Uint8Array | string) => createHash('sha256').update(content).digest('hex');

function metrics(rows: readonly Record<string, number | string | undefined>[]): Artefact {
  const text = encodeTable([...new Set(rows.flatMap((row) => Object.keys(row)))], rows);
  return {
    type: 'metrics',
    sha256: digest(text),
    bytes: () => new TextEncoder().encode(text),
    text: () => text,
    files: () => [],
  };
}

/** The metrics of one training: three generations were recorded, two of them evaluated. */
function training(coords: Record<string, Json>, remaining: number, accuracy: number): GatheredArtefact {
  const rows = [
    { generation: 0, remaining, test_accuracy: 0.1 },
    { generation: 50, remaining, test_accuracy: accuracy },
    { generation: 60, remaining, test_accuracy: undefined },
  ];
  return { coords, artefact: metrics(rows) };
}

function trainings(seeds: readonly number[]): GatheredArtefact[] {
  const accuracies = {
    'signal-to-noise': [0.95, 0.9, 0.7],
    magnitude: [0.95, 0.85, 0.5],
    random: [0.95, 0.6, 0.2],
  };
  return Object.entries(accuracies).flatMap(([method, means]) =>
    seeds.flatMap((seed) =>
      means.map((mean, level) =>
        training(
          { method, seed, k: level + 1, level },
          [1, 1506 / 6592, 67 / 6592][level]!,
          mean + seed / 64,
        ),
      ),
    ),
  );
}

const defaults = {
  mark: 'line',
  last_by: '',
  color: '',
  band: '',
  title: '',
  x_label: '',
  y_label: '',
  color_label: '',
};
const accuracy = {
  ...defaults,
  x: 'remaining',
  y: 'test_accuracy',
  last_by: 'generation',
  color: 'method',
  band: 'seed',
};

interface Drawn {
  readonly figure: ReadonlyMap<string, Uint8Array | string>;
  readonly data: string;
}

async function draw(
  table: readonly GatheredArtefact[] | Artefact,
  params: Record<string, unknown> = accuracy,
): Promise<Drawn> {
  const files = { font: { sha256: digest(font.bytes), path: font.path, bytes: () => font.bytes } };
  const outputs = await plot.run({ params, inputs: { table }, files } as never);
  expectDeclaredColumns(plot, outputs, { params, inputs: { table } });
  return outputs as unknown as Drawn;
}

describe('the stage plot', () => {
  test('makes SVG, PNG and the numbers behind them', async () => {
    const { figure, data } = await draw(trainings([1, 2]));
    expect([...figure.keys()]).toEqual(['figure.svg', 'figure.png', 'figure.csv']);
    expect(figure.get('figure.csv')).toBe(data);
    expect(figure.get('figure.svg')).toContain(
      'Mean over n = 2 seeds; shaded: 95 % t interval, cut at 0 and 1.',
    );
    expect(decodePng(figure.get('figure.png') as Uint8Array).width).toBeGreaterThan(1000);
  });

  test('writes curve, level, weights in percent, n, mean and interval, of the last evaluated generation', async () => {
    const { data } = await draw(trainings([0]));
    expect(data.split('\n')).toEqual([
      'curve,level,weights_remaining_pct,n,mean,lower,upper',
      'magnitude,0,100,1,0.95,0.95,0.95',
      'magnitude,1,22.845873786407765,1,0.85,0.85,0.85',
      'magnitude,2,1.0163834951456312,1,0.5,0.5,0.5',
      'random,0,100,1,0.95,0.95,0.95',
      'random,1,22.845873786407765,1,0.6,0.6,0.6',
      'random,2,1.0163834951456312,1,0.2,0.2,0.2',
      'signal-to-noise,0,100,1,0.95,0.95,0.95',
      'signal-to-noise,1,22.845873786407765,1,0.9,0.9,0.9',
      'signal-to-noise,2,1.0163834951456312,1,0.7,0.7,0.7',
      '',
    ]);
  });

  test('takes the mean and the 95 % t interval over seeds', async () => {
    const { data } = await draw(trainings([0, 8, 16]).filter(({ coords }) => coords['level'] === 2));
    const [, magnitude] = data.split('\n');
    const [curve, level, , n, mean, lower, upper] = magnitude!.split(',');
    expect([curve, level, n, mean]).toEqual(['magnitude', '2', '3', '0.625']);
    // s = 1/8, t = 4.302653 for two degrees of freedom
    expect(Number(upper) - 0.625).toBeCloseTo((4.302652729 * 0.125) / Math.sqrt(3), 8);
    expect(0.625 - Number(lower)).toBeCloseTo((4.302652729 * 0.125) / Math.sqrt(3), 8);
  });

  test('takes the last row by the column that each table has', async () => {
    const descent = [
      { step: 9, remaining: 1, test_accuracy: 0.2 },
      { step: 400, remaining: 1, test_accuracy: 0.97 },
    ];
    const table = [
      training({ trainer: 'es', seed: 1 }, 1, 0.9),
      { coords: { trainer: 'gd', seed: 1 }, artefact: metrics(descent) },
    ];
    const roles = { ...accuracy, color: 'trainer', last_by: ['generation', 'step'] };
    expect((await draw(table, roles)).data.split('\n').slice(1)).toEqual([
      'es,100,1,0.9,0.9,0.9',
      'gd,100,1,0.97,0.97,0.97',
      '',
    ]);
    await expect(draw(table, { ...roles, last_by: ['generation', 'epoch'] })).rejects.toThrow(
      '`last_by: generation, epoch` names a column that the table does not have; it has trainer, seed, step, remaining, test_accuracy.',
    );
  });

  test('does not depend on the order of the gather', async () => {
    const table = trainings([1, 2]);
    const [straight, reversed] = [await draw(table), await draw([...table].reverse())];
    expect([...reversed.figure]).toEqual([...straight.figure]);
  });

  test('draws one table as well, over any column', async () => {
    const table = metrics(
      [0, 50, 100].map((generation) => ({ generation, train_score_mean: -2 + generation / 100 })),
    );
    const { data, figure } = await draw(table, { ...defaults, x: 'generation', y: 'train_score_mean' });
    expect(data).toBe(
      'curve,generation,n,mean,lower,upper\n,0,1,-2,-2,-2\n,50,1,-1.5,-1.5,-1.5\n,100,1,-1,-1,-1\n',
    );
    expect(figure.get('figure.svg')).toContain('>train score mean<');
  });

  test('own labels replace those made from columns', async () => {
    const labels = {
      title: 'Tickets',
      x_label: 'weights (percent)',
      y_label: 'accuracy (0 to 1)',
      color_label: 'rule',
    };
    const svg = (await draw(trainings([1]), { ...accuracy, ...labels })).figure.get('figure.svg') as string;
    for (const label of Object.values(labels)) expect(svg).toContain(`>${label}<`);
  });

  test.each([
    [
      'last_by',
      { last_by: 'generatoin' },
      '`last_by: generatoin` names a column that the table does not have; it has method, seed, k, level, generation, remaining, test_accuracy.',
    ],
    ['y', { y: 'accuracy' }, '`y: accuracy` names a column that the table does not have'],
    ['x', { x: 'sparsity' }, '`x: sparsity` names a column that the table does not have'],
    ['band', { band: 'seeds' }, '`band: seeds` names a column that the table does not have'],
    ['no band', { band: '' }, 'Two rows of the table belong to the same point: curve magnitude, x = 100.'],
    [
      'no last_by',
      { last_by: '' },
      'Two rows of the table belong to the same point: curve magnitude, x = 100 with seed = 1.',
    ],
  ])('explains a wrong parameter: %s', async (_what, wrong, message) => {
    const drawing = draw(trainings([1, 2]), { ...accuracy, ...wrong });
    await expect(drawing).rejects.toThrow(UserError);
    await expect(drawing).rejects.toThrow(message);
  });

  test('explains why nothing left has no place on a logarithmic axis', async () => {
    const drawing = draw([training({ method: 'random', seed: 1, level: 0 }, 0, 0.1)]);
    await expect(drawing).rejects.toThrow(
      'Column remaining holds 0 (curve random), which has no place on a logarithmic axis. Draw fewer levels, or use `x: level`.',
    );
  });

  test('explains that nothing was measured', async () => {
    await expect(
      draw([{ coords: {}, artefact: metrics([{ generation: 1, remaining: 1, test_accuracy: undefined }]) }], {
        ...accuracy,
        color: '',
        band: '',
      }),
    ).rejects.toThrow('Nothing to draw: no row has a value in column test_accuracy.');
  });

  // Other bytes from the same input need a new version of the stage type.
  test('makes these bytes', async () => {
    const { figure } = await draw(trainings([1, 2]));
    expect(plot.version).toBe(3);
    expect(digest(figure.get('figure.csv')!)).toBe(
      'e85c4b6a25da068352d9276b812c543e967cafcaffb03e5416bbde4157339608',
    );
    expect(digest(figure.get('figure.svg')!)).toBe(
      'b319a013c8f4470b79b8ca075a13b598a194a26654b94e7ee4e7c1353ac2ecdf',
    );
  });
});

test('what each kind of figure draws without being told is declared', () => {
  const { implied } = plot.columnNames!;
  for (const mark of ['line', 'path', 'spectrum', 'sharpness'] as const) {
    const { roles, where } = curveStyle({ mark });
    const drawn = [roles.x, roles.y, ...Object.keys(where)].filter((name) => name !== '');
    expect([...(implied?.of[mark] ?? [])].sort(), mark).toEqual(drawn.sort());
  }
});
