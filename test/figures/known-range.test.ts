import { describe, expect, test } from 'vitest';
import { curveFigure } from '../../src/figures/curve-figure.js';
import { curveSpec } from '../../src/figures/curve-spec.js';
import { curveStyle } from '../../src/figures/curve-style.js';
import { drawSvg } from '../../src/figures/draw.js';
import { knownRange, reachesBeyond, withinRange } from '../../src/figures/known-range.js';
import { domainOf } from '../../src/figures/labels.js';
import type { CurvePoint } from '../../src/figures/summarise-curves.js';
import { noWords, widthOf } from './example.js';
import { font } from './font.js';

const point = (x: number, mean: number, half: number): CurvePoint => ({
  ...{ curve: '', x, level: undefined, n: 2 },
  ...{ mean, lower: mean - half, upper: mean + half },
});
const wide = [point(1, 0.3, 0.9), point(2, 0.5, 0.1)];

describe('the interval of a share', () => {
  test.each(['test_accuracy', 'accuracy', 'train_error'])('of %s ends where shares end', (column) => {
    const range = knownRange(column, wide)!;
    expect(range).toEqual([0, 1]);
    expect(withinRange(wide, range).map(({ lower, mean, upper }) => [lower, mean, upper])).toEqual([
      [0, 0.3, 1],
      [0.4, 0.5, 0.6],
    ]);
    expect([reachesBeyond(wide, range), reachesBeyond([wide[1]!], range)]).toEqual([true, false]);
    const style = curveStyle({ mark: 'line', x: 'k', y: column, band: 'seed' });
    expect(curveFigure(wide, style, noWords).caption).toBe(
      'Mean over n = 2 seeds; shaded: 95 % t interval, cut at 0 and 1.',
    );
  });

  test.each(['test_loss', 'train_loss_barrier', 'rho_90', 'std_ratio_90_10'])('of %s ends at 0', (column) => {
    expect(knownRange(column, wide)).toEqual([0, Infinity]);
    const drawn = curveFigure(wide, curveStyle({ mark: 'line', x: 'k', y: column, band: 'seed' }), noWords);
    expect(drawn.caption).toBe('Mean over n = 2 seeds; shaded: 95 % t interval, cut at 0.');
    expect(drawn.yEnds).toEqual([0, 1.2]);
  });

  test('is left alone where the column is no share: a difference, a return, a percentage', () => {
    expect(knownRange('loss_increase', wide)).toBeUndefined();
    expect(knownRange('mean_return', wide)).toBeUndefined();
    expect(knownRange('test_loss', [point(1, -0.1, 0)])).toBeUndefined();
    const percent = [point(1, 97, 5)];
    expect(knownRange('accuracy', percent)).toBeUndefined();
    expect(domainOf('accuracy', undefined)).toBeUndefined();
    expect(withinRange(percent, undefined)).toEqual(percent);
  });
});

describe('axes', () => {
  const drawn = (points: readonly CurvePoint[], color = '') => {
    const style = curveStyle({ mark: 'line', x: 'k', y: 'loss', color, band: 'seed' });
    return drawSvg(curveSpec(curveFigure(points, style, noWords), widthOf), font);
  };

  test('have no ticks between whole numbers when all places are whole', async () => {
    const whole = await drawn([point(1, 0, 0), point(4, 1, 0)]);
    const ticks = [...whole.matchAll(/>(\d+(?:\.\d+)?)<\/text>/g)].map(([, text]) => text);
    expect(ticks).toEqual(expect.arrayContaining(['1', '2', '3', '4']));
    expect(ticks).not.toContain('1.5');
  });

  test('a legend over truth values says yes and no', async () => {
    const points = ['false', 'true'].map((curve, i) => ({ ...point(i, i, 0), curve }));
    const svg = await drawn(points, 'aligned');
    expect(svg).toContain('>yes<');
    expect(svg).toContain('>no<');
    expect(svg).not.toContain('>true<');
  });
});
