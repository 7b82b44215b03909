import { UserError } from '../base/result.js';
import type { GoldenCase } from './golden-file.js';
import { defaultSettings } from './index.js';
import type { StrategyName } from './index.js';
import { optimizerNames } from './optimizers.js';
import type { ShapingName } from './shaping.js';

interface Counterpart {
  readonly strategy: StrategyName;
  /** Keyword -> our parameter, for those that this strategy takes. */
  readonly keywords: Readonly<Record<string, string>>;
  /** Recorded quantity -> field of our state. */
  readonly stateFields: Readonly<Record<string, string>>;
  /** True when the values of the fitness matter, not only their order. */
  readonly usesValues: boolean;
}

const schedules = Object.fromEntries(
  ['lrate_init', 'lrate_decay', 'lrate_limit', 'sigma_init', 'sigma_decay', 'sigma_limit'].map((key) => [
    key,
    key,
  ]),
);

/** The strategies of the reference library that we have. */
const counterparts: Readonly<Record<string, Counterpart>> = {
  OpenES: {
    strategy: 'open-es',
    keywords: { ...schedules, opt_name: 'optimizer' },
    stateFields: { mean: 'mean', sigma: 'stepSize' },
    usesValues: true,
  },
  PGPE: {
    strategy: 'pgpe',
    keywords: {
      ...schedules,
      opt_name: 'optimizer',
      elite_ratio: 'elite_ratio',
      sigma_lrate: 'sigma_lrate',
      sigma_max_change: 'sigma_max_change',
    },
    stateFields: { mean: 'mean', sigma: 'std' },
    usesValues: true,
  },
  SNES: {
    strategy: 'snes',
    keywords: { sigma_init: 'sigma_init', temperature: 'temperature', lrate_mean: 'lrate_mean' },
    stateFields: { mean: 'mean', sigma: 'std' },
    usesValues: false,
  },
  Sep_CMA_ES: {
    strategy: 'sep-cma-es',
    keywords: { sigma_init: 'sigma_init', elite_ratio: 'elite_ratio', c_m: 'lrate_mean' },
    stateFields: {
      mean: 'mean',
      sigma: 'stepSize',
      C: 'covarianceDiagonal',
      p_sigma: 'stepSizePath',
      p_c: 'covariancePath',
    },
    usesValues: false,
  },
  DES: {
    strategy: 'des',
    keywords: {
      sigma_init: 'sigma_init',
      temperature: 'temperature',
      lrate_mean: 'lrate_mean',
      lrate_sigma: 'lrate_sigma',
    },
    stateFields: { mean: 'mean', sigma: 'std' },
    usesValues: false,
  },
};

/** Keywords that every strategy of the reference library takes; their defaults. */
const outerDefaults = {
  maximize: false,
  centered_rank: false,
  z_score: false,
  norm_range: false,
  w_decay: 0,
  mean_decay: 0,
};

export interface GoldenSettings {
  readonly strategy: StrategyName;
  readonly settings: Readonly<Record<string, unknown>>;
  readonly stateFields: Readonly<Record<string, string>>;
  readonly outer: {
    readonly maximize: boolean;
    readonly shaping: ShapingName | 'order';
    readonly weightDecay: number;
    readonly meanDecay: number;
  };
}

/**
 * Translates names and keywords of the reference library.
 *
 * @throws UserError for a strategy, keyword or optimizer that has no counterpart here
 */
export function goldenSettings({
  strategy,
  kwargs,
}: Pick<GoldenCase, 'strategy' | 'kwargs'>): GoldenSettings {
  const counterpart = counterparts[strategy];
  if (counterpart === undefined)
    throw new UserError(`strategy is "${strategy}"; known are ${Object.keys(counterparts).join(', ')}`);
  const settings = defaultSettings(counterpart.strategy);
  const outer: Record<string, unknown> = { ...outerDefaults };
  for (const [keyword, value] of Object.entries(kwargs)) {
    const own = counterpart.keywords[keyword];
    if (own !== undefined)
      settings[own] = keyword === 'opt_name' ? optimizerOf(value) : numberOf(keyword, value);
    else if (keyword in outerDefaults) outer[keyword] = value;
    else {
      const known = [...Object.keys(counterpart.keywords), ...Object.keys(outerDefaults)].join(', ');
      throw new UserError(`kwargs.${keyword} has no counterpart here; known for ${strategy} are ${known}`);
    }
  }
  const shaping = shapingOf(outer);
  return {
    strategy: counterpart.strategy,
    settings,
    stateFields: counterpart.stateFields,
    outer: {
      maximize: outer.maximize === true,
      shaping: counterpart.usesValues ? shaping : 'order',
      weightDecay: numberOf('w_decay', outer.w_decay),
      meanDecay: numberOf('mean_decay', outer.mean_decay),
    },
  };
}

function optimizerOf(name: unknown): string {
  const found = optimizerNames.find((known) => known.replace('-', '') === name);
  if (found === undefined)
    throw new UserError(
      `kwargs.opt_name is ${JSON.stringify(name)}; known are ${optimizerNames.map((known) => known.replace('-', '')).join(', ')}`,
    );
  return found;
}

function shapingOf(outer: Readonly<Record<string, unknown>>): ShapingName {
  const chosen = (
    [
      ['centered_rank', 'centered-rank'],
      ['z_score', 'z-score'],
      ['norm_range', 'range'],
    ] as const
  ).filter(([keyword]) => outer[keyword] === true);
  if (chosen.length > 1)
    throw new UserError(
      `kwargs: at most one of ${chosen.map(([keyword]) => keyword).join(', ')} may be true`,
    );
  return chosen[0]?.[1] ?? 'none';
}

function numberOf(keyword: string, value: unknown): number {
  if (typeof value !== 'number' || !Number.isFinite(value))
    throw new UserError(`kwargs.${keyword} is ${JSON.stringify(value)}, not a number`);
  return value;
}
