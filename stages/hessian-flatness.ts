import { Type } from '@sinclair/typebox';
import type { Static } from '@sinclair/typebox';
import { layerColumns } from '../src/analysis/flatness/layer-curvature.js';
import { matchInWords, matchLoss } from '../src/analysis/flatness/matched-loss.js';
import type { Chosen } from '../src/analysis/flatness/matched-loss.js';
import { measureIn } from '../src/analysis/flatness/measure.js';
import type { Measure } from '../src/analysis/flatness/measure.js';
import { metricsColumns } from '../src/analysis/flatness/metrics-columns.js';
import { relativeScales } from '../src/analysis/flatness/relative-scale.js';
import { flatnessPieces, flatnessReport } from '../src/analysis/flatness/report.js';
import { sharpnessColumns } from '../src/analysis/flatness/rows.js';
import type { Spot } from '../src/analysis/flatness/rows.js';
import { createLedger } from '../src/analysis/ledger.js';
import type { Ledger } from '../src/analysis/ledger.js';
import { spectrumColumns, spectrumPieces, spectrumReport } from '../src/analysis/spectrum/report.js';
import type { SpectrumSettings } from '../src/analysis/spectrum/report.js';
import { gradientOn, groupsOf, hessianOn } from '../src/analysis/subspace.js';
import { norm } from '../src/analysis/vectors.js';
import { finiteCells } from '../src/artefacts/finite-cells.js';
import { encodeTable } from '../src/artefacts/table.js';
import type { Row } from '../src/artefacts/table.js';
import { checkpointsOn, meanOn, readTrained } from '../src/artefacts/trained.js';
import type { TrainedNetwork } from '../src/artefacts/trained.js';
import { UserError } from '../src/base/result.js';
import { firstImages } from '../src/data/first-images.js';
import { readImages } from '../src/data/images.js';
import { openBackend } from '../src/gradient/backend.js';
import { createGradientEngine } from '../src/gradient/engine.js';
import type { GradientEngine } from '../src/gradient/engine.js';
import { backendChoices } from '../src/gradient/locate.js';
import type { BackendChoice } from '../src/gradient/locate.js';
import { buildNetwork } from '../src/networks/index.js';
import type { Network } from '../src/networks/network.js';
import { gather, scatter, searchCoordinates, survivors } from '../src/numeric/mask.js';
import { streamKey } from '../src/numeric/rng.js';
import { defineStage } from '../src/pipeline/stage.js';
import type { Artefact } from '../src/pipeline/stage.js';
import { createEvaluator } from '../src/population/evaluator.js';
import type { Evaluator } from '../src/population/evaluator.js';

const count = (value: number, minimum: number, description: string) =>
  Type.Integer({ default: value, minimum, description });
const scales = (values: readonly number[], description: string) =>
  Type.Array(Type.Number({ exclusiveMinimum: 0 }), {
    default: [...values],
    minItems: 1,
    uniqueItems: true,
    description,
  });

const params = Type.Object(
  {
    images: count(
      2048,
      1,
      'Training images that every measure is about, the first ones; all if there are fewer.',
    ),
    eigenvalues: count(10, 1, 'Largest and smallest eigenvalues to tell.'),
    lanczos_steps: count(80, 1, 'Hessian products to find them with.'),
    probes: count(200, 2, 'Random vectors for the trace.'),
    density_probes: count(10, 1, 'Random vectors for the density of the eigenvalues.'),
    density_steps: count(90, 1, 'Hessian products for each of them.'),
    pairs: count(256, 2, 'Antithetic pairs of perturbations, the same directions for every scale.'),
    sigmas: scales([0.001, 0.003, 0.01, 0.03, 0.1, 0.3], 'Standard deviations of absolute perturbations.'),
    rhos: scales(
      [0.01, 0.03, 0.1, 0.2, 0.4, 0.8, 1.6],
      'Standard deviations relative to the root mean square of the weights of each layer.',
    ),
    refinements: count(3, 0, 'Further scales between two of rhos, to find rho_90 more exactly.'),
    step: Type.Number({
      default: 0.1,
      exclusiveMinimum: 0,
      description: 'Length of the steps that directional curvatures are differences over.',
    }),
    paired: count(
      16,
      0,
      'Directions in which sharpness is compared with the Hessian: the gap that kinks make.',
    ),
    lines: count(2, 0, 'Directions in which it is compared with gradients along the line.'),
    backend: Type.Unsafe<BackendChoice>({
      type: 'string',
      enum: backendChoices,
      default: 'auto',
      description: 'What computes derivatives; auto: native where it loads, else wasm.',
    }),
    rng: Type.Integer({
      minimum: 0,
      maximum: Number.MAX_SAFE_INTEGER,
      description: 'Seed of all random directions.',
    }),
  },
  { additionalProperties: false },
);
type Params = Static<typeof params>;

