import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { decodeTable, encodeTable } from '../../src/artefacts/table.js';
import type { Row } from '../../src/artefacts/table.js';
import type { Json } from '../../src/base/json.js';
import type { GatheredArtefact } from '../../src/pipeline/stage.js';
import plot from '../../stages/plot.js';
import { font } from '../figures/font.js';
import { decodePng } from '../figures/png.js';
import { artefact, runStage } from './prune-fixtures.js';

const gathered = (coords: Record<string, Json>, rows: readonly Row[]): GatheredArtefact => ({
  coords,
  artefact: artefact('table', encodeTable([...new Set(rows.flatMap((row) => Object.keys(row)))], rows)),
});

async function draw(table: readonly GatheredArtefact[], params: Record<string, unknown>) {
  const files = { font: { sha256: '', bytes: () => font.bytes, path: font.path } };
  const { outputs } = await runStage(plot, params, { table } as never, { files });
  const figure = outputs['figure'] as ReadonlyMap<string, Uint8Array | string>;
  const svg = figure.get('figure.svg') as string;
  return {
    svg,
    png: figure.get('figure.png') as Uint8Array,
    csv: outputs['data'] as string,
    rows: decodeTable(outputs['data'] as string).rows,
  };
}

/** Barriers of three levels in two seeds. */
const barriers = [1, 2].map((seed) =>
  gathered(
    { seed },
    [
      [0, 1],
      [0, 2],
      [1, 2],
    ].flatMap(([a, b]) =>
      [true, false].map((aligned) => ({
        a_level: a,
        b_level: b,
        aligned,
        test_error_barrier: 0.1 * (b - a) + 0.02 * seed,
      })),
    ),
  ),
);

describe('a heat map', () => {
  const params = { mark: 'heatmap', x: 'a_level', y: 'b_level', band: 'seed', where: { aligned: false } };

  test('has the mean of every pair in both orders, with its value', async () => {
    const { svg, png, rows } = await draw(barriers, params);
    expect(rows).toHaveLength(6);
    const cell = rows.find(({ a_level: a, b_level: b }) => a === 2 && b === 0)!;
    expect(cell).toMatchObject({ n: 2 });
    expect(cell['mean']).toBeCloseTo(0.23, 12);
    expect(svg).toContain('>0.23<');
    // 12.7062 * 0.0141 / sqrt(2)
    expect(svg).toContain('Mean over n = 2 seeds; 95 % t interval at most ± 0.13.');
    expect(svg).toContain('Diagonal: 0 by definition, not measured.');
    expect(svg).toContain('level of one end (0 = dense)');
    expect(decodePng(png).width).toBeGreaterThan(200);
  });

  test('tells in its table only of what was measured: nothing of the diagonal', async () => {
    const { svg, rows } = await draw(barriers, params);
    expect(rows.filter(({ a_level: a, b_level: b }) => a === b)).toEqual([]);
    expect(svg.match(/aria-roledescription="rect mark"/g)).toHaveLength(9);
  });

  // Other bytes from the same input need a new version of the stage type.
  test('makes these bytes', async () => {
    const one = gathered({ seed: 1 }, [
      { a_level: 0, b_level: 1, test_error_barrier: 0.125 },
      { a_level: 0, b_level: 9, test_error_barrier: 0.5 },
    ]);
    const { csv, svg } = await draw([one], { mark: 'heatmap', x: 'a_level', y: 'b_level', band: 'seed' });
    expect(csv.split('\n')).toEqual([
      'a_level,b_level,n,mean,lower,upper',
      '1,0,1,0.125,0.125,0.125',
      '9,0,1,0.5,0.5,0.5',
      '0,1,1,0.125,0.125,0.125',
      '0,9,1,0.5,0.5,0.5',
      '',
    ]);
    expect(plot.version).toBe(3);
    expect(createHash('sha256').update(svg).digest('hex')).toBe(
      '26049eeff5d04c1f6574eb061f69cfbaabc9ec68c5917bfb996b83e9ae4271c4',
    );
  });

  test('says when two rows share a cell, and when a filter leaves nothing', async () => {
    await expect(draw(barriers, { ...params, where: {} })).rejects.toThrow(
      'Two rows of the table belong to the same cell: a_level = 0, b_level = 1. Name the column that tells repetitions apart in `band`, or keep only some rows with `where`.',
    );
    await expect(draw(barriers, { ...params, where: { aligned: 'maybe' } })).rejects.toThrow(
      '`where` leaves no row: none has aligned = maybe.',
    );
    await expect(draw(barriers, { ...params, value: 'barrier' })).rejects.toThrow(
      /`value: barrier` names a column/,
    );
  });
});

