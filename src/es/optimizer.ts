import type { StateRecord } from '../numeric/snapshot.js';
import type { Reading } from './strategy.js';

export interface OptimizerStep {
  /** m, length n. */
  readonly mean: Float64Array;
  /** g, an estimate of the gradient of what is minimised, length n. */
  readonly gradient: Float64Array;
  readonly learningRate: number;
  /** Number of earlier steps. */
  readonly earlier: number;
  readonly reading: Reading;
}

/**
 * How a descent direction becomes a step. The constants of an optimizer are those of the reference library; its
 * learning rate is a parameter of the strategy that uses it.
 */
export interface Optimizer<State extends StateRecord = StateRecord> {
  init(dimensions: number): State;
  /** The new mean and state; the arguments stay as they are. */
  step(state: State, step: OptimizerStep): { readonly mean: Float64Array; readonly state: State };
}
