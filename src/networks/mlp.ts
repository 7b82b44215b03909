import { denseStack, networkOf } from './layers.js';
import { inWords, integerProblem } from './model.js';
import type { Model } from './model.js';

/** Beyond this a dense float64 search state no longer fits an ordinary machine. */
const largestParameterCount = 1 << 26;
const activations = ['relu', 'tanh'] as const;

export interface MlpFields {
  /** Sizes from input to output, for example [196, 32, 10]. */
  readonly layers: readonly number[];
  /** Of the hidden layers; the output is linear (logits). */
  readonly activation: (typeof activations)[number];
}

/** Fully connected classifier: hidden biases U[0, 0.05), output bias exactly 0 (as the MNIST networks, numerics 3.1). */
export const mlp: Model<MlpFields> = {
  summary: 'Fully connected network of any sizes.',
  fields: ['layers', 'activation'],
  problem: ({ layers, activation }) => sizesProblem(layers) ?? activationProblem(activation),
  build: ({ layers, activation }) =>
    networkOf(
      'mlp',
      denseStack(layers, { hiddenActivation: activation, outputActivation: 'none', outputBias: 'zero' }),
    ),
};

function sizesProblem(layers: unknown): string | undefined {
  if (!Array.isArray(layers) || layers.length < 2)
    return `layers must be a list of at least two sizes such as [196, 32, 10], not ${inWords(layers)}`;
  const sizes: readonly unknown[] = layers;
  for (const [index, size] of sizes.entries()) {
    const problem = integerProblem(`layers[${index}]`, size, [1, 1 << 20]);
    if (problem !== undefined) return problem;
  }
  const counts = denseStack(sizes as number[], linear).map(({ inputs, outputs }) => (inputs + 1) * outputs);
  const total = counts.reduce((a, b) => a + b, 0);
  if (total > largestParameterCount)
    return `layers make ${total} parameters, more than the ${largestParameterCount} that ticketlab can search`;
  return undefined;
}

const linear = { hiddenActivation: 'none', outputActivation: 'none', outputBias: 'zero' } as const;

function activationProblem(activation: unknown): string | undefined {
  if (activations.some((name) => name === activation)) return undefined;
  return `activation must be one of ${activations.join(', ')}, not ${inWords(activation)}`;
}
