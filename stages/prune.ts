import { Type } from '@sinclair/typebox';
import { inputTensors } from '../src/artefacts/input-tensors.js';
import { encodeTable } from '../src/artefacts/table.js';
import { encodeTensors } from '../src/artefacts/tensors.js';
import type { DecodedTensors } from '../src/artefacts/tensors.js';
import { UserError } from '../src/base/result.js';
import { readImages } from '../src/data/images.js';
import type { ImageSets } from '../src/data/images.js';
import { openBackend } from '../src/gradient/backend.js';
import type { Backend } from '../src/gradient/backend.js';
import { createGradientEngine } from '../src/gradient/engine.js';
import type { Images } from '../src/gradient/engine.js';
import { backendChoices } from '../src/gradient/locate.js';
import type { BackendChoice } from '../src/gradient/locate.js';
import { buildNetwork } from '../src/networks/index.js';
import type { Network } from '../src/networks/network.js';
import { layoutSignature } from '../src/numeric/layout.js';
import { fullMask } from '../src/numeric/mask.js';
import type { Mask } from '../src/numeric/mask.js';
import { defineStage } from '../src/pipeline/stage.js';
import type { Artefact, ColumnType } from '../src/pipeline/stage.js';
import { createEvaluator } from '../src/population/evaluator.js';
import type { Trained } from '../src/pruning/criterion.js';
import {
  baseRuleNames,
  controlNames,
  criterionNames,
  derivativeOf,
  scoreRuleNames,
} from '../src/pruning/index.js';
import type { CriterionName, ScoreRuleName } from '../src/pruning/index.js';
import { originJson } from '../src/pruning/origin.js';
import { defaultBase, prune } from '../src/pruning/prune.js';
import { pruningReport } from '../src/pruning/report.js';
import { scopes } from '../src/pruning/scope.js';
import type { Scope } from '../src/pruning/scope.js';

const closed = { additionalProperties: false };

/** One row a kernel and a last one, `all`; a cell without a meaning is empty. */
const columns = {
  layer: 'string', // full path of the kernel, or `all`
  excluded: 'bool',
  size: 'int', // prunable weights
  survivors_before: 'int',
  survivors_after: 'int',
  remaining: 'double', // survivors_after / size
  threshold: 'double', // percentile of the scores at the sparsity; of `all` only with scope global
  units: 'int', // outputs of the layer
  unfed_units: 'int', // without a surviving incoming weight
  unread_units: 'int', // without a surviving weight in the next layer
  dead_units: 'int', // unfed or unread
  spearman_magnitude: 'double', // of score and |mean|, over the weights that survived before
  jaccard_magnitude: 'double', // of the new mask and the one that magnitude gives here
  test_accuracy: 'double', // right after pruning, before any training; row `all`, with the input data
  test_loss: 'double', // mean cross-entropy, likewise
} as const satisfies Record<string, ColumnType>;

const ofControl = Type.Object(
  {
    base: Type.Unsafe<ScoreRuleName>({
      type: 'string',
      enum: baseRuleNames,
      default: defaultBase,
      description: 'The rule whose mask the control takes apart.',
    }),
  },
  closed,
);
const ofScoreRule = Type.Object({}, closed);
const ofDerivativeRule = Type.Object(
  {
    share: Type.Number({
      default: 1,
      exclusiveMinimum: 0,
      maximum: 1,
      description: 'Share of the training images, the first ones, that the loss is taken over.',
    }),
    backend: Type.Unsafe<BackendChoice>({
      type: 'string',
      enum: backendChoices,
      default: 'auto',
      description: 'What computes derivatives; auto: native where it loads, else wasm.',
    }),
  },
  closed,
);
const derivativeRuleNames = scoreRuleNames.filter((name) => derivativeOf(name) !== undefined);

