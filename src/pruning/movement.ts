import type { ScoreRule } from './criterion.js';

/** Movement pruning: score = |m - M theta_0|, how far training has carried a weight from where it started. */
export const movement: ScoreRule = {
  kind: 'score',
  summary: 'Prune the weights that moved least from their start.',
  needsStd: false,
  needsInitial: true,
  nested: true,
  start: 'initial',
  score(out, { mean, mask, initial }) {
    const from = initial as Float64Array;
    for (let i = 0; i < out.length; i++) out[i] = Math.abs(mean[i] - (mask[i] === 1 ? from[i] : 0));
  },
};
