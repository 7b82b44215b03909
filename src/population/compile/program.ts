import type { Layer, Network } from '../../networks/network.js';
import { ROW_BYTES } from '../../numeric/kernels/contract.js';
import type { LayerKernelName } from '../../numeric/kernels/contract.js';
import { searchCoordinates } from '../../numeric/mask.js';
import type { Mask } from '../../numeric/mask.js';
import { bufferOf, linearBuffer } from './buffer.js';
import type { ActivationBuffer } from './buffer.js';
import { checkNetwork } from './check.js';
import { cheaper } from './cost.js';
import type { Choose } from './cost.js';
import { compileLayer } from './layer.js';
import type { TapWriter } from './tap-lists.js';

/** One call of a layer kernel for each block. */
export interface LayerStep {
  readonly kernel: LayerKernelName;
  readonly units: Int32Array;
  readonly count: number;
  /** Buffers it reads and writes, by index. */
  readonly input: number;
  readonly output: number;
  readonly pitchBytes: number;
  readonly floor: number;
}

/** Byte offsets of rows of a buffer whose tanh is taken after the steps of a layer. */
export interface TanhStep {
  readonly kernel: 'tanhRows';
  readonly rows: Int32Array;
  readonly output: number;
}

export type Step = LayerStep | TanhStep;

/**
 * A network under one mask, compiled: which sums are taken, from where, in which order. Weights are filled in per
 * candidate. Plain data, so that every thread can have it.
 */
export interface Program {
  /** Rows of each activation buffer: the first holds the images, the last the logits. */
  readonly bufferRows: readonly number[];
  readonly steps: readonly Step[];
  /** Tap lists (see the kernels' contract) with zeros for weights. */
  readonly taps: Int32Array;
  /** Float32 word weightWords[i] of the tap lists is the weight at search coordinate weightSources[i]. */
  readonly weightWords: Int32Array;
  readonly weightSources: Int32Array;
  /** Pixels that some live sum reads, and the row of the image buffer where each belongs. */
  readonly pixels: Int32Array;
  readonly pixelRows: Int32Array;
  /** Number of search coordinates. */
  readonly coordinates: number;
  readonly outputs: number;
  /** Estimated processor operations for a block. */
  readonly cost: number;
}

/**
 * Compiles a network for a mask. Walks backwards from the outputs: only activations that some live sum reads are
 * computed. `choose` decides which kernel serves two partner outputs; it does not change results.
 *
 * @throws UserError when the mask does not fit or a layer is beyond the kernels.
 */
export function compileProgram(network: Network, mask: Mask, choose: Choose = cheaper): Program {
  checkNetwork(network, mask);
  const { layers } = network;
  const buffers: ActivationBuffer[] = [...layers.map(bufferOf), linearBuffer(network.outputs)];
  const writer: TapWriter = { words: [], weightWords: [], weightSources: [] };
  const steps: Step[] = [];
  let cost = 0;
  let live: Uint8Array = new Uint8Array(network.outputs).fill(1);
  for (let index = layers.length - 1; index >= 0; index--) {
    const compiled = compileLayer({
      layer: layers[index],
      layout: network.layout,
      mask,
      live,
      input: buffers[index],
      output: buffers[index + 1],
      writer,
      choose,
    });
    steps.unshift(...layerSteps(layers[index], index, compiled.units, buffers, live));
    cost += compiled.cost;
    live = compiled.liveInputs;
  }
  const coordinates = searchCoordinates(mask);
  const coordinateOf = new Int32Array(mask.length).fill(-1);
  coordinates.forEach((flat, coordinate) => (coordinateOf[flat] = coordinate));
  const pixels = Int32Array.from(live.keys()).filter((pixel) => live[pixel] === 1);
  return {
    bufferRows: buffers.map((buffer) => buffer.rows),
    steps,
    taps: Int32Array.from(writer.words),
    weightWords: Int32Array.from(writer.weightWords),
    weightSources: Int32Array.from(writer.weightSources, (flat) => coordinateOf[flat]),
    pixels,
    pixelRows: pixels.map((pixel) => buffers[0].rowOf[pixel]),
    coordinates: coordinates.length,
    outputs: network.outputs,
    cost,
  };
}

function layerSteps(
  layer: Layer,
  index: number,
  units: { readonly pair: readonly number[]; readonly single: readonly number[] },
  buffers: readonly ActivationBuffer[],
  live: Uint8Array,
): Step[] {
  const pooled = layer.kind === 'conv' && layer.pool;
  const output = index + 1;
  const step = (kernel: LayerKernelName, words: readonly number[], wordsPerUnit: number): LayerStep => ({
    kernel,
    units: Int32Array.from(words),
    count: words.length / wordsPerUnit,
    input: index,
    output,
    pitchBytes: buffers[index].pitch * ROW_BYTES,
    floor: layer.activation === 'relu' ? 0 : -Infinity,
  });
  const steps: Step[] = [];
  if (units.pair.length > 0) steps.push(step(pooled ? 'pooledPair' : 'plainPair', units.pair, 4));
  if (units.single.length > 0) steps.push(step(pooled ? 'pooledSingle' : 'plainSingle', units.single, 3));
  if (layer.activation === 'tanh')
    steps.push({ kernel: 'tanhRows', rows: liveRows(buffers[output], live), output });
  return steps;
}

function liveRows(buffer: ActivationBuffer, live: Uint8Array): Int32Array {
  return buffer.rowOf.filter((_, i) => live[i] === 1).map((row) => row * ROW_BYTES);
}
