import { Type } from '@sinclair/typebox';
import { optimizerNames } from './optimizers.js';
import type { OptimizerName } from './optimizers.js';
import { shapingNames } from './shaping.js';
import type { ShapingName } from './shaping.js';

/** Parameters that the strategies with a gradient optimizer share; `lrate` and `sigma` are their defaults. */
export function gradientSettings({ lrate, sigma }: { readonly lrate: number; readonly sigma: number }) {
  return {
    optimizer: Type.Unsafe<OptimizerName>({
      type: 'string',
      enum: optimizerNames,
      default: 'adam',
      description: 'turns the gradient estimate into a step of the mean',
    }),
    shaping: Type.Unsafe<ShapingName>({
      type: 'string',
      enum: [...shapingNames],
      default: 'centered-rank',
      description: 'how the fitness values of a generation are normalised',
    }),
    lrate_init: Type.Number({
      default: lrate,
      exclusiveMinimum: 0,
      description: 'initial learning rate of the mean',
    }),
    lrate_decay: Type.Number({
      default: 1,
      exclusiveMinimum: 0,
      maximum: 1,
      description: 'factor of the learning rate per generation',
    }),
    lrate_limit: Type.Number({ default: 0.001, minimum: 0, description: 'smallest learning rate' }),
    sigma_init: Type.Number({ default: sigma, exclusiveMinimum: 0, description: 'initial std' }),
    sigma_decay: Type.Number({
      default: 1,
      exclusiveMinimum: 0,
      maximum: 1,
      description: 'factor of the std per generation',
    }),
    sigma_limit: Type.Number({ default: 0.01, minimum: 0, description: 'smallest std' }),
  };
}
