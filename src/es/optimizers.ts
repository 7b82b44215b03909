import { adam } from './adam.js';
import { clipUp } from './clip-up.js';
import type { Optimizer } from './optimizer.js';
import { sgd } from './sgd.js';

/** Every optimizer. A new one is a file and a line here. */
export const optimizers = { adam, sgd, 'clip-up': clipUp } satisfies Record<string, Optimizer>;

export type OptimizerName = keyof typeof optimizers;
export const optimizerNames = Object.keys(optimizers) as OptimizerName[];