export default defineStage({
  type: 'prune',
  version: 2,
  summary: 'Score the trained weights and remove the lowest, down to a cumulative sparsity.',
  params: Type.Object(
    {
      criterion: Type.Unsafe<CriterionName>({
        type: 'string',
        enum: criterionNames,
        description: 'The pruning rule.',
      }),
      sparsity: Type.Number({
        minimum: 0,
        exclusiveMaximum: 1,
        description: 'Share of the prunable weights that is gone afterwards, counted from the dense network.',
      }),
      scope: Type.Unsafe<Scope>({
        type: 'string',
        enum: scopes,
        default: 'global',
        description:
          'global: all weights are ranked against each other. layer: each kernel loses the same share.',
      }),
      exclude: Type.Array(Type.String(), {
        default: [],
        uniqueItems: true,
        description: 'Full paths of kernels that stay as they are, for example [Conv_0/kernel].',
      }),
      rng: Type.Integer({
        minimum: 0,
        maximum: Number.MAX_SAFE_INTEGER,
        description: "Seed of the rules that draw, for example ${rng(matrix.seed, 'prune', k)}.",
      }),
    },
    closed,
  ),
  variants: {
    by: 'criterion',
    of: Object.fromEntries([
      ...scoreRuleNames.map((name) => [name, ofScoreRule] as const),
      ...derivativeRuleNames.map((name) => [name, ofDerivativeRule] as const),
      ...controlNames.map((name) => [name, ofControl] as const),
    ]),
  },
  inputs: {
    ticket: { type: ['ticket', 'weights'], doc: 'What training left: mean, and std for signal-to-noise.' },
    mask: { type: 'mask', optional: true, doc: "The mask that was trained; without it the ticket's own." },
    init: {
      type: 'weights',
      optional: true,
      doc: 'What the training started from, for movement, snip and grasp.',
    },
    densities: {
      type: 'mask',
      optional: true,
      doc: "For controls that shuffle: the mask to shuffle in place of the base rule's.",
    },
    data: {
      type: 'dataset',
      optional: true,
      doc: 'With it the accuracy right after pruning is in the table. Snip, grasp and obd need it.',
    },
  },
  outputs: {
    mask: { type: 'mask', doc: 'The next mask; start in the metadata says what its rule restarts from.' },
    table: { type: 'table', columns, doc: 'What became of each kernel, and of all.' },
  },
  // Only what computes derivatives depends on the backend.
  runtime: {
    by: 'criterion',
    of: Object.fromEntries(derivativeRuleNames.map((name) => [name, 'gradient'] as const)),
    otherwise: 'portable',
  },
  choosesRuntime: ['backend'],
  threads: true,
  async run(ctx) {
    const { params, inputs, threads } = ctx;
    const ticket = inputTensors('ticket', inputs.ticket, 'mean');
    const network = buildNetwork(ticket.network);
    const images = inputs.data && readImages((file) => inputs.data!.bytes(file));
    const left: Trained = {
      layout: ticket.layout,
      mask: inputs.mask ? tensorOf(ticket, inputs.mask, 'mask', 'mask').mask : ownMask(ticket),
      mean: ticket.mean,
      std: ticket.std,
      initial: inputs.init && tensorOf(ticket, inputs.init, 'mean', 'init').mean,
    };
    // Controls have a parameter `base` too, rules that need a derivative have their own.
    const { rng: seed, ...rule } = params as typeof params & { readonly base?: ScoreRuleName } & OfDerivative;
    const densities = inputs.densities && tensorOf(ticket, inputs.densities, 'mask', 'densities').mask;
    const derivative =
      images &&
      (await lossDerivative(left, { ...rule, network, images: images.train }, (choice) =>
        openBackend({ choice, cacheDir: ctx.cacheDir(), runtime: ctx.runtime }),
      ));
    const trained = { ...left, derivative };
    const pruned = prune({ trained, ...rule, seed, densities });
    const rows = pruningReport({
      trained,
      pruned,
      sparsity: rule.sparsity,
      scope: rule.scope,
      modules: network.layers.map((layer) => layer.name),
    });
    for (const row of rows)
      if (row.survivors_after === 0) ctx.log(`${row.layer} has no weights left: its outputs are constant`);
    const { mask } = pruned;
    const accuracy = images && (await accuracyOf({ network, mask, mean: ticket.mean, images, threads }));
    return {
      mask: encodeTensors({ network: ticket.network, mask, meta: originJson(pruned, rule.criterion, seed) }),
      table: encodeTable(
        Object.keys(columns),
        rows.map((row) => ({ ...row, ...(row.layer === 'all' ? accuracy : {}) })),
      ),
    };
  },
});

