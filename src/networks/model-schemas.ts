import { Type } from '@sinclair/typebox';
import type { TObject } from '@sinclair/typebox';
import type { ModelName } from './index.js';

const closed = { additionalProperties: false };
const size = (doc: string) => Type.Integer({ minimum: 1, description: doc });
const none = Type.Object({}, closed);

/** The parameters of each model as stages take them: beside `model` and other parameters of the stage. */
export const modelSchemas: Record<ModelName, TObject> = {
  mlp: Type.Object(
    {
      layers: Type.Array(Type.Integer({ minimum: 1 }), {
        minItems: 2,
        description: 'Sizes from input to output, for example [196, 32, 10].',
      }),
      activation: Type.Unsafe<'relu' | 'tanh'>({
        type: 'string',
        enum: ['relu', 'tanh'],
        default: 'relu',
        description: 'Activation of the hidden layers.',
      }),
    },
    closed,
  ),
  'cnn-small': none,
  'cnn-minatar': Type.Object(
    { channels: size('Binary planes of the observation.'), actions: size('Size of the action set.') },
    closed,
  ),
  'mlp-cartpole': none,
  'mlp-acrobot': none,
  'mlp-pendulum': none,
  'mlp-brax': Type.Object(
    { observations: size('Length of the observation.'), actions: size('Length of the action.') },
    closed,
  ),
};
