import type { Static, TObject } from '@sinclair/typebox';
import type { StateRecord } from '../numeric/snapshot.js';

/**
 * Where the released code and sound mathematics part ways, `corrected` computes the latter and `reference` the
 * former (docs/numerics.md, "Readings").
 */
export type Reading = 'corrected' | 'reference';

/** What a strategy is bound to, beside its own settings. */
export interface SearchProblem {
  /** P, the number of candidates per generation. */
  readonly popsize: number;
  /** n, the number of searched coordinates. */
  readonly dimensions: number;
  /** The n from which learning rates are computed: `dimensions`, or that of the dense network (frozen rates). */
  readonly rateDimensions: number;
  readonly reading: Reading;
}

/** What all states share. Float64 throughout. */
export interface StrategyState extends StateRecord {
  /** Number of generations done. */
  readonly generation: number;
  /** Mean of the search distribution, length n. */
  readonly mean: Float64Array;
}

/** Standard normal numbers, rows x n, row-major. Recorded noise may come in double precision. */
export type Noise = Float32Array | Float64Array;

/** The search distribution, length n each. */
export interface Distribution {
  readonly mean: Float64Array;
  /** Standard deviation of the samples of `ask` (in the reference reading of sep-cma-es a variance: D3). */
  readonly std: Float64Array;
}

/** The rates at which a distribution adapts in a generation; 0 for a quantity that the strategy does not adapt. */
export interface Rates {
  readonly mean: number;
  /** Of the per-coordinate std (of C, for sep-cma-es). */
  readonly std: number;
  /** Of the path that drives the one step size that all coordinates share. */
  readonly path: number;
}

/** A strategy with its settings, for one size of population and one search space. */
export interface BoundStrategy<State extends StrategyState = StrategyState> {
  /** Rows of noise that one `ask` consumes: P, or P/2 when candidates come in mirrored pairs. */
  readonly noiseRows: number;
  /** Constants derived from the settings, for the record: learning rates, effective population size. */
  readonly constants: Readonly<Record<string, number>>;
  /** The std below which no coordinate falls (0: there is none). */
  readonly stdFloor: number;
  /** A fresh search distribution around `mean`, which is copied. */
  init(mean: Float64Array): State;
  /** Writes the candidates into `out`, P x n row-major. */
  ask(out: Float64Array, state: State, noise: Noise): void;
  /**
   * The state after a generation, a new object with new vectors: the arguments stay as they are.
   *
   * @param candidates P x n row-major, as evaluated
   * @param costs P shaped values to minimise, lowest is best; NaN ranks last
   */
  tell(state: State, candidates: Float64Array, costs: Float64Array): State;
  distribution(state: State): Distribution;
  rates(state: State): Rates;
}

/** One search algorithm: its parameters and how it is bound to a problem. */
export interface Strategy<Schema extends TObject = TObject, State extends StrategyState = StrategyState> {
  /** One sentence for lists and help texts, with the paper. */
  readonly summary: string;
  /** Closed schema of its own parameters, each with the default of the reference library. */
  readonly schema: Schema;
  /** True when candidates come in mirrored pairs, so that the population has to be even. */
  readonly antithetic: boolean;
  /** @throws UserError for a combination of settings that makes no sense. */
  bind(settings: Static<Schema>, problem: SearchProblem): BoundStrategy<State>;
}
