import { curveFigure } from '../../src/figures/curve-figure.js';
import type { CurveFigure } from '../../src/figures/curve-figure.js';
import { curveStyle } from '../../src/figures/curve-style.js';
import { createTextWidth } from '../../src/figures/font-widths.js';
import { summariseCurves } from '../../src/figures/summarise-curves.js';
import { font } from './font.js';

export const widthOf = createTextWidth(font.bytes);

export const noWords = { title: '', x_label: '', y_label: '', color_label: '' };

const accuracies: Readonly<Record<string, readonly number[]>> = {
  'signal-to-noise': [0.95, 0.94, 0.9, 0.68],
  magnitude: [0.95, 0.93, 0.87, 0.47],
  random: [0.95, 0.83, 0.61, 0.19],
};

/** Accuracy over remaining weights, as it comes out: three rules, four levels, so many seeds. */
export function exampleFigure(seeds: number, more: Partial<CurveFigure> = {}): CurveFigure {
  const observations = Object.entries(accuracies).flatMap(([curve, means]) =>
    means.flatMap((mean, level) =>
      Array.from({ length: seeds }, (_, seed) => ({
        curve,
        level,
        x: [100, 21.6, 4.67, 1.01][level]!,
        repetition: String(seed),
        y: mean + 0.01 * (seed - (seeds - 1) / 2) * (level + 1),
      })),
    ),
  );
  const style = curveStyle({
    mark: 'line',
    x: 'remaining',
    y: 'test_accuracy',
    color: 'method',
    band: 'seed',
  });
  return { ...curveFigure(summariseCurves(observations, 'seed'), style, noWords), ...more };
}
