import { Type } from '@sinclair/typebox';
import type { TObject } from '@sinclair/typebox';
import { encodeTensors } from '../src/artefacts/tensors.js';
import { initialise } from '../src/networks/initialise.js';
import { buildNetwork, modelNames, networkSpecOf } from '../src/networks/index.js';
import type { ModelName } from '../src/networks/index.js';
import { fullMask } from '../src/numeric/mask.js';
import { streamKey } from '../src/numeric/rng.js';
import { defineStage } from '../src/pipeline/stage.js';

const closed = { additionalProperties: false };
const size = (doc: string) => Type.Integer({ minimum: 1, description: doc });
const none = Type.Object({}, closed);

const fieldsOf: Record<ModelName, TObject> = {
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

export default defineStage({
  type: 'init',
  version: 1,
  summary: 'Draw the first weights of a network; nothing is pruned yet.',
  params: Type.Object(
    {
      model: Type.Unsafe<ModelName>({ type: 'string', enum: modelNames, description: 'Which network.' }),
      rng: Type.Integer({
        minimum: 0,
        maximum: Number.MAX_SAFE_INTEGER,
        description: "Seed of the draw, for example ${rng(matrix.seed, 'init')}.",
      }),
    },
    closed,
  ),
  variants: { by: 'model', of: fieldsOf },
  inputs: {},
  outputs: {
    weights: { type: 'weights', doc: 'The initial weights, dense.' },
    mask: { type: 'mask', doc: 'All ones.' },
  },
  runtime: 'portable',
  run({ params }) {
    const { rng, ...spec } = params;
    const network = networkSpecOf(spec);
    const { layers, layout } = buildNetwork(network);
    const mean = initialise(layers, layout, streamKey(rng, 'init'));
    return {
      weights: encodeTensors({ network, mean, meta: { start: 'initial' } }),
      mask: encodeTensors({ network, mask: fullMask(layout), meta: { start: 'initial' } }),
    };
  },
});
