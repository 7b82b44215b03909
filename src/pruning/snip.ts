import type { ScoreRule } from './criterion.js';

/**
 * SNIP (Lee et al. 2019, https://arxiv.org/abs/1810.02340): score = |theta_0 dL/dtheta(theta_0)|, what the loss would
 * change by to first order without the weight. The dense network's: one score serves all sparsities.
 */
export const snip: ScoreRule = {
  kind: 'score',
  summary: 'Prune the smallest |initial weight x gradient of the loss there|, before any training.',
  needsStd: false,
  needsInitial: true,
  needsDerivative: 'initial-gradient',
  nested: true,
  start: 'initial',
  score(out, { initial, derivative }) {
    const [from, gradient] = [initial as Float64Array, derivative as Float64Array];
    for (let i = 0; i < out.length; i++) out[i] = Math.abs(from[i] * gradient[i]);
  },
};
