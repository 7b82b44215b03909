import type { ScoreRule } from './criterion.js';

/** Magnitude pruning (Han et al. 2015; the classic lottery ticket of Frankle & Carbin 2019): score = |m|. */
export const magnitude: ScoreRule = {
  kind: 'score',
  summary: 'Prune the smallest |mean|.',
  needsStd: false,
  needsInitial: false,
  nested: true,
  start: 'initial',
  score(out, { mean }) {
    for (let i = 0; i < out.length; i++) out[i] = Math.abs(mean[i]);
  },
};
