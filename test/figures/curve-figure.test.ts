import { describe, expect, test } from 'vitest';
import { curveFigure } from '../../src/figures/curve-figure.js';
import type { CurveFigure } from '../../src/figures/curve-figure.js';
import { curveSpec } from '../../src/figures/curve-spec.js';
import { curveStyle } from '../../src/figures/curve-style.js';
import { drawPng, drawSvg } from '../../src/figures/draw.js';
import { labelOf } from '../../src/figures/labels.js';
import { exampleFigure, noWords, widthOf } from './example.js';
import { font } from './font.js';
import { darkPixels, decodePng } from './png.js';
import { textBoxes } from './text-boxes.js';

const svgOf = (figure: CurveFigure) => drawSvg(curveSpec(figure, widthOf), font);

/** The texts of an SVG. */
const textsOf = (svg: string) => textBoxes(svg).map(({ text }) => text);

/** The paths of the marks of one kind, legend left out. */
function marksOf(svg: string, kind: 'line' | 'area' | 'symbol' | 'rule'): string[] {
  const groups = svg.matchAll(new RegExp(`<g class="mark-${kind} role-mark[^>]*>(.*?)</g>`, 'g'));
  return [...groups].flatMap(([, inside]) => inside!.match(/<(?:path|line)[^>]*>/g) ?? []);
}

const attribute = (tag: string, name: string) => new RegExp(` ${name}="([^"]*)"`).exec(tag)?.[1];

