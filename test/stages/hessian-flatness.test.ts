import { tmpdir } from 'node:os';
import { beforeAll, describe, expect, test } from 'vitest';
import { decodeTable } from '../../src/artefacts/table.js';
import type { Row } from '../../src/artefacts/table.js';
import { encodeTensors } from '../../src/artefacts/tensors.js';
import { readImages } from '../../src/data/images.js';
import type { NetworkSpec } from '../../src/networks/index.js';
import { fullMask, scatter, searchCoordinates } from '../../src/numeric/mask.js';
import hessianFlatness from '../../stages/hessian-flatness.js';
import { jacobiEigen, trace } from '../analysis/dense-matrix.js';
import { randomWeights, referenceNet } from '../analysis/reference-net.js';
import { logitsOf } from '../gradient/reference-network.js';
import { artefact, runStage, tensors, tinyDataset } from './prune-fixtures.js';

const layers = [4, 3, 10];
const data = tinyDataset();
const images = readImages((file) => data.bytes(file)).train;
const specOf = (activation: 'tanh' | 'relu'): NetworkSpec => ({ model: 'mlp', layers, activation });
const net = referenceNet(layers, 'tanh', images);
const { layout } = net.network;

/** A third of the kernels is pruned: the surviving subspace has 41 of 55 coordinates. */
const mask = fullMask(layout);
for (const { kind, offset, size } of layout.tensors)
  if (kind === 'kernel') for (let i = offset; i < offset + size; i += 3) mask[i] = 0;
const positions = searchCoordinates(mask);
/** A little trained: better than knowing nothing. */
const mean = randomWeights(layout.size, 1).map((value, i) => value * mask[i]);
for (let step = 0; step < 40; step++)
  net.gradient(mean).forEach((slope, i) => (mean[i] -= 0.5 * slope * mask[i]));
const std = Float64Array.from(mask, (bit, i) => (bit === 1 ? 0.01 + i / 1000 : 0));

const quick = {
  eigenvalues: 3,
  lanczos_steps: 41,
  probes: 300,
  density_probes: 2,
  density_steps: 20,
  pairs: 24,
  sigmas: [0.01, 0.1],
  rhos: [0.01, 0.1, 1, 10],
  refinements: 2,
  paired: 8,
  lines: 2,
  backend: 'wasm',
  rng: 3,
};

async function measured(inputs: Record<string, unknown>, params: Record<string, unknown> = {}) {
  const context = { threads: 1, cacheDir: () => tmpdir() };
  const run = await runStage(hessianFlatness, { ...quick, ...params }, { data, ...inputs } as never, context);
  const rows = (name: string): readonly Row[] => decodeTable(run.outputs[name] as string).rows;
  const [metrics] = rows('metrics');
  const spectrum = rows('spectrum');
  const tables = { sharpness: rows('sharpness'), layers: rows('layers'), directions: rows('directions') };
  return { metrics, spectrum, ...tables, ...run };
}

const ticket = (activation: 'tanh' | 'relu', parts: object = { std }) =>
  tensors('ticket', { network: specOf(activation), mean, mask, ...parts });

/** Rows and columns of the coordinates that the mask leaves. */
function surviving(matrix: Float64Array): Float64Array {
  const n = positions.length;
  return Float64Array.from(
    { length: n * n },
    (_, at) => matrix[positions[Math.floor(at / n)] * layout.size + positions[at % n]],
  );
}

