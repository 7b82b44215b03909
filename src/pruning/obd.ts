import type { ScoreRule } from './criterion.js';

/**
 * Optimal Brain Damage (LeCun et al. 1990): score = |m| sqrt(H_ii), the root of twice the saliency H_ii m^2 / 2, with
 * the exact diagonal of the Gauss-Newton matrix for H. What signal-to-noise is meant to approximate without derivatives.
 */
export const obd: ScoreRule = {
  kind: 'score',
  summary: 'Prune the smallest |mean| x root of the curvature of the loss.',
  needsStd: false,
  needsInitial: false,
  needsDerivative: 'trained-curvature',
  nested: true,
  start: 'initial',
  score(out, { mean, derivative }) {
    const curvature = derivative as Float64Array;
    for (let i = 0; i < out.length; i++) out[i] = Math.abs(mean[i]) * Math.sqrt(curvature[i]);
  },
};
