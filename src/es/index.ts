import type { TObject } from '@sinclair/typebox';
import { UserError } from '../base/result.js';
import { des } from './des.js';
import { openEs } from './open-es.js';
import { pgpe } from './pgpe.js';
import { sepCmaEs } from './sep-cma-es.js';
import { snes } from './snes.js';
import type { ShapingName } from './shaping.js';
import type { BoundStrategy, SearchProblem, Strategy } from './strategy.js';

/** Every strategy. A new one is a file and a line here: parameters, schema and tests follow. */
export const strategies = {
  'open-es': openEs,
  pgpe,
  snes,
  'sep-cma-es': sepCmaEs,
  des,
} satisfies Record<string, Strategy>;

export type StrategyName = keyof typeof strategies;
export const strategyNames = Object.keys(strategies) as StrategyName[];

/** Parameters of one strategy by name; parameters of a stage may lie beside them. */
export type StrategySettings = Readonly<Record<string, unknown>>;

/** The strategy under a name, its concrete types forgotten. */
export function strategyNamed(name: StrategyName): Strategy {
  return strategies[name];
}

/** Schemas of the strategies' own parameters, by name. */
export const strategySchemas: Readonly<Record<string, TObject>> = Object.fromEntries(
  strategyNames.map((name) => [name, strategies[name].schema]),
);

/** What the parameters of a strategy are when nothing is said. */
export function defaultSettings(name: StrategyName): Record<string, unknown> {
  const { properties } = strategyNamed(name).schema;
  return Object.fromEntries(Object.entries(properties).map(([key, field]) => [key, field.default]));
}

/**
 * Binds a strategy to a problem.
 *
 * @param settings all parameters of the strategy, checked against its schema
 * @throws UserError when the population does not suit the strategy
 */
export function bindStrategy(
  name: StrategyName,
  settings: StrategySettings,
  problem: SearchProblem,
): BoundStrategy {
  const { popsize, dimensions } = problem;
  const strategy = strategyNamed(name);
  if (popsize < 2)
    throw new UserError(`${name}: popsize is ${popsize}, but ranking takes at least 2 candidates`);
  if (strategy.antithetic && popsize % 2 !== 0)
    throw new UserError(
      `${name}: popsize is ${popsize}, but this strategy draws mirrored pairs: use an even number, ${popsize - 1} or ${popsize + 1}`,
    );
  if (dimensions < 1)
    throw new UserError(`${name}: there is nothing to search, the mask leaves no coordinate`);
  return strategy.bind(settings, problem);
}

/** How the fitness is shaped for a strategy: a parameter of those that use values, else only the order counts. */
export function shapingFor(settings: StrategySettings): ShapingName | 'order' {
  return (settings.shaping as ShapingName | undefined) ?? 'order';
}
