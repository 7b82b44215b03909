import { Type } from '@sinclair/typebox';
import { inputTensors } from '../src/artefacts/input-tensors.js';
import { encodeTable } from '../src/artefacts/table.js';
import { encodeTensors } from '../src/artefacts/tensors.js';
import type { DecodedTensors } from '../src/artefacts/tensors.js';
import { UserError } from '../src/base/result.js';
import { buildNetwork, modelNames, networkSpecOf } from '../src/networks/index.js';
import type { ModelName } from '../src/networks/index.js';
import { initialise } from '../src/networks/initialise.js';
import { modelSchemas } from '../src/networks/model-schemas.js';
import { layoutSignature } from '../src/numeric/layout.js';
import { survivors } from '../src/numeric/mask.js';
import type { Mask } from '../src/numeric/mask.js';
import { streamKey } from '../src/numeric/rng.js';
import { defineStage } from '../src/pipeline/stage.js';
import type { ColumnType } from '../src/pipeline/stage.js';
import { carryOver } from '../src/pruning/carry-over.js';
import { startRules } from '../src/pruning/criterion.js';
import type { StartRule } from '../src/pruning/criterion.js';
import { maskOrigin } from '../src/pruning/origin.js';

const closed = { additionalProperties: false };

const columns = {
  tensor: 'string',
  source_shape: 'string',
  target_shape: 'string',
  moved: 'int', // entries that took mask and weight of the ticket
  survivors: 'int', // of these
  drawn: 'int', // entries that the ticket does not have: the target's own initial weights, not pruned
} as const satisfies Record<string, ColumnType>;

export default defineStage({
  type: 'transfer',
  version: 2,
  summary: 'Carry a ticket, mask and initial weights, to another way of training or another network.',
  params: Type.Object(
    {
      model: Type.Unsafe<ModelName>({
        type: 'string',
        enum: modelNames,
        description: 'The target network. Its last layer may have more outputs than the ticket.',
      }),
      rng: Type.Integer({
        default: 0,
        minimum: 0,
        maximum: Number.MAX_SAFE_INTEGER,
        description: 'Seed of initial weights that the ticket does not have.',
      }),
    },
    closed,
  ),
  variants: { by: 'model', of: modelSchemas },
  inputs: {
    weights: {
      type: 'weights',
      doc: 'The initial weights that the training of this mask really started from.',
    },
    mask: { type: 'mask', doc: 'The mask that was trained.' },
  },
  outputs: {
    weights: { type: 'weights', doc: 'Initial weights of the target: 0 where the mask is 0.' },
    mask: { type: 'mask', doc: 'Mask of the target.' },
    table: {
      type: 'table',
      columns,
      doc: 'What was moved of each tensor, and what was not. Trained weights and search std never move.',
    },
  },
  runtime: 'portable',
  run(ctx) {
    const { inputs } = ctx;
    const { rng, ...spec } = ctx.params;
    const network = networkSpecOf(spec);
    const { layers, layout } = buildNetwork(network);
    const weights = inputTensors('weights', inputs.weights, 'mean');
    const mask = inputTensors('mask', inputs.mask, 'mask');
    const start = startOf(weights, mask);
    const carried = carryOver({
      source: { layout: weights.layout, mask: mask.mask, weights: weights.mean },
      target: {
        layout,
        initial: initialise(layers, layout, streamKey(rng, 'transfer')),
        outputModule: layers[layers.length - 1]!.name,
      },
    });
    const drawn = carried.moves.reduce((sum, move) => sum + move.drawn, 0);
    if (drawn > 0) ctx.log(`${drawn} parameters are not in the ticket: they are drawn anew and not pruned`);
    return {
      weights: encodeTensors({
        network,
        mean: carried.weights,
        meta: drawn > 0 ? { start, rng } : { start },
      }),
      mask: encodeTensors({ network, mask: carried.mask, meta: { start } }),
      table: encodeTable(
        Object.keys(columns),
        carried.moves.map((move) => ({ ...move })),
      ),
    };
  },
});

/**
 * How the weights were drawn. Trained weights are refused, and weights of which one can tell that the mask's training
 * did not start from them: a mask together with weights that it never saw says nothing of the ticket (numerics, D8).
 */
function startOf(weights: DecodedTensors<'mean'>, { layout, mask, meta }: DecodedTensors<'mask'>): StartRule {
  const [ours, theirs] = [layoutSignature(weights.layout), layoutSignature(layout)];
  if (ours !== theirs)
    throw new UserError(
      `transfer: weights and mask belong to different networks: weights are ${ours}, the mask is ${theirs}. Take both from the same chain`,
    );
  if (survivors(layout, mask) === 0)
    throw new UserError(
      'transfer: the mask leaves no weight, so that there is nothing to move; connect one that keeps some',
    );
  const start = startRules.find((rule) => rule === weights.meta['start']);
  if (start === undefined)
    throw new UserError(
      'transfer: these weights do not say how they were drawn, as trained ones do not. Connect the weights that the training of this mask started from (the state of the loop), not what came out of it',
    );
  refuseOtherMask(weights, mask);
  const { start: restart } = maskOrigin(meta);
  const whole = weights.mean.some((value, i) => mask[i] === 0 && value !== 0);
  if (whole && restart !== 'initial')
    throw new UserError(
      `transfer: the training of this mask started from ${restart} weights, but these are the dense ${start} ones. Connect the weights that the stage rewind made for this mask`,
    );
  return start;
}

/**
 * Weights that were made for another mask are 0 where that one is 0. Drawn weights are not, but for biases and for
 * kernels that start at 0 as a whole.
 */
function refuseOtherMask({ layout, mean }: DecodedTensors<'mean'>, mask: Mask): void {
  for (const { kind, path, offset, size } of layout.tensors) {
    if (kind !== 'kernel') continue;
    const kept = mean.subarray(offset, offset + size).filter((_, i) => mask[offset + i] === 1);
    const zeros = kept.filter((value) => value === 0).length;
    if (zeros > 0 && zeros < kept.length)
      throw new UserError(
        `transfer: ${zeros} of the ${kept.length} weights that the mask keeps in ${path} are exactly 0, as they are in weights that were made for another mask. Connect the weights that the stage rewind made for this mask`,
      );
  }
}