/** A tensor of another input, which has to be about the ticket's network. */
function tensorOf<Name extends 'mask' | 'mean'>(
  ticket: DecodedTensors<'mean'>,
  from: Artefact,
  name: Name,
  input: string,
) {
  const other = inputTensors(input, from, name);
  const [ours, theirs] = [layoutSignature(ticket.layout), layoutSignature(other.layout)];
  if (ours !== theirs)
    throw new UserError(
      `the ticket and a ${from.type} that came with it belong to different networks: the ticket is ${ours}, the ${from.type} is ${theirs}. Take both from the same chain`,
    );
  return other;
}

function ownMask({ mask }: DecodedTensors<'mean'>): Mask {
  if (mask === undefined)
    throw new UserError(
      'these trained weights bring no mask: connect the mask that they were trained under to the input mask',
    );
  return mask;
}

/** Parameters that only the rules with a derivative have. */
interface OfDerivative {
  readonly share?: number;
  readonly backend?: BackendChoice;
}

/** The derivative that the criterion asks for; undefined when it asks for none, or its weights are not connected. */
async function lossDerivative(
  { layout, mask, mean, initial }: Trained,
  of: OfDerivative & {
    readonly criterion: CriterionName;
    readonly network: Network;
    readonly images: Images;
  },
  open: (choice: BackendChoice) => Promise<Backend>,
): Promise<Float64Array | undefined> {
  const wanted = derivativeOf(of.criterion);
  const weights = wanted === 'trained-curvature' ? mean : initial;
  if (wanted === undefined || weights === undefined) return undefined;
  const { network, images, share = 1, backend = 'auto' } = of;
  const engine = createGradientEngine({
    network,
    mask: wanted === 'trained-curvature' ? mask : fullMask(layout),
    images: { ...images, ...firstOf(images, share) },
    backend: await open(backend),
  });
  try {
    if (wanted === 'trained-curvature') return engine.gaussNewtonDiagonal(weights);
    const gradient = new Float64Array(layout.size);
    engine.gradient(gradient, weights);
    if (wanted === 'initial-gradient') return gradient;
    const product = new Float64Array(layout.size);
    engine.hessianVector(product, weights, gradient);
    return product;
  } finally {
    engine.dispose();
  }
}

function firstOf({ pixels, labels, count, inputs }: Images, share: number) {
  const some = Math.max(1, Math.round(share * count));
  return { pixels: pixels.subarray(0, some * inputs), labels: labels.subarray(0, some), count: some };
}

/** How the trained weights do on the test set right after pruning. */
async function accuracyOf(o: {
  readonly network: Network;
  readonly mask: Mask;
  readonly mean: Float64Array;
  readonly images: ImageSets;
  readonly threads: number;
}) {
  const { network, mask, threads } = o;
  const { train, test } = o.images;
  const evaluator = await createEvaluator({ network, mask, train, test, threads });
  try {
    const [result] = await evaluator.evaluateMany([o.mean], 'test');
    return { test_accuracy: finite(result?.accuracy), test_loss: finite(result?.loss) };
  } finally {
    await evaluator.close();
  }
}

/** NaN, which stands for weights that have diverged, becomes an empty cell. */
const finite = (value: number | undefined) => (Number.isFinite(value) ? value : undefined);
