import { Type } from '@sinclair/typebox';
import { encodeTensors } from '../src/artefacts/tensors.js';
import { initialise } from '../src/networks/initialise.js';
import { buildNetwork, modelNames, networkSpecOf } from '../src/networks/index.js';
import type { ModelName } from '../src/networks/index.js';
import { modelSchemas } from '../src/networks/model-schemas.js';
import { fullMask } from '../src/numeric/mask.js';
import { streamKey } from '../src/numeric/rng.js';
import { defineStage } from '../src/pipeline/stage.js';

const closed = { additionalProperties: false };

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
  variants: { by: 'model', of: modelSchemas },
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
