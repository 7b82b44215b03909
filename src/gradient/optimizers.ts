import { pow } from '../numeric/math.js';
import type { StateRecord } from '../numeric/snapshot.js';

export interface Step {
  /** Of the loss by the weights; 0 at pruned entries. */
  readonly gradient: Float64Array;
  readonly learningRate: number;
  /** Number of earlier steps. */
  readonly earlier: number;
}

/** How a gradient becomes a step. Pruned entries, whose gradient is always 0, do not move. */
export interface Optimizer {
  init(size: number): StateRecord;
  /** Moves `weights` and brings `state` up to date, both in place. */
  step(state: StateRecord, weights: Float64Array, step: Step): void;
}

export interface AdamSettings {
  readonly beta1: number;
  readonly beta2: number;
  readonly epsilon: number;
}

/** Adam (Kingma & Ba 2015, https://arxiv.org/abs/1412.6980), algorithm 1. */
export function adam({ beta1, beta2, epsilon }: AdamSettings): Optimizer {
  return {
    init: (size) => ({ first: new Float64Array(size), second: new Float64Array(size) }),
    step: (state, weights, { gradient, learningRate, earlier }) => {
      const { first, second } = state as { first: Float64Array; second: Float64Array };
      const correct1 = 1 - pow(beta1, earlier + 1);
      const correct2 = 1 - pow(beta2, earlier + 1);
      for (let i = 0; i < weights.length; i++) {
        const g = gradient[i];
        first[i] = beta1 * first[i] + (1 - beta1) * g;
        second[i] = beta2 * second[i] + (1 - beta2) * g * g;
        weights[i] -= (learningRate * (first[i] / correct1)) / (Math.sqrt(second[i] / correct2) + epsilon);
      }
    },
  };
}

export interface SgdSettings {
  readonly momentum: number;
}

/** Stochastic gradient descent with heavy-ball momentum: v <- momentum v + g, w <- w - rate v. */
export function sgd({ momentum }: SgdSettings): Optimizer {
  return {
    init: (size) => ({ velocity: new Float64Array(size) }),
    step: (state, weights, { gradient, learningRate }) => {
      const { velocity } = state as { velocity: Float64Array };
      for (let i = 0; i < weights.length; i++) {
        velocity[i] = momentum * velocity[i] + gradient[i];
        weights[i] -= learningRate * velocity[i];
      }
    },
  };
}

const optimizers = { adam, sgd } satisfies Record<string, (settings: never) => Optimizer>;
export type OptimizerName = keyof typeof optimizers;
export const optimizerNames = Object.keys(optimizers) as OptimizerName[];

/** @param settings those of the optimizer of that name; others may lie beside them */
export function optimizerNamed(name: OptimizerName, settings: object): Optimizer {
  return (optimizers[name] as (settings: object) => Optimizer)(settings);
}
