import type { Network } from '../networks/network.js';

/** Far enough below the largest float32 (3.4e38) that neither rounding nor a difference of two logits reaches it. */
const safe = 1e36;

/**
 * The largest magnitude of a weight with which no activation of the network can overflow, whatever the mask. Within it
 * a candidate is computed; beyond it only if the sums of its own weights say that nothing overflows. Else, or with a
 * weight that is not finite, it counts as diverged. So the kernels only ever see finite numbers, and a NaN can neither
 * arise nor hide in them.
 *
 * @param largestPixel largest magnitude of an input
 */
export function weightLimit(network: Network, largestPixel: number): number {
  let limit = safe;
  while (largestActivation(network, largestPixel, limit) > safe) limit /= 2;
  return Math.fround(limit);
}

/** A bound on every sum in the network when all weights are at most `weight` in magnitude. */
function largestActivation(network: Network, largestPixel: number, weight: number): number {
  let incoming = largestPixel;
  let largest = 0;
  for (const layer of network.layers) {
    const taps = layer.kind === 'dense' ? layer.inputs : layer.kernel * layer.kernel * layer.inputs;
    const sum = weight * (taps * incoming + 1);
    largest = Math.max(largest, sum);
    incoming = layer.activation === 'tanh' ? Math.min(1, sum) : sum;
  }
  return largest;
}

/** The bits of the largest float32 that is finite. */
export const largestFiniteBits = 0x7f7f_ffff;

/** Which sum each search coordinate is part of. Plain data, for threads. */
export interface Sums {
  readonly largestPixel: number;
  /** Output units of each layer, in the order in which they are computed. */
  readonly layers: readonly { readonly units: number; readonly squashed: boolean }[];
  /** For each search coordinate its output unit, counted over all layers. */
  readonly unit: Uint32Array;
  /** 1 for a bias, which is not multiplied. */
  readonly isBias: Uint8Array;
}

/** @param positions of the search coordinates in the flat layout, ascending */
export function sumsOf(network: Network, positions: Uint32Array, largestPixel: number): Sums {
  const unit = new Uint32Array(positions.length);
  const isBias = new Uint8Array(positions.length);
  const firstUnit = new Map<string, number>();
  let units = 0;
  for (const { name, outputs } of network.layers) {
    firstUnit.set(name, units);
    units += outputs;
  }
  let i = 0;
  for (const { module, kind, shape, offset, size } of network.layout.tensors) {
    // The last axis of a kernel is that of its outputs.
    const outputs = shape[shape.length - 1];
    const first = firstUnit.get(module) ?? 0;
    for (; i < positions.length && positions[i] < offset + size; i++) {
      unit[i] = first + ((positions[i] - offset) % outputs);
      isBias[i] = kind === 'bias' ? 1 : 0;
    }
  }
  const layers = network.layers.map(({ outputs, activation }) => ({
    units: outputs,
    squashed: activation === 'tanh',
  }));
  return { largestPixel, layers, unit, isBias };
}

/** Whether no sum of the candidate at `offset` can overflow. */
export type StaysFinite = (weights: Float32Array, offset: number) => boolean;

/**
 * Decides by the magnitudes of a candidate's own weights: float32 search coordinates, all of them finite. A deep network
 * has far more room here than `weightLimit` leaves it, which takes every weight for as large as the largest.
 */
export function createFiniteCheck({ unit, isBias, layers, largestPixel }: Sums): StaysFinite {
  const units = layers.reduce((sum, layer) => sum + layer.units, 0);
  const kernels = new Float64Array(units);
  const biases = new Float64Array(units);
  return (weights, offset) => {
    kernels.fill(0);
    biases.fill(0);
    for (let i = 0; i < unit.length; i++)
      (isBias[i] === 1 ? biases : kernels)[unit[i]] += Math.abs(weights[offset + i]);
    let incoming = largestPixel;
    let u = 0;
    for (const layer of layers) {
      let largest = 0;
      for (const end = u + layer.units; u < end; u++)
        largest = Math.max(largest, kernels[u] * incoming + biases[u]);
      if (!(largest <= safe)) return false;
      incoming = layer.squashed ? Math.min(1, largest) : largest;
    }
    return true;
  };
}

/** The bits of a float32 that is not negative: their order is that of the numbers. */
export function bitsOf(value: number): number {
  return new Int32Array(Float32Array.of(value).buffer)[0];
}
