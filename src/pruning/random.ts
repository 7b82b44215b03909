import { uniform } from '../numeric/rng.js';
import type { ScoreRule } from './criterion.js';

/**
 * Uniformly random masks over all prunable weights jointly, drawn anew every time and hence not nested (numerics 4.3,
 * `random-reinit`). Ranking independent uniform numbers makes every subset of the kept size equally likely.
 */
export const random: ScoreRule = {
  kind: 'score',
  summary: 'Keep a uniformly random subset of all prunable weights, drawn anew.',
  needsStd: false,
  needsInitial: false,
  nested: false,
  start: 'fresh',
  score(out, _trained, key) {
    for (let i = 0; i < out.length; i++) out[i] = uniform(key, 0, i);
  },
};