describe('a figure of curves', () => {
  test('says what its axes, curves and points are', async () => {
    const texts = textsOf(await svgOf(exampleFigure(1, { title: 'Which stay trainable?' })));
    expect(texts).toEqual(
      expect.arrayContaining([
        'weights remaining (%)',
        'test accuracy (share of test images)',
        'Which stay trainable?',
      ]),
    );
    const legend = texts.slice(texts.indexOf('magnitude'));
    expect(legend.slice(0, 4)).toEqual(['magnitude', 'random', 'signal-to-noise', 'pruning rule']);
    expect(texts).toContain('Each point is one run (n = 1 seed): no interval.');
  });

  test('runs from 100 % on the left to the sparsest on the right, on a logarithmic axis', async () => {
    const svg = await svgOf(exampleFigure(1));
    expect(textsOf(svg).slice(0, 7)).toEqual(['1', '2', '5', '10', '20', '50', '100']);
    const [first] = marksOf(svg, 'line');
    const path = attribute(first!, 'd')!;
    const xs = [...path.matchAll(/[ML](-?[\d.]+),/g)].map(([, x]) => Number(x));
    expect(xs).toHaveLength(4);
    expect(xs).toEqual([...xs].sort((a, b) => a - b));
    // Equal ratios are equal distances: 100 to 21.6 against 4.67 to 1.01.
    expect((xs[1]! - xs[0]!) / (xs[3]! - xs[2]!)).toBeCloseTo(
      Math.log(100 / 21.6) / Math.log(4.67 / 1.01),
      3,
    );
  });

  test('fills its height with what lies between the ends of its vertical axis', async () => {
    const heightOf = async (most: number) => {
      const [first] = marksOf(await svgOf(exampleFigure(1, { yEnds: [0, most] })), 'line');
      const ys = [...attribute(first!, 'd')!.matchAll(/,(-?[\d.]+)/g)].map(([, y]) => Number(y));
      return ys.at(-1)! - ys[0]!;
    };
    expect((await heightOf(1)) / (await heightOf(4))).toBeCloseTo(4, 2);
  });

  test('has a line and points for every curve, told apart without colour', async () => {
    const svg = await svgOf(exampleFigure(1));
    const lines = marksOf(svg, 'line');
    expect(lines).toHaveLength(3);
    expect(new Set(lines.map((line) => attribute(line, 'stroke-dasharray'))).size).toBe(3);
    expect(new Set(lines.map((line) => attribute(line, 'stroke'))).size).toBe(3);
    const points = marksOf(svg, 'symbol');
    expect(points).toHaveLength(12);
    expect(new Set(points.map((point) => attribute(point, 'd'))).size).toBe(3);
    expect(marksOf(svg, 'area')).toHaveLength(0);
  });

  test('shades the interval where there is more than one repetition', async () => {
    expect(marksOf(await svgOf(exampleFigure(3)), 'area')).toHaveLength(3);
  });

  test('has no legend when there is only one curve', async () => {
    const points = exampleFigure(1).points.filter(({ curve }) => curve === 'random');
    const texts = textsOf(
      await svgOf(exampleFigure(1, { points: points.map((point) => ({ ...point, curve: '' })) })),
    );
    expect(texts).not.toContain('pruning rule');
  });

  test.each([
    ['a single point', exampleFigure(1).points.slice(0, 1)],
    [
      'forty curves with long and odd names',
      exampleFigure(1).points.flatMap((point) =>
        Array.from({ length: 10 }, (_, k) => ({
          ...point,
          curve: `${point.curve} <${k}> & "a name that is really quite long"`,
        })),
      ),
    ],
  ])('draws %s', async (_what, points) => {
    const svg = await svgOf(exampleFigure(1, { points }));
    expect(marksOf(svg, 'symbol')).toHaveLength(points.length);
  });

  test('draws other columns on a linear axis', async () => {
    const texts = textsOf(await svgOf(exampleFigure(1, { xAxis: 'linear', xLabel: labelOf('generation') })));
    expect(texts).toEqual(expect.arrayContaining(['generations', '10', '20', '100']));
  });

  test('is the same bytes when drawn again after another one', async () => {
    const first = await svgOf(exampleFigure(1));
    await svgOf(exampleFigure(3));
    const [again, atOnce] = await Promise.all([svgOf(exampleFigure(1)), svgOf(exampleFigure(1))]);
    expect(again).toBe(first);
    expect(atOnce).toBe(first);
    expect(Buffer.from(await drawPng(again, font)).equals(await drawPng(first, font))).toBe(true);
    // Numbered identifiers would make pages that show several figures mix them up.
    expect(first).not.toMatch(/ id="|url\(#/);
  });
});

describe('the intervals of a figure', () => {
  const base = exampleFigure(1).points.filter(({ curve }) => curve === 'random');
  /** One curve whose points are the means of so many values. */
  const drawn = (counts: readonly number[]) => {
    const points = counts.map((n, at) => {
      const point = base[at]!;
      return n === 1 ? point : { ...point, n, lower: point.mean - 0.05, upper: point.mean + 0.05 };
    });
    return svgOf(exampleFigure(1, { points }));
  };

  test('are not shaded across places that have none', async () => {
    const svg = await drawn([3, 3, 1, 1]);
    const [area, ...others] = marksOf(svg, 'area');
    expect(others).toEqual([]);
    expect(attribute(area!, 'd')!.match(/L/g)).toHaveLength(3);
    expect(marksOf(svg, 'rule')).toHaveLength(0);
  });

  test('that stand alone are bars', async () => {
    const svg = await drawn([3, 1, 3, 1]);
    expect(marksOf(svg, 'area')).toHaveLength(0);
    expect(marksOf(svg, 'rule')).toHaveLength(2);
  });
});

describe('curves made from a table', () => {
  const words = noWords;
  const style = curveStyle({ mark: 'line', x: 'generation', y: 'test_loss', color: '', band: 'seed' });
  const points = (count: number, mean = 0.5) =>
    Array.from({ length: count }, (_, x) => {
      const value = mean + x / 1024;
      return { ...{ curve: '', x, level: undefined, n: 1 }, mean: value, lower: value, upper: value };
    });

  test('have marks until these would run into each other', () => {
    expect(curveFigure(points(50), style, words).marked).toBe(true);
    expect(curveFigure(points(51), style, words).marked).toBe(false);
  });

  test('have round ends along y, also when all values are equal', () => {
    expect(curveFigure(points(200), style, words).yEnds).toEqual([0.5, 0.7]);
    expect(curveFigure(points(1, 0.5), style, words).yEnds).toEqual([0.44, 0.56]);
    expect(curveFigure(points(1, 0), style, words).yEnds).toEqual([0, 1]);
  });

  test('have one tick along x when there is one place', async () => {
    const one = curveFigure([{ ...points(1)[0]!, x: 33.33333 }], style, words);
    const labels = textBoxes(await svgOf(one)).map(({ text }) => text);
    expect(labels.slice(0, labels.indexOf('generations'))).toEqual(['33.3']);
  });

  test('are named by their own words where the user says none', () => {
    const own = { title: 't', x_label: 'a', y_label: 'b', color_label: 'c' };
    const { title, xLabel, yLabel, curveLabel } = curveFigure(points(2), style, own);
    expect([title, xLabel, yLabel, curveLabel]).toEqual(['t', 'a', 'b', 'c']);
    expect(curveFigure(points(2), style, words).yLabel).toBe('test cross-entropy (nats)');
  });
});

describe('the figure as PNG', () => {
  test('has text where the SVG has text', async () => {
    const svg = await svgOf(exampleFigure(1));
    const [, width, height] = /width="(\d+)" height="(\d+)"/.exec(svg)!.map(Number);
    const png = decodePng(await drawPng(svg, font));
    expect([png.width, png.height]).toEqual([2 * width!, 2 * height!]);
    // The caption stands at the top left, the label of the x axis at the bottom.
    const caption = [
      { x: 24, y: 24 },
      { x: 600, y: 56 },
    ] as const;
    const axis = [
      { x: 400, y: png.height - 60 },
      { x: 1000, y: png.height - 20 },
    ] as const;
    expect(darkPixels(png, ...caption)).toBeGreaterThan(500);
    expect(darkPixels(png, ...axis)).toBeGreaterThan(500);
    const silent = decodePng(await drawPng(svg.replaceAll(/<text.*?<\/text>/g, ''), font));
    expect(darkPixels(silent, ...caption)).toBe(0);
    expect(darkPixels(silent, ...axis)).toBe(0);
  });

  test.each([1, 3])('cuts nothing off: a margin all around is empty (n = %i)', async (seeds) => {
    const title =
      'A title that is a good deal longer than the figure is wide, which titles of real figures sometimes are, and more';
    const long = {
      title,
      curveLabel: 'a rather long heading of the legend',
      yLabel: 'mean return of the last evaluation (sum of rewards)',
    };
    for (const figure of [exampleFigure(seeds), exampleFigure(seeds, long)]) {
      const { width, height, data } = decodePng(await drawPng(await svgOf(figure), font));
      const margin = 12;
      const isWhite = (x: number, y: number) => data[4 * (y * width + x)] === 255;
      let inked = 0;
      for (let depth = 0; depth < margin; depth += 1) {
        for (let x = 0; x < width; x += 1)
          inked += Number(!isWhite(x, depth)) + Number(!isWhite(x, height - 1 - depth));
        for (let y = 0; y < height; y += 1)
          inked += Number(!isWhite(depth, y)) + Number(!isWhite(width - 1 - depth, y));
      }
      expect(inked).toBe(0);
    }
  });
});
