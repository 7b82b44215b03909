import { Type } from '@sinclair/typebox';
import { inputTensors } from '../src/artefacts/input-tensors.js';
import { encodeTensors } from '../src/artefacts/tensors.js';
import { initialise } from '../src/networks/initialise.js';
import { buildNetwork } from '../src/networks/index.js';
import { layoutSignature } from '../src/numeric/layout.js';
import { streamKey } from '../src/numeric/rng.js';
import { UserError } from '../src/base/result.js';
import { defineStage } from '../src/pipeline/stage.js';
import { startRules } from '../src/pruning/criterion.js';
import type { StartRule } from '../src/pruning/criterion.js';
import { maskOrigin, rankedMask } from '../src/pruning/origin.js';
import { restartWeights } from '../src/pruning/restart.js';

const closed = { additionalProperties: false };

export default defineStage({
  type: 'rewind',
  version: 1,
  summary: 'Make the weights that the next training starts from, under a new mask.',
  params: Type.Object(
    {
      from: Type.Unsafe<StartRule | 'rule'>({
        type: 'string',
        enum: ['rule', ...startRules],
        default: 'rule',
        description:
          'initial: the first weights. permuted: their surviving values permuted within each kernel, biases untouched. fresh: a new initialisation. rule: what the criterion that made the mask goes with.',
      }),
      rng: Type.Integer({
        minimum: 0,
        maximum: Number.MAX_SAFE_INTEGER,
        description: "Seed of permuted and fresh weights, for example ${rng(matrix.seed, 'rewind', k)}.",
      }),
    },
    closed,
  ),
  inputs: {
    init: { type: 'weights', doc: 'The first weights, dense, as the stage init makes them.' },
    mask: { type: 'mask', doc: 'The mask of the next training.' },
  },
  outputs: {
    weights: {
      type: 'weights',
      doc: 'The weights really used: 0 where the mask is 0; start in the metadata says which they are.',
    },
  },
  runtime: 'portable',
  run({ params, inputs }) {
    const init = inputTensors('init', inputs.init, 'mean');
    const target = inputTensors('mask', inputs.mask, 'mask');
    const [ours, theirs] = [layoutSignature(init.layout), layoutSignature(target.layout)];
    if (ours !== theirs)
      throw new UserError(
        `init and mask belong to different networks: init is ${ours}, mask is ${theirs}. Take both from the same chain`,
      );
    const { network, layout } = init;
    const origin = maskOrigin(target.meta);
    const { from: asked, rng } = params;
    const from = asked === 'rule' ? origin.start : asked;
    const mean = restartWeights({
      from,
      layout,
      mask: target.mask,
      initial: init.mean,
      valuesOf: rankedMask(layout, target.mask, origin),
      seed: rng,
      initialise: () => initialise(buildNetwork(network).layers, layout, streamKey(rng, 'rewind', 'fresh')),
    });
    // Where nothing was drawn the bytes do not depend on the seed.
    const meta = from === 'initial' ? { start: from } : { start: from, rng };
    return { weights: encodeTensors({ network, mean, meta }) };
  },
});
