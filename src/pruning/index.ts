import { permuteMaskAndWeights, permuteWeights, randomWithinLayer, reinit } from './controls.js';
import type { Control, Criterion, LossDerivative, ScoreRule } from './criterion.js';
import { grasp } from './grasp.js';
import { magnitude } from './magnitude.js';
import { movement } from './movement.js';
import { obd } from './obd.js';
import { random } from './random.js';
import { signalToNoise } from './signal-to-noise.js';
import { snip } from './snip.js';

/**
 * Rules that score weights: one file and one line each. A rule that needs more than `Trained` has adds an optional
 * field there and says so beside `needsStd`.
 */
export const scoreRules = {
  'signal-to-noise': signalToNoise,
  magnitude,
  random,
  movement,
  snip,
  grasp,
  obd,
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
/** The derivative that a criterion needs, where it needs one. */
export function derivativeOf(name: CriterionName): LossDerivative | undefined {
  const entry: Criterion = criteria[name];
  return entry.kind === 'score' ? entry.needsDerivative : undefined;
}

/** What a control can be based on: a rule whose masks are nested, and which needs no derivative. */
export const baseRuleNames = scoreRuleNames.filter(
  (name) => scoreRules[name].nested && derivativeOf(name) === undefined,
);
