import fc from '../properties.js';
import { describe, expect, it } from 'vitest';
import { buildNetwork, modelNames } from '../../src/networks/index.js';
import type { NetworkSpec } from '../../src/networks/index.js';
import type { Activation, Network } from '../../src/networks/network.js';
import type { Mask } from '../../src/numeric/mask.js';
import { cheaper } from '../../src/population/compile/cost.js';
import type { Choose } from '../../src/population/compile/cost.js';
import { outputSide } from '../../src/population/compile/sites.js';
import {
  bitsOf,
  cnnSmall,
  conv,
  dense,
  forwardCompiled,
  networkOfLayers,
  randomImages,
  randomMask,
  randomWeights,
} from './fixtures.js';
import { forwardReference } from './network-reference.js';

const choices: Record<string, Choose> = {
  'the pair kernels': () => 'pair',
  'the single kernels': () => 'single',
  'the kernels that the cost model picks': cheaper,
};

const activation = fc.constantFrom<Activation>('relu', 'tanh', 'none');
/** Thousandths: fc.double draws by bits, so that nearly all of its numbers are next to 0. */
const density = fc.oneof(
  fc.constantFrom(0, 0.02, 1),
  fc.integer({ min: 0, max: 1000 }).map((thousandths) => thousandths / 1000),
);

/** Every model but the MNIST network, which has a test of its own. */
const registered: readonly NetworkSpec[] = [
  { model: 'mlp', layers: [9, 7, 6, 5], activation: 'tanh' },
  { model: 'cnn-minatar', channels: 4, actions: 3 },
  { model: 'mlp-cartpole' },
  { model: 'mlp-acrobot' },
  { model: 'mlp-pendulum' },
  { model: 'mlp-brax', observations: 11, actions: 3 },
];

interface Case {
  readonly network: Network;
  readonly density: number;
  readonly batch: number;
  readonly seed: number;
}

const convolutions: fc.Arbitrary<Case> = fc
  .record({
    kernel: fc.constantFrom(3, 5),
    height: fc.integer({ min: 5, max: 32 }),
    width: fc.integer({ min: 5, max: 32 }),
    inputs: fc.integer({ min: 1, max: 20 }),
    outputs: fc.integer({ min: 1, max: 20 }),
    padding: fc.constantFrom<'same' | 'valid'>('same', 'valid'),
    pool: fc.boolean(),
    activation,
    density,
    batch: fc.integer({ min: 1, max: 70 }),
    seed: fc.nat(1e6),
  })
  .filter((c) => c.height * c.width * c.inputs * c.outputs * c.batch < 150_000)
  .filter((c) => !(c.pool && c.padding === 'valid' && Math.min(c.height, c.width) <= c.kernel))
  .map(({ density, batch, seed, ...shape }) => ({
    network: networkOfLayers(shape.height * shape.width * shape.inputs, [conv(shape)]),
    density,
    batch,
    seed,
  }));

const denseLayers: fc.Arbitrary<Case> = fc.record({
  network: fc
    .tuple(fc.integer({ min: 1, max: 300 }), fc.integer({ min: 1, max: 20 }), activation)
    .map(([inputs, outputs, act]) => networkOfLayers(inputs, [dense('Dense_0', inputs, outputs, act)])),
  density,
  batch: fc.integer({ min: 1, max: 70 }),
  seed: fc.nat(1e6),
});

function compare(network: Network, mask: Mask, seed: number, batch: number, choose: Choose): void {
  const weights = randomWeights(network, seed + 1);
  const images = randomImages(network, batch, seed + 2);
  const { outputs } = forwardCompiled(network, mask, weights, { images, choose });
  expect(outputs).toHaveLength(batch);
  for (let i = 0; i < batch; i++) {
    const image = images.pixels.slice(i * network.inputs, (i + 1) * network.inputs);
    expect(bitsOf(outputs[i])).toBe(bitsOf(forwardReference(network, weights, mask, image)));
  }
}