describe('around a pruned tanh network', () => {
  const exact = surviving(net.hessian(mean));
  const { values } = jacobiEigen(exact);
  let found: Awaited<ReturnType<typeof measured>>;
  beforeAll(async () => {
    found = await measured({ weights: ticket('tanh') });
  });

  test('eigenvalues at both ends are those of the dense float64 Hessian on the survivors', () => {
    const { metrics, spectrum } = found;
    expect(metrics).toMatchObject({
      coordinates: positions.length,
      images: images.count,
      checkpoint: 'final',
    });
    const largest = values[values.length - 1];
    const top = spectrum.filter(({ part }) => part === 'top');
    top.forEach(({ value, converged }, i) => {
      expect(Math.abs(Number(value) - values[values.length - 1 - i])).toBeLessThan(1e-3 * largest);
      expect(converged).toBe(true);
    });
    expect(Math.abs(Number(metrics['lambda_min']) - values[0])).toBeLessThan(1e-3 * largest);
    expect(metrics['asymmetry']).toBeLessThan(1e-6);
  });

  test('traces: Hutchinson within three standard errors, Gauss-Newton exact', () => {
    const { metrics } = found;
    const error = Math.abs(Number(metrics['trace']) - trace(exact));
    expect(error).toBeLessThan(3 * Number(metrics['trace_se']));
    const gaussNewton = trace(surviving(net.gaussNewton(mean)));
    expect(Number(metrics['gauss_newton_trace']) / gaussNewton).toBeCloseTo(1, 4);
    expect(Math.abs(trace(exact) / gaussNewton - 1)).toBeGreaterThan(0.01);
  });

  test('sharpness agrees with the Hessian in the same directions, and with gradients along the line', () => {
    const { metrics, sharpness } = found;
    const [first] = sharpness.filter(({ measure }) => measure === 'absolute');
    expect(first).toMatchObject({ scale: 0.01, pairs: 24 });
    expect(Math.abs(Number(first['kink_gap']))).toBeLessThan(0.02);
    expect(metrics['kink_gap']).toBe(first['kink_gap']);
    expect(metrics['line_integral_gap']).toBeLessThan(0.02);
    expect(sharpness.filter(({ measure }) => measure === 'relative').length).toBeGreaterThanOrEqual(4);
  });

  test('the radius lies between the scales at which accuracy is kept and lost', () => {
    const { metrics, sharpness } = found;
    const relative = sharpness.filter(({ measure }) => measure === 'relative');
    const scales = relative.map(({ scale }) => scale);
    expect(new Set(scales).size).toBe(scales.length);
    const radius = Number(metrics['rho_90_loss']);
    for (const { scale, retained_loss: left } of relative)
      if (Number(scale) < radius / 1.001) expect(Number(left)).toBeGreaterThanOrEqual(0.9);
    expect(
      relative.filter(({ scale, retained_loss: left }) => Number(scale) > radius && Number(left) < 0.9),
    ).not.toHaveLength(0);
  });

  test('what is left of accuracy and loss counts above chance of ten classes', () => {
    const { metrics, sharpness } = found;
    const above = { loss: Math.log(10) - Number(metrics['loss']), error: 0.9 - Number(metrics['error']) };
    for (const row of sharpness) {
      expect(row['retained_loss']).toBeCloseTo(1 - Number(row['loss_increase']) / above.loss, 12);
      expect(row['retained_accuracy']).toBeCloseTo(1 - Number(row['error_increase']) / above.error, 12);
    }
  });

  test('the row of metrics agrees with the other tables and with the float64 network', () => {
    const { metrics, directions } = found;
    const wrong = Array.from(images.labels).filter((label, i) => {
      const logits = logitsOf(net.network, mean, images.pixels.subarray(4 * i, 4 * i + 4));
      return logits.indexOf(Math.max(...logits)) !== label;
    });
    const slope = net.gradient(mean).filter((_, i) => mask[i] === 1);
    const kappas = directions.map(({ curvature }) => Number(curvature)).sort((a, b) => a - b);
    const between = (at: number) => {
      const low = Math.floor(at);
      return expect.closeTo(kappas[low] + (at - low) * (kappas[low + 1] - kappas[low]), 10);
    };
    const sumOf = (values: readonly number[]) => values.reduce((a, b) => a + b, 0);
    expect(metrics).toMatchObject({
      loss: expect.closeTo(net.loss(mean), 6),
      error: expect.closeTo(wrong.length / images.count, 12),
      gradient_norm: expect.closeTo(Math.hypot(...slope), 5),
      trace_per_coordinate: Number(metrics['trace']) / positions.length,
      isotropic_std: expect.closeTo(Math.hypot(...std) / Math.sqrt(positions.length), 12),
      curvature_mean: expect.closeTo(sumOf(kappas) / 24, 10),
      curvature_p10: between(2.3),
      curvature_p50: between(11.5),
      curvature_p90: between(20.7),
      curvature_negative_share: kappas.filter((kappa) => kappa < 0).length / 24,
      remaining: (positions.length - 13) / layout.prunable,
    });
  });

  test('a strategy ticket brings its own distribution and the rank of its std beside the curvature', () => {
    const { metrics, directions } = found;
    expect(metrics['own_loss_se']).toBeGreaterThan(0);
    expect(Number(metrics['own_minus_isotropic'])).toBeCloseTo(
      Number(metrics['own_loss']) - Number(metrics['isotropic_loss']),
      10,
    );
    expect(Math.abs(Number(metrics['curvature_rank']))).toBeLessThanOrEqual(1);
    expect(directions).toHaveLength(24);
  });

  test('tells the curvature of every tensor at every scale, by values and by derivatives', () => {
    const { layers, metrics } = found;
    expect(layers.map(({ scale, tensor, coordinates }) => [scale, tensor, coordinates])).toEqual(
      quick.sigmas.flatMap((scale) => [
        [scale, 'Dense_0/bias', 3],
        [scale, 'Dense_0/kernel', 8],
        [scale, 'Dense_1/bias', 10],
        [scale, 'Dense_1/kernel', 20],
      ]),
    );
    const first = layers.slice(0, 4);
    const sum = first.reduce((all, row) => all + Number(row['gauss_newton']) * Number(row['coordinates']), 0);
    expect(sum / Number(metrics['gauss_newton_trace'])).toBeCloseTo(1, 10);
    for (const { curvature, curvature_se: error, gauss_newton: exact } of first)
      expect(Math.abs(Number(curvature) - Number(exact))).toBeLessThan(4 * Number(error));
  });

  test('the same seed gives the same bytes, another seed other directions', async () => {
    expect((await measured({ weights: ticket('tanh') })).outputs).toEqual(found.outputs);
    const other = await measured({ weights: ticket('tanh') }, { rng: 4 });
    expect(other.metrics['trace']).not.toBe(found.metrics['trace']);
    expect(other.metrics['gauss_newton_trace']).toBe(found.metrics['gauss_newton_trace']);
  });

  test('weights with a mask beside them are the same network, but have no std', async () => {
    const weights = tensors('weights', { network: specOf('tanh'), mean });
    const alone = tensors('mask', { network: specOf('tanh'), mask });
    const { metrics } = await measured({ weights, mask: alone });
    expect(metrics).toMatchObject({
      lambda_max: found.metrics['lambda_max'],
      own_loss: undefined,
      curvature_rank: undefined,
    });
  });
});

