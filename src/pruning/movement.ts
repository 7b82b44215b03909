import type { ScoreRule } from './criterion.js';

/**
 * Movement pruning: score = |m - M theta_0|, how far training has carried a weight from where it started. Pruned
 * weights are not ranked, so that the mask M needs no mention.
 */
export const movement: ScoreRule = {
  kind: 'score',
  summary: 'Prune the weights that moved least from their start.',
  needsStd: false,
  needsInitial: true,
  nested: true,
  start: 'initial',
  score(out, { mean, initial }) {
    const from = initial as Float64Array;
    for (let i = 0; i < out.length; i++) out[i] = Math.abs(mean[i] - from[i]);
  },
};