const network = { type: ['ticket', 'weights'] } as const;
const directionColumns = { direction: 'int', curvature: 'double' } as const;

export default defineStage({
  type: 'hessian-flatness',
  version: 3,
  summary:
    'How flat the loss is around a trained network: spectrum of the Hessian, and sharpness by values alone.',
  params,
  inputs: {
    data: { type: 'dataset', doc: 'Training images.' },
    weights: { ...network, doc: 'The trained network; the ticket of a strategy brings its std too.' },
    mask: { type: 'mask', optional: true, doc: "Which weights exist; without it the ticket's own." },
    tickets: {
      type: 'dir',
      optional: true,
      doc: 'Earlier tickets of the same training (train-gd with `tickets`): the one whose training loss is nearest to that of `reference` is measured.',
    },
    reference: { ...network, optional: true, doc: 'The network whose training loss is to be matched.' },
  },
  outputs: {
    metrics: {
      type: 'metrics',
      columns: metricsColumns,
      doc: 'One row: which checkpoint at which loss, rho_90, eigenvalues, traces, gaps, own distribution.',
    },
    spectrum: {
      type: 'table',
      columns: spectrumColumns,
      doc: 'Eigenvalues at both ends with bounds, nodes and weights of the quadratures, and the density.',
    },
    sharpness: {
      type: 'table',
      columns: sharpnessColumns,
      doc: 'One row a scale: how much loss and error rise, with standard errors.',
    },
    layers: {
      type: 'table',
      columns: layerColumns,
      doc: 'Mean curvature of each tensor, by values alone at each of sigmas, beside that of derivatives and 1 / std².',
    },
    directions: {
      type: 'table',
      columns: directionColumns,
      doc: 'Curvature along each random direction.',
    },
  },
  runtime: 'gradient',
  choosesRuntime: ['backend'],
  threads: true,
  async run(ctx) {
    const { params: given, inputs } = ctx;
    const trained = readTrained('weights', inputs.weights, inputs.mask);
    const network = buildNetwork(trained.network);
    const images = firstImages(readImages((file) => inputs.data.bytes(file)).train, given.images);
    const { threads } = ctx;
    const evaluator = await createEvaluator({
      network,
      mask: trained.mask,
      train: images,
      test: images,
      threads,
    });
    try {
      const total = piecesOf(given, trained, inputs);
      const ledger = createLedger({
        checkpoints: ctx.checkpoints,
        report: (done) => ctx.progress({ unit: 'piece', done, total }),
      });
      const values = measureWith(evaluator);
      const chosen = await chooseCheckpoint(trained, inputs, measureIn(ledger, 'match', values));
      if (chosen.reference !== undefined) ctx.log(matchInWords(chosen, chosen.reference));
      const cacheDir = ctx.cacheDir();
      const backend = await openBackend({ choice: given.backend, cacheDir, runtime: ctx.runtime });
      const engine = createGradientEngine({ network, mask: trained.mask, images, backend });
      const spot = spotOf({ network, trained, chosen, engine, ledger, values });
      const tables = await measure({ spot, trained, chosen, ledger, images: images.count }, given);
      engine.dispose();
      return tables;
    } finally {
      await evaluator.close();
    }
  },
});

interface Inputs {
  readonly tickets: Artefact | undefined;
  readonly reference: Artefact | undefined;
}