test('what diverges around the network is unknown: empty cells, not numbers', async () => {
  const far = { sigmas: [1e30], rhos: [1e30], step: 1e37, pairs: 2, lines: 0 };
  const { metrics, sharpness, directions } = await measured({ weights: ticket('relu', {}) }, far);
  for (const name of ['rho_90', 'kink_gap', 'curvature_mean', 'curvature_p50', 'curvature_negative_share'])
    expect(metrics[name], name).toBeUndefined();
  expect(sharpness.map((row) => row['loss_increase'])).toEqual([undefined, undefined]);
  expect(directions.map(({ curvature }) => curvature)).toEqual([undefined, undefined]);
});

describe('matched training loss', () => {
  test('takes the checkpoint nearest to the reference and names it', async () => {
    const files = new Map(
      [0.2, 0.5, 0.8].map((share, i) => [
        `step-${i}.safetensors`,
        encodeTensors({ network: specOf('tanh'), mask, mean: mean.map((value) => share * value) }),
      ]),
    );
    const reference = ticket('tanh', { mean: mean.map((value) => 0.55 * value) });
    const tickets = artefact('dir', files);
    const { metrics, log } = await measured({ weights: ticket('tanh'), tickets, reference });
    expect(metrics['checkpoint']).toBe('step-1.safetensors');
    expect(Math.abs(Number(metrics['loss']) - Number(metrics['reference_loss']))).toBeLessThan(0.1);
    expect(log).toEqual([
      `measured is step-1.safetensors: its training loss ${Number(metrics['loss']).toFixed(3)} is the nearest to the ${Number(metrics['reference_loss']).toFixed(3)} of the reference`,
    ]);
    const near = await measured({ weights: ticket('tanh'), tickets, reference: ticket('tanh') });
    expect(near.metrics['checkpoint']).toBe('final');
  });
});

