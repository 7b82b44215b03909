// What is computed, not what comes out: the time that a mask takes hangs on it, and no other test would see it grow.
import fc from '../properties.js';
import { describe, expect, it } from 'vitest';
import type { ConvLayer, Layer, Network } from '../../src/networks/network.js';
import { ROW_BYTES } from '../../src/numeric/kernels/contract.js';
import type { Mask } from '../../src/numeric/mask.js';
import { bufferOf, linearBuffer } from '../../src/population/compile/buffer.js';
import { compileProgram } from '../../src/population/compile/program.js';
import type { Program, Step } from '../../src/population/compile/program.js';
import { outputSide } from '../../src/population/compile/sites.js';
import { cnnSmall, conv, dense, networkOfLayers, randomMask } from './fixtures.js';

/** Flat indices, ascending, of the activations that the steps write to a buffer. */
function written(network: Network, steps: readonly Step[], buffer: number): number[] {
  const layer = network.layers[buffer];
  const { rowOf } = layer === undefined ? linearBuffer(network.outputs) : bufferOf(layer);
  const rows = steps
    .filter((step) => step.output === buffer && step.kernel !== 'tanhRows')
    .flatMap(({ kernel, records }) => {
      const isPair = kernel.endsWith('Pair');
      return [...records].filter((_, i) => (isPair ? i % 4 < 2 : i % 3 === 0));
    });
  return rows.map((bytes) => rowOf.indexOf(bytes / ROW_BYTES)).sort((a, b) => a - b);
}

const kernelsOf = (steps: readonly Step[]): [string, number][] =>
  steps.map(({ kernel, count }) => [kernel, count]);

const pixelsOf = ({ pixelBytes }: Program): number[] => [...pixelBytes].map((bytes) => bytes / 4);

/** A mask of nothing but the biases and the entries of kernels that are named: [tensor, index]. */
function maskOf(network: Network, kept: readonly (readonly [string, number])[]): Mask {
  const mask = randomMask(network, 0, 1);
  for (const [path, at] of kept)
    mask[network.layout.tensors.find((tensor) => tensor.path === path)!.offset + at] = 1;
  return mask;
}

describe('of a 3 x 3 convolution with two channels on 4 x 4 pixels, and a dense layer of two outputs on it', () => {
  const shape = { kernel: 3, height: 4, width: 4, inputs: 1, outputs: 2, padding: 'same' } as const;
  const layers = [conv({ ...shape, pool: false, activation: 'tanh' }), dense('Dense_0', 32, 2, 'none')];
  const network = networkOfLayers(16, layers);
  const wholeKernel = (channel: number) =>
    Array.from({ length: 9 }, (_, tap) => ['Conv_0/kernel', tap * 2 + channel] as const);
  /** Weight from channel `channel` of pixel `pixel` to output `output`. */
  const read = (pixel: number, channel: number, output: number) =>
    ['Dense_0/kernel', (pixel * 2 + channel) * 2 + output] as const;

  it('only the one activation is computed that is read, and only its pixels are laid out', () => {
    const mask = maskOf(network, [...wholeKernel(0), ...wholeKernel(1), read(0, 0, 0), read(0, 0, 1)]);
    const program = compileProgram(network, mask);
    expect(pixelsOf(program)).toEqual([0, 1, 4, 5]);
    expect(written(network, program.blockSteps, 1)).toEqual([0]);
    expect(kernelsOf(program.blockSteps)).toEqual([
      ['plainSingle', 1],
      ['tanhRows', 1],
      ['plainSingle', 2],
    ]);
    expect(program.candidateSteps).toEqual([]);
  });

  it('what reads no pixel, at first or second hand, is computed once for a candidate', () => {
    // Channel 1 has no weight left: it is the same everywhere, and so is output 1, which reads nothing else.
    const mask = maskOf(network, [['Conv_0/kernel', 8], read(5, 0, 0), read(5, 1, 1), read(6, 1, 1)]);
    const program = compileProgram(network, mask);
    expect(pixelsOf(program)).toEqual([5]);
    expect(written(network, program.blockSteps, 1)).toEqual([10]);
    expect(written(network, program.blockSteps, 2)).toEqual([0]);
    expect(written(network, program.candidateSteps, 1)).toEqual([11, 13]);
    expect(written(network, program.candidateSteps, 2)).toEqual([1]);
  });

  it('nothing is computed for an image when no weight is left', () => {
    const program = compileProgram(network, maskOf(network, []));
    expect(program.blockSteps).toEqual([]);
    expect(pixelsOf(program)).toEqual([]);
    expect(program.cost).toBe(0);
    expect(kernelsOf(program.candidateSteps)).toEqual([['plainSingle', 2]]);
  });
});

