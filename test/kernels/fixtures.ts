import { buildNetwork } from '../../src/networks/index.js';
import type { Activation, ConvLayer, DenseLayer, Layer, Network } from '../../src/networks/network.js';
import { layoutOf } from '../../src/numeric/layout.js';
import { searchCoordinates } from '../../src/numeric/mask.js';
import type { Mask } from '../../src/numeric/mask.js';
import { compileProgram } from '../../src/population/compile/program.js';
import type { Choose } from '../../src/population/compile/cost.js';
import { outputSide } from '../../src/population/compile/sites.js';
import { BLOCK } from '../../src/numeric/kernels/contract.js';
import type { Kernels } from '../../src/numeric/kernels/contract.js';
import { createMemory } from '../../src/numeric/kernels/module.js';
import { createKernels } from '../../src/numeric/kernels/wasm.js';
import type { Images } from '../../src/population/images.js';
import { CHUNK_BLOCKS, fillMemory, planMemory } from '../../src/population/memory-plan.js';
import { createRunner } from '../../src/population/runner.js';

/** Uniform numbers in [0, 1) from a seed: enough for test data. */
export function numbers(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

export const cnnSmall = buildNetwork({ model: 'cnn-small' });

export const dense = (name: string, inputs: number, outputs: number, activation: Activation): DenseLayer => ({
  kind: 'dense',
  name,
  inputs,
  outputs,
  activation,
  biasInit: 'zero',
});

export const conv = (shape: Omit<ConvLayer, 'kind' | 'name' | 'biasInit'>): ConvLayer => ({
  kind: 'conv',
  name: 'Conv_0',
  biasInit: 'zero',
  ...shape,
});

/** A network of any layers, known to the registry or not; it may end in a convolution: all its pixels are outputs. */
export function networkOfLayers(inputs: number, layers: readonly Layer[]): Network {
  const layout = layoutOf(
    layers.map((layer) => ({
      module: layer.name,
      bias: [layer.outputs],
      kernel:
        layer.kind === 'conv'
          ? [layer.kernel, layer.kernel, layer.inputs, layer.outputs]
          : [layer.inputs, layer.outputs],
    })),
  );
  return { model: 'test', inputs, outputs: outputCount(layers[layers.length - 1]), layers, layout };
}

function outputCount(layer: Layer): number {
  if (layer.kind === 'dense') return layer.outputs;
  return outputSide(layer, layer.height) * outputSide(layer, layer.width) * layer.outputs;
}

/** A mask that keeps each kernel entry with probability `density`. */
export function randomMask(network: Network, density: number, seed: number): Mask {
  const next = numbers(seed);
  const mask = new Uint8Array(network.layout.size).fill(1);
  for (const tensor of network.layout.tensors)
    if (tensor.kind === 'kernel')
      for (let i = 0; i < tensor.size; i++) mask[tensor.offset + i] = next() < density ? 1 : 0;
  return mask;
}

/** Weights around 0, some of them 0, -0 or subnormal. */
export function randomWeights(network: Network, seed: number, scale = 1): Float32Array {
  const next = numbers(seed);
  const special = [0, -0, 1e-42, -1e-40];
  return Float32Array.from({ length: network.layout.size }, () =>
    next() < 0.05 ? special[Math.floor(next() * 4)] : (next() - 0.5) * 2 * scale,
  );
}

export function randomImages(network: Network, count: number, seed: number): Images {
  const next = numbers(seed);
  const pixels = new Float32Array(new SharedArrayBuffer(count * network.inputs * 4));
  for (let i = 0; i < pixels.length; i++) pixels[i] = next() < 0.2 ? 0 : (next() - 0.4) * 3;
  const labels = new Uint8Array(new SharedArrayBuffer(count));
  for (let i = 0; i < count; i++) labels[i] = Math.floor(next() * Math.min(256, network.outputs));
  return { pixels, labels, count, inputs: network.inputs };
}

/** The flat weights at the search coordinates. */
export function coordinatesOf(mask: Mask, weights: Float32Array): Float32Array {
  return Float32Array.from(searchCoordinates(mask), (at) => weights[at]);
}

export interface Forward {
  /** Per image, the outputs of the last layer. */
  readonly outputs: Float32Array[];
  /** Sum of log-likelihoods and correct answers of each block. */
  readonly results: Float64Array;
}

/** Runs images through the compiled network, block by block. */
export function forwardCompiled(
  network: Network,
  mask: Mask,
  weights: Float32Array,
  options: { images: Images; choose?: Choose; kernels?: (memory: WebAssembly.Memory) => Kernels },
): Forward {
  const { images, choose, kernels = createKernels } = options;
  const program = compileProgram(network, mask, choose);
  const plan = planMemory(program, 1);
  const memory = createMemory(plan.bytes);
  fillMemory(memory, program, plan);
  const runner = createRunner(memory, kernels(memory), program, { ...plan, thread: 0 });
  runner.loadWeights(coordinatesOf(mask, weights), 0, 0x7fffffff);
  const indices = Uint32Array.from({ length: images.count }, (_, i) => i);
  const logits = plan.threads[0].buffers[program.bufferRows.length - 1] / 4;
  const floats = new Float32Array(memory.buffer);
  const results = new Float64Array(CHUNK_BLOCKS * 2);
  const outputs: Float32Array[] = [];
  for (let block = 0; block * BLOCK < images.count; block++) {
    const valid = Math.min(BLOCK, images.count - block * BLOCK);
    runner.layOut(images, indices, images.count, block);
    runner.runBlock(results, block * 2, block, valid);
    for (let lane = 0; lane < valid; lane++)
      outputs.push(
        Float32Array.from({ length: network.outputs }, (_, o) => floats[logits + o * BLOCK + lane]),
      );
  }
  return { outputs, results };
}

/** The bytes of numbers, NaNs all alike: WebAssembly leaves a NaN's sign and payload open. */
export function bitsOf(values: Float32Array): string {
  const words = new Uint32Array(Float32Array.from(values).buffer);
  return Array.from(values, (value, i) => (Number.isNaN(value) ? 'NaN' : words[i].toString(16))).join(' ');
}
