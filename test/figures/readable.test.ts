import fc from '../properties.js';
import { describe, expect, test } from 'vitest';
import { curveFigure } from '../../src/figures/curve-figure.js';
import { curveSpec } from '../../src/figures/curve-spec.js';
import { curveStyle } from '../../src/figures/curve-style.js';
import type { CurveMark } from '../../src/figures/curve-style.js';
import { drawSvg } from '../../src/figures/draw.js';
import { heatmapCells } from '../../src/figures/heatmap-cells.js';
import { heatmapFigure } from '../../src/figures/heatmap-figure.js';
import { heatmapSpec } from '../../src/figures/heatmap-spec.js';
import { summariseCurves } from '../../src/figures/summarise-curves.js';
import { noWords, widthOf } from './example.js';
import { font } from './font.js';
import { overlap, textBoxes, textFaults } from './text-boxes.js';

const runs = { numRuns: 12 };
const title = fc.constantFrom(
  '',
  'Barriers between levels, evolution strategy',
  'A title that is a good deal longer than the figure is wide, which titles of real figures sometimes are',
);
/** Values of any size: all equal, of one sign or of both. */
const valuesOf = (count: number) =>
  fc
    .tuple(
      fc.array(fc.integer({ min: -999, max: 999 }), { minLength: count, maxLength: count }),
      fc.constantFrom(1, 0, -1),
      fc.integer({ min: -9, max: 6 }),
    )
    .map(([list, sign, exponent]) =>
      list.map((value) => Number(`${sign === 0 ? value : sign * Math.abs(value)}e${exponent}`)),
    );

const names = ['signal-to-noise', 'magnitude', 'random with a rather <long> & odd name', 'true', 'ends'];

describe('no text of a figure touches another or leaves the picture', () => {
  test('the check sees it when they do', () => {
    const text = (x: number, turn = '') =>
      `<g transform="translate(${x},20)"><text text-anchor="middle" transform="translate(0,0)${turn}" font-size="12px">label</text></g>`;
    const faults = (...texts: string[]) => textFaults(`<svg width="200" height="40">${texts.join('')}</svg>`);
    expect(faults(text(50), text(90))).toEqual([]);
    expect(faults(text(50), text(70))).toEqual(['label | label']);
    expect(faults(text(10))).toEqual(['outside: label']);
    expect(faults(text(50, ' rotate(-90)'), text(70))).toEqual([]);
    const [one, other] = textBoxes(`${text(50)}${text(50, ' rotate(-45)')}`);
    expect(overlap(one!, other!)).toBe(true);
  });

  test.each<CurveMark>(['line', 'path', 'spectrum', 'sharpness'])(
    'in figures of the kind %s',
    async (mark) => {
      const x = fc.constantFrom('remaining', 'level', 'generation');
      const sizes = fc.record({
        curves: fc.integer({ min: 1, max: 9 }),
        places: fc.integer({ min: 1, max: 30 }),
      });
      const figure = fc
        .tuple(sizes, x, fc.boolean(), fc.integer({ min: 1, max: 3 }), title)
        .chain(([size, ...rest]) =>
          valuesOf(size.curves * size.places * rest[2]).map((values) => ({ size, rest, values })),
        );
      await fc.assert(
        fc.asyncProperty(figure, async ({ size, rest: [column, numbered, seeds, heading], values }) => {
          const observations = values.map((y, at) => {
            const place = Math.floor(at / seeds) % size.places;
            const curve = Math.floor(at / seeds / size.places);
            return {
              curve: numbered ? String(3 * curve) : `${names[curve % names.length]!} ${curve}`,
              x: column === 'remaining' || mark === 'sharpness' ? 100 * 0.8 ** place : 173 * place - 0.5,
              level: undefined,
              repetition: String(at % seeds),
              y,
            };
          });
          const style = curveStyle({ mark, x: column, y: 'test_loss', color: 'level', band: 'seed' });
          const drawn = curveFigure(summariseCurves(observations, 'seed'), style, {
            ...noWords,
            title: heading,
          });
          expect(textFaults(await drawSvg(curveSpec(drawn, widthOf), font))).toEqual([]);
        }),
        runs,
      );
    },
  );

  test('in heat maps', async () => {
    const figure = fc
      .tuple(fc.integer({ min: 1, max: 45 }), fc.integer({ min: 1, max: 25 }), fc.boolean(), title)
      .chain(([columns, lines, numbered, heading]) =>
        valuesOf(columns * lines).map((values) => ({ columns, lines, numbered, heading, values })),
      );
    await fc.assert(
      fc.asyncProperty(figure, async ({ columns, numbered, heading, values }) => {
        const name = (at: number) => (numbered ? at : `${names[at % names.length]!} ${at}`);
        const rows = values.map((gap, at) => ({
          ...{ a_level: name(at % columns), b_level: name(Math.floor(at / columns)), gap },
        }));
        const roles = { x: 'a_level', y: 'b_level', value: 'gap', band: '', mirror: false };
        const cells = heatmapCells({ columns: ['a_level', 'b_level', 'gap'], rows }, roles);
        const drawn = heatmapFigure(cells, roles, { ...noWords, title: heading });
        expect(textFaults(await drawSvg(heatmapSpec(drawn, widthOf), font))).toEqual([]);
      }),
      runs,
    );
  });
});