it('of the whole MNIST network every activation is computed, two channels at a time', () => {
  const program = compileProgram(cnnSmall, randomMask(cnnSmall, 1, 1));
  expect(kernelsOf(program.blockSteps)).toEqual([
    ['pooledPair', 14 * 14 * 4],
    ['pooledPair', 7 * 7 * 8],
    ['plainPair', 5],
  ]);
  expect(program.candidateSteps).toEqual([]);
  expect(program.pixelBytes).toHaveLength(784);
});

const density = fc.integer({ min: 0, max: 1000 }).map((thousandths) => thousandths / 1000);
const shapes = fc.record({
  kernel: fc.constantFrom(1, 3),
  height: fc.integer({ min: 4, max: 7 }),
  width: fc.integer({ min: 4, max: 7 }),
  inputs: fc.integer({ min: 1, max: 2 }),
  outputs: fc.integer({ min: 1, max: 4 }),
  padding: fc.constantFrom<'same' | 'valid'>('same', 'valid'),
  pool: fc.boolean(),
});
/** Two layers that leave activations to be found dead, behind and before the convolution. */
const networks = shapes.map((shape) => {
  const layer = conv({ ...shape, activation: 'relu' });
  const activations = outputSide(layer, shape.height) * outputSide(layer, shape.width) * shape.outputs;
  return networkOfLayers(shape.height * shape.width * shape.inputs, [
    layer,
    dense('Dense_0', activations, 3, 'relu'),
    dense('Dense_1', 3, 2, 'none'),
  ]);
});

describe('of any network and mask', () => {
  it('what lies on a way from a pixel to an output is computed for each block, what else an output reads once', () => {
    fc.assert(
      fc.property(networks, density, fc.nat(1e6), (network, share, seed) => {
        const mask = randomMask(network, share, seed);
        const program = compileProgram(network, mask);
        const { live, varies } = waysThrough(network, mask);
        expect(pixelsOf(program)).toEqual(indicesOf(live[0]));
        for (let buffer = 1; buffer < live.length; buffer++) {
          const constant = live[buffer].map((is, i) => is && !varies[buffer][i]);
          const varying = live[buffer].map((is, i) => is && varies[buffer][i]);
          expect(written(network, program.blockSteps, buffer)).toEqual(indicesOf(varying));
          expect(written(network, program.candidateSteps, buffer)).toEqual(indicesOf(constant));
        }
      }),
      { numRuns: 200 },
    );
  });

  it('a mask within another asks for no more, and the kernels that were chosen for no more than others would', () => {
    fc.assert(
      fc.property(networks, density, density, fc.nat(1e6), (network, share, kept, seed) => {
        const mask = randomMask(network, share, seed);
        const within = mask.map((bit, i) => bit & randomMask(network, kept, seed + 1)[i]);
        const { cost } = compileProgram(network, mask);
        expect(compileProgram(network, within).cost).toBeLessThanOrEqual(cost);
        for (const choice of ['pair', 'single'] as const)
          expect(cost).toBeLessThanOrEqual(compileProgram(network, mask, () => choice).cost);
      }),
    );
  });
});