describe('a clear message', () => {
  const fails = (inputs: Record<string, unknown>) => expect(measured(inputs)).rejects;

  test('for a mask without survivors', async () => {
    const empty = scatter(new Float64Array(layout.size), new Float64Array(0), new Uint32Array(0));
    const none = Uint8Array.from(mask, (_, i) =>
      layout.tensors.some((t) => t.kind === 'bias' && i >= t.offset && i < t.offset + t.size) ? 1 : 0,
    );
    await fails({ weights: tensors('ticket', { network: specOf('relu'), mean: empty, mask: none }) }).toThrow(
      'weights: the mask leaves no weight, so that there is nothing to measure; connect one that keeps some',
    );
  });

  test('for weights without a mask, and a mask of another network', async () => {
    await fails({ weights: tensors('weights', { network: specOf('relu'), mean }) }).toThrow(
      'weights: these weights bring no mask. Connect the output ticket of the training, or the mask that they were trained under to the input mask',
    );
    await fails({
      weights: ticket('relu'),
      mask: tensors('mask', { network: specOf('tanh'), mask }),
    }).toThrow(/^weights: this belongs to the network .*tanh.*, but the measured weights to .*relu/);
  });

  test('for a loss to match without anything to choose from, or of another mask', async () => {
    await fails({ weights: ticket('relu'), reference: ticket('relu') }).toThrow(/connect both `tickets`/);
    const dense = tensors('ticket', {
      network: specOf('relu'),
      mean: randomWeights(layout.size, 1),
      mask: fullMask(layout),
    });
    await fails({ weights: ticket('relu'), tickets: artefact('dir', new Map()), reference: dense }).toThrow(
      'reference: it has weights that the mask of the measured network does not have. Losses are matched between networks of the same mask: take both from the same level of the same chain',
    );
  });

  test('for a reference that has diverged: there is no loss to match', async () => {
    const huge = mean.map((value) => value * 1e38);
    const files = new Map([['step-1.safetensors', ticket('relu').bytes()]]);
    await fails({
      weights: ticket('relu'),
      tickets: artefact('dir', files),
      reference: ticket('relu', { mean: huge }),
    }).toThrow(
      'reference: its training loss is not finite: its training has diverged, so that there is no loss to match',
    );
  });

  test('for a checkpoint that cannot be read names the file', async () => {
    const files = new Map([['step-1.safetensors', new Uint8Array(20)]]);
    const tickets = artefact('dir', files);
    await fails({ weights: ticket('relu'), tickets, reference: ticket('relu') }).toThrow(
      /^input step-1.safetensors: This is not a tensor file/,
    );
  });

  test('for a network that has diverged', async () => {
    const huge = mean.map((value) => value * 1e38);
    await fails({ weights: tensors('ticket', { network: specOf('relu'), mean: huge, mask }) }).toThrow(
      'the loss of this network is not finite: its training has diverged',
    );
  });
});
