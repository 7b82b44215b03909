import { permuteMaskAndWeights, permuteWeights, randomWithinLayer, reinit } from './controls.js';
import type { Control, Criterion, ScoreRule } from './criterion.js';
import { magnitude } from './magnitude.js';
import { movement } from './movement.js';
import { random } from './random.js';
import { signalToNoise } from './signal-to-noise.js';

/**
 * Rules that score weights: one file and one line each. A rule that needs more than `Trained` has (gradients, for
 * instance) adds an optional field there and says so beside `needsStd`.
 */
export const scoreRules = {
  'signal-to-noise': signalToNoise,
  magnitude,
  random,
  movement,
} satisfies Record<string, ScoreRule>;

/** Rules that take the mask of a score rule apart. */
export const controls = {
  'permute-weights': permuteWeights,
  'permute-mask-and-weights': permuteMaskAndWeights,
  reinit,
  'random-within-layer': randomWithinLayer,
} satisfies Record<string, Control>;

export const criteria = { ...scoreRules, ...controls } satisfies Record<string, Criterion>;

export type ScoreRuleName = keyof typeof scoreRules;
export type ControlName = keyof typeof controls;
export type CriterionName = keyof typeof criteria;

export const scoreRuleNames = Object.keys(scoreRules) as ScoreRuleName[];
export const controlNames = Object.keys(controls) as ControlName[];
export const criterionNames = Object.keys(criteria) as CriterionName[];
/** What a control can be based on: a rule whose masks are nested. */
export const baseRuleNames = scoreRuleNames.filter((name) => scoreRules[name].nested);