it('at middle densities some partners of the MNIST network are served together and some apart: better than either', () => {
  const mask = randomMask(cnnSmall, 0.4, 1);
  const { cost, blockSteps } = compileProgram(cnnSmall, mask);
  for (const choice of ['pair', 'single'] as const)
    expect(cost).toBeLessThan(compileProgram(cnnSmall, mask, () => choice).cost);
  const kernels = new Set(blockSteps.map(({ kernel }) => kernel));
  expect(kernels).toEqual(new Set(['pooledPair', 'pooledSingle', 'plainPair']));
});

it('the MNIST network at 0.8^19 of its weights asks for less than a hundredth of what it asks for whole', () => {
  const [whole, sparse] = [1, 0.8 ** 19].map((share) => randomMask(cnnSmall, share, 1));
  expect(compileProgram(cnnSmall, sparse).cost).toBeLessThan(compileProgram(cnnSmall, whole).cost / 100);
});

const indicesOf = (flags: readonly boolean[]): number[] => flags.flatMap((is, index) => (is ? [index] : []));

interface Ways {
  /** By buffer and flat index: whether an output hangs on this activation; whether it hangs on a pixel. */
  readonly live: boolean[][];
  readonly varies: boolean[][];
}

/** From the meaning of layers: which activations surviving weights link with an output, and which with a pixel. */
function waysThrough(network: Network, mask: Mask): Ways {
  const { layers, layout, inputs } = network;
  const links = layers.map((layer) => {
    const { offset, size } = layout.tensors.find(
      ({ module, kind }) => module === layer.name && kind === 'kernel',
    )!;
    return linksOf(layer, mask.subarray(offset, offset + size));
  });
  const varies = [Array<boolean>(inputs).fill(true)];
  links.forEach((reads, i) => varies.push(reads.map((from) => from.some((at) => varies[i][at]))));
  const live = [...varies.slice(0, -1).map((of) => of.map(() => false)), varies.at(-1)!.map(() => true)];
  for (let i = links.length - 1; i >= 0; i--)
    links[i].forEach((from, at) => {
      if (live[i + 1][at]) for (const source of from) live[i][source] = true;
    });
  return { live, varies };
}

/** For each output of a layer the flat indices of the inputs that it reads. */
function linksOf(layer: Layer, mask: Uint8Array): number[][] {
  if (layer.kind === 'dense')
    return Array.from({ length: layer.outputs }, (_, output) =>
      Array.from({ length: layer.inputs }, (_, input) => input).filter(
        (input) => mask[input * layer.outputs + output] === 1,
      ),
    );
  const links: number[][] = [];
  const side = layer.pool ? 2 : 1;
  for (let y = 0; y < outputSide(layer, layer.height); y++)
    for (let x = 0; x < outputSide(layer, layer.width); x++)
      for (let output = 0; output < layer.outputs; output++) {
        const from: number[] = [];
        for (let dy = 0; dy < side; dy++)
          for (let dx = 0; dx < side; dx++)
            from.push(...windowOf(layer, mask, output, [y * side + dy, x * side + dx]));
        links.push(from);
      }
  return links;
}

/** What one pixel of the plane that is convolved reads, before any pooling. */
function windowOf(layer: ConvLayer, mask: Uint8Array, output: number, [y, x]: [number, number]): number[] {
  const padding = layer.padding === 'same' ? (layer.kernel - 1) / 2 : 0;
  const reads: number[] = [];
  for (let at = output; at < mask.length; at += layer.outputs) {
    if (mask[at] === 0) continue;
    const tap = Math.floor(at / layer.outputs);
    const place = Math.floor(tap / layer.inputs);
    const line = y + Math.floor(place / layer.kernel) - padding;
    const column = x + (place % layer.kernel) - padding;
    if (line >= 0 && line < layer.height && column >= 0 && column < layer.width)
      reads.push((line * layer.width + column) * layer.inputs + (tap % layer.inputs));
  }
  return reads;
}