describe.each(Object.entries(choices))('%s', (_, choose) => {
  it('compute convolutions of every shape with the bits of the scalar reference', () => {
    fc.assert(
      fc.property(convolutions, ({ network, density, batch, seed }) => {
        compare(network, randomMask(network, density, seed), seed, batch, choose);
      }),
      { numRuns: 40 },
    );
  });

  it('compute dense layers of every shape with the bits of the scalar reference', () => {
    fc.assert(
      fc.property(denseLayers, ({ network, density, batch, seed }) => {
        compare(network, randomMask(network, density, seed), seed, batch, choose);
      }),
      { numRuns: 40 },
    );
  });

  it.each([1, 0.5, 0.1, 0.015, 0])('compute the MNIST network at density %f like the reference', (share) => {
    compare(cnnSmall, randomMask(cnnSmall, share, 7), 8, 2, choose);
  });

  it.each(registered)('compute %o at every density like the reference', (spec) => {
    const network = buildNetwork(spec);
    for (const share of [1, 0.7, 0.3, 0.05, 0]) compare(network, randomMask(network, share, 5), 6, 3, choose);
  });

  it.each([1, 2, 3, 4])(
    'compute a layer whose windows begin before the memory does (%i outputs)',
    (outputs) => {
      const shape = { kernel: 5, height: 5, width: 5, inputs: 1, padding: 'same', pool: true } as const;
      const network = networkOfLayers(25, [conv({ ...shape, outputs, activation: 'none' })]);
      compare(network, randomMask(network, 0, 1), 1, 1, choose);
    },
  );

  it.each([
    { padding: 'same', pool: true },
    { padding: 'same', pool: false },
    { padding: 'valid', pool: true },
    { padding: 'valid', pool: false },
  ] as const)('pass a convolution on to the next one ($padding, pool $pool)', ({ padding, pool }) => {
    const first = conv({
      kernel: 3,
      height: 11,
      width: 9,
      inputs: 2,
      outputs: 3,
      padding,
      pool,
      activation: 'tanh',
    });
    const [height, width] = [outputSide(first, 11), outputSide(first, 9)];
    const second = conv({ ...first, height, width, inputs: 3, outputs: 5, padding: 'same', pool: false });
    const layers = [first, { ...second, name: 'Conv_1' }, dense('Dense_0', height * width * 5, 4, 'none')];
    const network = networkOfLayers(11 * 9 * 2, layers);
    for (const share of [1, 0.6, 0.2, 0.05]) compare(network, randomMask(network, share, 3), 4, 17, choose);
  });
});

describe('NaN in, NaN out', () => {
  const network = networkOfLayers(36, [
    conv({
      kernel: 3,
      height: 6,
      width: 6,
      inputs: 1,
      outputs: 2,
      padding: 'same',
      pool: true,
      activation: 'relu',
    }),
  ]);
  const images = randomImages(network, 3, 1);

  it.each(Object.entries(choices))('for a NaN weight, with %s', (_, choose) => {
    for (const layer of [network, networkOfLayers(36, [dense('Dense_0', 36, 4, 'relu')])]) {
      const weights = randomWeights(layer, 2);
      const kernel = layer.layout.tensors.find((tensor) => tensor.kind === 'kernel')!;
      const outputs = layer.layout.tensors[0].size;
      // The centre of the convolution's kernel, which is inside for every pixel; some input of the dense layer.
      weights[kernel.offset + 4 * outputs + 1] = NaN;
      const mask = randomMask(layer, 1, 1);
      for (const values of forwardCompiled(layer, mask, weights, { images, choose }).outputs)
        values.forEach((value, i) => expect(Number.isNaN(value)).toBe(i % outputs === 1));
    }
  });

  it('for a NaN bias', () => {
    const weights = randomWeights(network, 2);
    const mask = randomMask(network, 1, 1);
    weights[0] = NaN;
    for (const values of forwardCompiled(network, mask, weights, { images }).outputs)
      values.forEach((value, i) => expect(Number.isNaN(value)).toBe(i % 2 === 0));
  });

  // The largest of four is taken of the larger of each line, and the left one stays unless the right one is larger.
  it.each(Object.entries(choices))(
    'for the top left pixel under a pooling window only: others hide, the bottom left one with its neighbour (%s)',
    (_, choose) => {
      const shape = { kernel: 1, height: 2, width: 2, inputs: 1, outputs: 2, padding: 'same' } as const;
      const pointwise = networkOfLayers(4, [conv({ ...shape, pool: true, activation: 'none' })]);
      const [topLeft, topRight, bottomLeft, bottomRight] = [1, 2, 3, 4];
      const mask = randomMask(pointwise, 1, 1);
      const largestWithNaN = (lost: number): number => {
        const pixels = Float32Array.of(topLeft, topRight, bottomLeft, bottomRight);
        pixels[lost] = NaN;
        const images = { ...randomImages(pointwise, 1, 1), pixels };
        // Biases 0, weights 1: the outputs are the pixels.
        const weights = Float32Array.of(0, 0, 1, 1);
        const [values] = forwardCompiled(pointwise, mask, weights, { images, choose }).outputs;
        expect(bitsOf(values)).toBe(bitsOf(forwardReference(pointwise, weights, mask, pixels)));
        expect(values[0]).toBe(values[1]);
        return values[0];
      };
      expect([0, 1, 2, 3].map(largestWithNaN)).toEqual([NaN, bottomRight, topRight, bottomLeft]);
    },
  );
});

it('every model that is registered is among those that the kernels are held to', () => {
  expect(new Set(['cnn-small', ...registered.map(({ model }) => model)])).toEqual(new Set(modelNames));
});