/** The trained network itself, or with a reference the checkpoint nearest to it in training loss. */
function chooseCheckpoint(
  trained: TrainedNetwork,
  { tickets, reference }: Inputs,
  measure: Measure,
): Promise<Chosen> {
  if ((tickets === undefined) !== (reference === undefined))
    throw new UserError(
      'hessian-flatness: to match training losses connect both `tickets`, to choose from, and `reference`, whose loss is to be matched',
    );
  const candidates = [...checkpointsOn(trained, tickets), { name: 'final', mean: trained.mean }];
  return matchLoss(candidates, reference && meanOn(trained, 'reference', reference.bytes()), measure);
}

/** Networks are candidates of the population kernels. */
const measureWith =
  (evaluator: Evaluator): Measure =>
  async (networks) =>
    (await evaluator.evaluateMany(networks, 'train')).map(({ loss, accuracy }) => ({
      loss,
      error: 1 - accuracy,
    }));

/** At most: what the ledger will get for the matching, the diagonal and both reports. */
function piecesOf(given: Params, { std }: TrainedNetwork, { reference }: Inputs): number {
  const own = reference === undefined ? 2 : 3;
  return own + spectrumPieces(spectrumSettings(given)) + flatnessPieces(given, std !== undefined);
}

interface Place {
  readonly network: Network;
  readonly trained: TrainedNetwork;
  readonly chosen: Chosen;
  readonly engine: GradientEngine;
  readonly ledger: Ledger;
  readonly values: Measure;
}

/** The chosen network on the coordinates that its mask leaves. */
function spotOf({ network, trained, chosen, engine, ledger, values }: Place): Spot {
  const { layout, mask, std } = trained;
  const positions = searchCoordinates(mask);
  const subspace = { positions, size: layout.size };
  const compact = (flat: Float64Array) => gather(new Float64Array(positions.length), flat, positions);
  const centre = compact(chosen.mean);
  return {
    ...{ centre, value: chosen.value, classes: network.outputs },
    gradient: gradientOn(subspace, engine),
    hessian: hessianOn(subspace, engine, centre),
    diagonal: ledger.once('diagonal', () => compact(engine.gaussNewtonDiagonal(chosen.mean))),
    relative: compact(relativeScales(layout, mask, chosen.mean)),
    groups: groupsOf(layout, positions),
    std: std && compact(std),
    measure: (points) =>
      values(points.map((point) => scatter(new Float64Array(layout.size), point, positions))),
  };
}

interface Measured {
  readonly spot: Spot;
  readonly trained: TrainedNetwork;
  readonly chosen: Chosen;
  readonly ledger: Ledger;
  readonly images: number;
}

async function measure({ spot, trained, chosen, ledger, images }: Measured, given: Params) {
  const { layout, mask } = trained;
  const { centre, diagonal, gradient, hessian } = spot;
  const settings = spectrumSettings(given);
  const spectrum = spectrumReport(hessian, settings, streamKey(given.rng, 'spectrum'), ledger);
  const flatness = await flatnessReport(spot, given, streamKey(given.rng, 'flatness'), ledger);
  const slope = new Float64Array(centre.length);
  gradient(slope, centre);
  const metrics: Row = {
    ...finiteCells({ ...chosen.value, ...spectrum.cells, ...flatness.cells }),
    checkpoint: chosen.name,
    reference_loss: chosen.reference,
    images,
    coordinates: centre.length,
    remaining: survivors(layout, mask) / layout.prunable,
    gradient_norm: norm(slope),
    gauss_newton_trace: diagonal.reduce((sum, value) => sum + value, 0),
  };
  const finite = (rows: readonly object[]) => rows.map((row) => finiteCells({ ...row }));
  return {
    metrics: encodeTable(Object.keys(metricsColumns), [metrics]),
    spectrum: encodeTable(Object.keys(spectrumColumns), finite(spectrum.rows)),
    sharpness: encodeTable(Object.keys(sharpnessColumns), finite(flatness.rows)),
    layers: encodeTable(Object.keys(layerColumns), finite(flatness.layers)),
    directions: encodeTable(
      Object.keys(directionColumns),
      finite(Array.from(flatness.curvatures, (curvature, direction) => ({ direction, curvature }))),
    ),
  };
}

function spectrumSettings(given: Params): SpectrumSettings {
  return {
    lanczosSteps: given.lanczos_steps,
    eigenvalues: given.eigenvalues,
    traceProbes: given.probes,
    densityProbes: given.density_probes,
    densitySteps: given.density_steps,
  };
}
