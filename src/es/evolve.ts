import { UserError } from '../base/result.js';
import { shape } from './shaping.js';
import type { Shaping } from './shaping.js';
import type { BoundStrategy, Noise, StrategyState } from './strategy.js';

/**
 * out[k] = fitness of candidate k, higher is better. NaN or infinite: it has none and ranks last.
 *
 * @param candidates P x n row-major, search coordinates
 * @param generation number of generations done before this one
 */
export type Evaluate = (out: Float64Array, candidates: Float64Array, generation: number) => Promise<void>;

/** The noise of a generation: `strategy.noiseRows` x n. May hand out the same buffer every time. */
export type NoiseSource = (generation: number) => Noise;

export interface Evolution {
  readonly strategy: BoundStrategy;
  readonly popsize: number;
  /** Number of generations at which to stop. */
  readonly generations: number;
  readonly noise: NoiseSource;
  readonly evaluate: Evaluate;
  readonly shaping: Shaping;
  /** lambda_m: share by which the mean shrinks at the end of every generation. */
  readonly meanDecay: number;
}

/** What has just happened. The vectors are reused: read them before asking for the next generation. */
export interface Generation {
  /** The state after the generation; `state.generation` counts the generations done. */
  readonly state: StrategyState;
  readonly fitness: Float64Array;
}

/**
 * The outer loop (numerics 1.0), and nothing else: whoever wants to measure, log, store or stop does so between two
 * generations. It starts from any state, a fresh or a stored one.
 *
 * @throws UserError when no candidate of a generation has a finite fitness
 */
export async function* evolve(start: StrategyState, evolution: Evolution): AsyncGenerator<Generation, void> {
  const { strategy, popsize, generations, noise, evaluate, shaping, meanDecay } = evolution;
  const candidates = new Float64Array(popsize * start.mean.length);
  const fitness = new Float64Array(popsize);
  let state = start;
  while (state.generation < generations) {
    strategy.ask(candidates, state, noise(state.generation));
    await evaluate(fitness, candidates, state.generation);
    refuseNothingFinite(fitness, state.generation);
    const costs = shape(fitness, candidates, shaping);
    state = shrunk(strategy.tell(state, candidates, costs), meanDecay);
    yield { state, fitness };
  }
}

/**
 * m <- (1 - lambda_m) m, after everything else: coordinates without selection pressure fade instead of drifting.
 * Touches no other part of the state.
 */
export function shrunk(state: StrategyState, meanDecay: number): StrategyState {
  if (meanDecay === 0) return state;
  return { ...state, mean: state.mean.map((value) => (1 - meanDecay) * value) };
}

function refuseNothingFinite(fitness: Float64Array, generation: number): void {
  if (fitness.some(Number.isFinite)) return;
  const advice = generation === 0 ? ', or check the weights that it starts from' : '';
  throw new UserError(
    `After ${generation} generations not one of the ${fitness.length} candidates has a finite score, so there is nothing to rank: the search has diverged. Lower sigma_init or the learning rate${advice}.`,
  );
}
