import type { CurveFigure } from '../../src/figures/curve-spec.js';
import { summariseCurves } from '../../src/figures/summarise-curves.js';

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
  return {
    points: summariseCurves(observations, 'seed'),
    xAxis: 'remaining',
    yAxis: 'linear',
    marked: true,
    xLabel: 'weights remaining (%)',
    yLabel: 'test accuracy (share of test images)',
    curveLabel: 'pruning rule',
    title: '',
    caption: 'Each point is one run (n = 1 seed): no interval.',
    yDomain: [0, 1],
    ...more,
  };
}
