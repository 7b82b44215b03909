import type { ScoreRule } from './criterion.js';

/** Keeps the score finite where a strategy has let a coordinate's spread collapse (numerics 4.4). */
export const stdFloor = 1e-12;

/**
 * Signal-to-noise pruning (Lange & Sprekeler 2023): score = |m| / max(std, 1e-12), with the standard deviation that
 * the strategy samples with (numerics 1.9). For an adapted separable strategy std ~ H^(-1/2), which makes the squared
 * score twice the Optimal Brain Damage saliency H m^2 / 2. A common factor of all stds changes no mask.
 */
export const signalToNoise: ScoreRule = {
  kind: 'score',
  summary: 'Prune the smallest |mean| / std.',
  needsStd: true,
  needsInitial: false,
  nested: true,
  start: 'initial',
  score(out, { mean, std }) {
    const spread = std as Float64Array;
    // Written so that NaN stays NaN, and is refused, instead of becoming the floor.
    for (let i = 0; i < out.length; i++)
      out[i] = Math.abs(mean[i]) / (spread[i] < stdFloor ? stdFloor : spread[i]);
  },
};
