import type { ScoreRule } from './criterion.js';

/**
 * GraSP (Wang et al. 2020, https://arxiv.org/abs/2002.07376): S = -theta_0 (H g) with gradient g and full Hessian H of
 * the loss at theta_0, is what the gradient's squared norm would change by to first order without the weight; the
 * *largest* S go. The score is -S, because the smallest scores are pruned here (numerics 4.3; D7).
 */
export const grasp: ScoreRule = {
  kind: 'score',
  summary: 'Prune the weights whose loss would leave the gradient strongest, before any training.',
  needsStd: false,
  needsInitial: true,
  needsDerivative: 'initial-hessian-gradient',
  signed: true,
  nested: true,
  start: 'initial',
  score(out, { initial, derivative }) {
    const [from, product] = [initial as Float64Array, derivative as Float64Array];
    for (let i = 0; i < out.length; i++) out[i] = from[i] * product[i];
  },
};
