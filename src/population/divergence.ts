import type { Network } from '../networks/network.js';

/** Far enough below the largest float32 (3.4e38) that neither rounding nor a difference of two logits reaches it. */
const safe = 1e36;

/**
 * The largest magnitude of a weight with which no activation of the network can overflow, whatever the mask: beyond
 * it (or with a weight that is not finite) a candidate counts as diverged and is not computed. So the kernels only
 * ever see finite numbers, and a NaN can neither arise nor hide in them.
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

/** The bits of a float32 that is not negative: their order is that of the numbers. */
export function bitsOf(value: number): number {
  return new Int32Array(Float32Array.of(value).buffer)[0];
}
