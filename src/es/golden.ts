import { UserError } from '../base/result.js';
import { shrunk } from './evolve.js';
import type { GoldenCase, GoldenGeneration } from './golden-file.js';
import { goldenSettings } from './golden-names.js';
import { bindStrategy } from './index.js';
import { shape } from './shaping.js';
import type { StrategyState } from './strategy.js';

/** Largest absolute difference of one case, and where it was. */
export interface GoldenDifference {
  readonly difference: number;
  /** For example `generation 2, mean[0]`. */
  readonly where: string;
}

/**
 * Feeds recorded noise and fitness through a strategy in its reference reading and compares candidates and states
 * with the recorded ones, generation by generation. `tell` gets the recorded candidates.
 *
 * @throws UserError for a case that cannot be replayed
 */
export function replay(golden: GoldenCase): GoldenDifference {
  const { strategy: name, settings, outer, stateFields } = goldenSettings(golden);
  const { popsize, num_dims: dimensions } = golden;
  const strategy = bindStrategy(name, settings, {
    popsize,
    dimensions,
    rateDimensions: dimensions,
    reading: 'reference',
  });
  let state = strategy.init(Float64Array.from(golden.mean0));
  let worst: GoldenDifference = { difference: 0, where: 'generation 0' };
  golden.generations.forEach((recorded, g) => {
    const candidates = new Float64Array(popsize * dimensions);
    strategy.ask(candidates, state, noiseRows(golden.noise[g], strategy.noiseRows, dimensions));
    const given = Float64Array.from(recorded.x.flat());
    const fitness = Float64Array.from(recorded.fitness, (value) => (outer.maximize ? value : -value));
    const shaping = { values: outer.shaping, weightDecay: outer.weightDecay, reading: 'reference' } as const;
    state = shrunk(strategy.tell(state, given, shape(fitness, given, shaping)), outer.meanDecay);
    const pairs = { x: [candidates, given] as const, ...statePairs(state, recorded, stateFields) };
    for (const [label, [ours, theirs]] of Object.entries(pairs))
      worst = larger(worst, largestDifference(ours, theirs, `generation ${g}, ${label}`));
  });
  return worst;
}

type Pair = readonly [ours: Float64Array, theirs: Float64Array];

/** What is recorded of a state beside ours. `fields` maps names of the file to fields of the state. */
function statePairs(
  state: StrategyState,
  recorded: GoldenGeneration,
  fields: Readonly<Record<string, string>>,
): Record<string, Pair> {
  const pairs: Record<string, Pair> = {};
  for (const [label, field] of Object.entries(fields)) {
    const theirs = recorded[label as keyof GoldenGeneration];
    if (theirs === undefined) continue;
    pairs[label] = [vector(state[field] as number | Float64Array), vector(theirs as number | number[])];
  }
  return pairs;
}

function vector(value: number | ArrayLike<number>): Float64Array {
  return typeof value === 'number' ? Float64Array.of(value) : Float64Array.from(value);
}

/** A difference that is not a number is the largest of all. */
function largestDifference(ours: Float64Array, theirs: Float64Array, label: string): GoldenDifference {
  if (ours.length !== theirs.length)
    throw new UserError(`${label} has ${theirs.length} entries, expected ${ours.length}`);
  let worst: GoldenDifference = { difference: 0, where: label };
  for (let i = 0; i < ours.length; i++) {
    const difference = Math.abs(ours[i] - theirs[i]);
    worst = larger(worst, {
      difference: Number.isNaN(difference) ? Infinity : difference,
      where: `${label}[${i}]`,
    });
  }
  return worst;
}

function larger(a: GoldenDifference, b: GoldenDifference): GoldenDifference {
  return b.difference > a.difference ? b : a;
}

/** The rows of noise that one ask consumes, row-major. */
function noiseRows(rows: readonly (readonly number[])[], count: number, width: number): Float64Array {
  if (rows.length !== count || rows.some((row) => row.length !== width))
    throw new UserError(`the noise of a generation has to be ${count} rows of ${width} numbers`);
  return Float64Array.from(rows.flat());
}
