import fc from '../properties.js';
import { describe, expect, test } from 'vitest';
import { drawSvg } from '../../src/figures/draw.js';
import { heatmapCells } from '../../src/figures/heatmap-cells.js';
import { heatmapFigure } from '../../src/figures/heatmap-figure.js';
import type { HeatmapFigure } from '../../src/figures/heatmap-figure.js';
import { heatmapSpec } from '../../src/figures/heatmap-spec.js';
import { noWords, widthOf } from './example.js';
import { font } from './font.js';
import { luminance } from './luminance.js';
import { textBoxes } from './text-boxes.js';

type Pair = readonly [a: number | string, b: number | string, value: number];

function figureOf(pairs: readonly Pair[], more: { mirror?: boolean; value?: string } = {}): HeatmapFigure {
  const roles = {
    ...{ x: 'a_level', y: 'b_level', value: 'test_error_barrier', band: '', mirror: true },
    ...more,
  };
  const rows = pairs.map(([a, b, value]) => ({ a_level: a, b_level: b, [roles.value]: value }));
  const cells = heatmapCells({ columns: ['a_level', 'b_level', roles.value], rows }, roles);
  return heatmapFigure(cells, roles, noWords);
}

const svgOf = (figure: HeatmapFigure) => drawSvg(heatmapSpec(figure, widthOf), font);

const pairs: readonly Pair[] = [
  [0, 1, 0.12],
  [0, 10, 0.034],
  [1, 10, 0.5],
];

describe('the diagonal of pairs', () => {
  test('is 0 for what a network has none of with itself, and the caption says that it was not measured', () => {
    const figure = figureOf(pairs);
    expect(figure.cells.filter(({ x, y }) => x === y)).toEqual(
      ['0', '1', '10'].map((level) => ({ x: level, y: level, mean: 0, text: '0' })),
    );
    expect(figure.caption).toBe('Each cell is one value. Diagonal: 0 by definition, not measured.');
    expect(figure.blank).toBe(false);
  });

  test('is left to what was measured on it: other networks of the same level', () => {
    const figure = figureOf([...pairs, [1, 1, 0.2]]);
    expect(figure.cells.filter(({ x, y }) => x === y)).toEqual([{ x: '1', y: '1', mean: 0.2, text: '0.20' }]);
    expect(figure.caption).toBe('Each cell is one value. Grey: not measured.');
  });

  test.each([
    ['values that need not be 0 there', { value: 'test_error_a' }],
    ['pairs in one order', { mirror: false }],
  ])('stays blank for %s', (_what, more) => {
    const figure = figureOf(pairs, more);
    expect(figure.cells.filter(({ x, y }) => x === y)).toEqual([]);
    expect(figure.caption).toBe('Each cell is one value. Grey: not measured.');
  });
});

test('rows without a value have no cell', () => {
  const roles = { x: 'a', y: 'b', value: 'v', band: '', mirror: false };
  const rows = [
    { a: 1, b: 2, v: 0.5 },
    { a: 1, b: 3, v: undefined },
  ];
  const cells = heatmapCells({ columns: ['a', 'b', 'v'], rows }, roles);
  expect(cells.map(({ x, y, mean }) => [x, y, mean])).toEqual([['1', '2', 0.5]]);
});

test('cells have the same bits whatever the order of the rows', () => {
  const roles = { x: 'a', y: 'b', value: 'v', band: 'seed', mirror: true };
  const rows = [0, 1].flatMap((a) =>
    [1, 2].flatMap((b) =>
      Array.from({ length: 6 }, (_, seed) => ({
        a: 2 * a,
        b: 2 * b + 1,
        seed,
        v: Math.sin(9 * a + 5 * b + seed),
      })),
    ),
  );
  const cellsOf = (all: typeof rows) => heatmapCells({ columns: ['a', 'b', 'v', 'seed'], rows: all }, roles);
  const expected = cellsOf(rows);
  expect(expected).toHaveLength(8);
  fc.assert(
    fc.property(fc.shuffledSubarray(rows, { minLength: rows.length }), (shuffled) => {
      expect(cellsOf(shuffled)).toEqual(expected);
    }),
  );
});

describe('the numbers in cells', () => {
  test('have the decimals that give the largest two digits', () => {
    const texts = (list: readonly Pair[]) => figureOf(list, { mirror: false }).cells.map(({ text }) => text);
    expect(texts(pairs)).toEqual(['0.12', '0.03', '0.50']);
    expect(texts([[0, 1, -0.0312]])).toEqual(['−0.031']);
    expect(texts([[0, 1, 12345]])).toEqual(['12,345']);
    expect(texts([[0, 1, 0]])).toEqual(['0']);
  });

  test('are there where all have room, and nowhere else', async () => {
    const square = (size: number): Pair[] =>
      Array.from({ length: size * size }, (_, at) => [at % size, Math.floor(at / size), 0.25]);
    const numbers = async (size: number) =>
      textBoxes(await svgOf(figureOf(square(size), { mirror: false }))).filter(({ text }) => text === '0.25')
        .length;
    // The legend has the number once more.
    expect(await numbers(12)).toBeGreaterThanOrEqual(144);
    expect(await numbers(20)).toBeLessThanOrEqual(1);
  });

  test('stand out from their cells, whatever the values', async () => {
    const values = fc.array(fc.integer({ min: -20, max: 20 }), { minLength: 2, maxLength: 6 });
    await fc.assert(
      fc.asyncProperty(values, fc.integer({ min: -4, max: 4 }), async (list, exponent) => {
        const made = list.map((value, at): Pair => [at, 'row', Number(`${value}e${exponent}`)]);
        const svg = await svgOf(figureOf(made, { mirror: false }));
        const fills = [...svg.matchAll(/rect mark" d="[^"]*" fill="([^"]*)"/g)].map(([, fill]) => fill!);
        const inks = [...svg.matchAll(/aria-roledescription="text mark".*?fill="([^"]*)"/g)].map(
          ([, ink]) => ink!,
        );
        expect(fills).toHaveLength(list.length);
        for (const [at, ink] of inks.entries()) {
          const [dark, light] = [luminance(ink), luminance(fills[at]!)].sort((a, b) => a - b);
          // WCAG 2: 4.5 for text of this size; here with a little slack between two steps of the colours.
          expect((light! + 0.05) / (dark! + 0.05)).toBeGreaterThan(4.2);
        }
      }),
      { numRuns: 20 },
    );
  });
});

test('levels are in the order of their numbers, in columns and in rows', () => {
  const figure = figureOf(pairs);
  expect([figure.xs, figure.ys]).toEqual([
    ['0', '1', '10'],
    ['0', '1', '10'],
  ]);
});

test('a heat map is the same bytes after others, and names its gradient by what it is', async () => {
  const first = await svgOf(figureOf(pairs));
  const other = await svgOf(figureOf([...pairs, [0, 20, -0.4]]));
  expect(await svgOf(figureOf(pairs))).toBe(first);
  const names = (svg: string) => [...svg.matchAll(/gradient[-_]\w+/g)].map(([name]) => name);
  expect(new Set(names(first)).size).toBe(1);
  expect(names(first)[0]).toMatch(/^gradient-[0-9a-f]{8}$/);
  expect(names(other)[0]).not.toBe(names(first)[0]);
});