test('a path figure shows the error between the ends with an interval over seeds', async () => {
  const paths = [1, 2, 3].map((seed) =>
    gathered(
      { seed },
      [0, 0.5, 1].map((alpha) => ({ kind: 'ends', alpha, test_error: alpha * (1 - alpha) + seed / 100 })),
    ),
  );
  const { svg, rows } = await draw(paths, { mark: 'path', color: 'kind', band: 'seed' });
  expect(rows.map(({ alpha, n }) => [alpha, n])).toEqual([
    [0, 3],
    [0.5, 3],
    [1, 3],
  ]);
  expect(svg).toContain('place on the straight line between two networks');
  expect(svg).toContain('test error (share of images)');
});

test('a spectrum shows densities over six powers of ten; what is 0 there stays in the table only', async () => {
  const densities = [0, 1e-9, 2, 3, 0].map((weight, index) => ({
    part: 'density',
    index,
    value: index - 1,
    weight,
  }));
  const table = [gathered({ method: 'es' }, [...densities, { part: 'node', index: 0, value: 9, weight: 1 }])];
  const { svg, rows } = await draw(table, { mark: 'spectrum', color: 'method' });
  expect(rows).toHaveLength(5);
  expect(svg).toContain('eigenvalue of the Hessian');
  expect(svg).toContain('density of eigenvalues');
});

describe('sharpness', () => {
  const rows = ['absolute', 'relative'].flatMap((measure) =>
    [0.001, 0.01, 0.1].flatMap((scale) =>
      [false, true].map((refined) => ({
        measure,
        scale: refined ? 1.5 * scale : scale,
        refined,
        loss_increase: scale === 0.001 ? -1e-9 : scale * scale,
        retained_accuracy: 1 - scale,
      })),
    ),
  );

  test('is drawn over the grid that was asked for, on two logarithmic axes', async () => {
    const { svg, rows: drawn } = await draw([gathered({ method: 'gd' }, rows)], {
      mark: 'sharpness',
      color: 'method',
    });
    expect(drawn.map(({ scale }) => scale)).toEqual([0.001, 0.01, 0.1]);
    expect(svg).toContain('>standard deviation of the perturbation<');
    expect(svg).toContain('mean rise of the cross-entropy (nats)');
  });

  test('leaves out what has no place on a logarithmic axis, and says so', async () => {
    const { svg } = await draw([gathered({ method: 'gd' }, rows)], { mark: 'sharpness', color: 'method' });
    expect(svg).toContain('Not drawn: 1 point below a millionth of the largest value.');
    expect(svg.match(/aria-roledescription="point"/g)).toHaveLength(2);
  });

  test('is drawn on a linear axis when nothing rises', async () => {
    const falling = rows.map((row) => ({ ...row, loss_increase: -row.scale }));
    const { svg } = await draw([gathered({ method: 'gd' }, falling)], { mark: 'sharpness', color: 'method' });
    expect(svg).toContain('>−0.10<');
    expect(svg.match(/aria-roledescription="point"/g)).toHaveLength(3);
  });

  test('of relative perturbations says so, and shares have a linear axis', async () => {
    const params = { mark: 'sharpness', measure: 'relative', y: 'retained_accuracy' };
    const { svg } = await draw([gathered({ method: 'gd' }, rows)], params);
    expect(svg).toContain('relative to the weights of each layer');
    expect(svg).toContain('retained accuracy');
  });
});
