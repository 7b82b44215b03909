import fc from '../properties.js';
import { describe, expect, test } from 'vitest';
import { searchSpace } from '../../src/es/search-space.js';
import { fullMask } from '../../src/numeric/mask.js';
import { layoutOf } from '../../src/numeric/layout.js';

const layout = layoutOf([
  { module: 'Dense_0', bias: [2], kernel: [3, 2] },
  { module: 'Dense_1', bias: [2], kernel: [2, 2] },
]);
/** Flat: bias 0..1, kernel 2..7, bias 8..9, kernel 10..13. */
const weights = Float64Array.from({ length: layout.size }, (_, i) => i + 1);
const mask = fullMask(layout);
for (const pruned of [3, 4, 11]) mask[pruned] = 0;

/** The network of the paper for MNIST; its output bias starts at 0. */
const mnist = layoutOf([
  { module: 'Conv_0', bias: [8], kernel: [5, 5, 1, 8] },
  { module: 'Conv_1', bias: [16], kernel: [5, 5, 8, 16] },
  { module: 'Dense_0', bias: [10], kernel: [784, 10] },
]);
const bias = mnist.tensors.find(({ path }) => path === 'Dense_0/bias')!;
const kernel = mnist.tensors.find(({ path }) => path === 'Dense_0/kernel')!;
const mnistWeights = Float64Array.from({ length: mnist.size }, (_, i) => i + 1).fill(
  0,
  bias.offset,
  bias.offset + 10,
);

describe('the search space', () => {
  test('is what the mask lets exist, in flat order, zeros included', () => {
    const withZero = weights.slice().fill(0, 8, 9);
    const space = searchSpace(layout, mask, withZero, 'corrected');
    expect(Array.from(space.start)).toEqual([1, 2, 3, 6, 7, 8, 0, 10, 11, 13, 14]);
    expect(space.dimensions).toBe(11);
  });

  test('comes back on the flat layout with 0 where nothing exists', () => {
    const { start, toFlat } = searchSpace(layout, mask, weights, 'corrected');
    const flat = toFlat(start);
    expect(Array.from(flat)).toEqual(Array.from(weights, (value, i) => value * mask[i]));
  });

  test.each(['corrected', 'reference'] as const)('%s: candidates come to every existing entry', (reading) => {
    const bits = fc.array(fc.integer({ min: 0, max: 1 }), { minLength: layout.size, maxLength: layout.size });
    fc.assert(
      fc.property(bits, (bitList) => {
        const random = Uint8Array.from(bitList, (bit, i) => (i < 2 || i === 8 || i === 9 ? 1 : bit));
        const { start, expand, toFlat } = searchSpace(layout, random, weights, reading);
        const candidates = Float64Array.from([...start, ...start.map((value) => -value)]);
        const existing = Array.from(weights).filter((_, i) => random[i] === 1);
        expect(Array.from(expand(candidates))).toEqual([...existing, ...existing.map((value) => -value)]);
        expect(Array.from(toFlat(start))).toEqual(Array.from(weights, (value, i) => value * random[i]));
      }),
    );
  });
});

describe('the tied search space of the reference reading', () => {
  test('has 11 264 coordinates for the MNIST network, the corrected one 11 274 and output biases of 0', () => {
    expect(searchSpace(mnist, fullMask(mnist), mnistWeights, 'reference').dimensions).toBe(11264);
    const corrected = searchSpace(mnist, fullMask(mnist), mnistWeights, 'corrected');
    expect(corrected.dimensions).toBe(11274);
    expect(Array.from(corrected.toFlat(corrected.start).subarray(bias.offset, kernel.offset))).toEqual(
      Array(10).fill(0),
    );
  });

  test('ties each output bias to the weight of the first feature, at the start and ever after', () => {
    const space = searchSpace(mnist, fullMask(mnist), mnistWeights, 'reference');
    const moved = space.start.map((value) => value + 0.5);
    for (const [values, offset] of [
      [space.start, 0],
      [moved, 0.5],
    ] as const) {
      const flat = space.toFlat(values);
      const firstRow = Array.from({ length: 10 }, (_, j) => kernel.offset + j + 1 + offset);
      expect(Array.from(flat.subarray(bias.offset, bias.offset + 10))).toEqual(firstRow);
      expect(Array.from(flat.subarray(kernel.offset, kernel.offset + 10))).toEqual(firstRow);
      expect(flat[0]).toBe(1 + offset);
    }
  });

  test('takes surviving weights of the output layer, when some are pruned', () => {
    const pruned = fullMask(mnist);
    for (let j = 0; j < 3; j++) pruned[kernel.offset + 2 * j] = 0;
    const flat = (() => {
      const space = searchSpace(mnist, pruned, mnistWeights, 'reference');
      return space.toFlat(space.start);
    })();
    const surviving = [1, 3, 5, 6, 7, 8, 9, 10, 11, 12].map((j) => kernel.offset + j + 1);
    expect(Array.from(flat.subarray(bias.offset, bias.offset + 10))).toEqual(surviving);
  });

  test('gives the network candidates with the tie, row by row', () => {
    const space = searchSpace(mnist, fullMask(mnist), mnistWeights, 'reference');
    const candidates = new Float64Array(2 * space.dimensions);
    candidates.set(space.start);
    candidates.set(
      space.start.map((value) => -value),
      space.dimensions,
    );
    const expanded = space.expand(candidates);
    expect(expanded).toHaveLength(2 * mnist.size);
    const start = space.toFlat(space.start);
    for (const i of [0, bias.offset, bias.offset + 9, kernel.offset, mnist.size - 1]) {
      expect(expanded[i]).toBe(start[i]);
      expect(expanded[mnist.size + i]).toBe(-start[i]);
    }
  });

  test('refuses a network with too many zeros, and says which tensor is to blame', () => {
    const zeros = new Float64Array(layout.size).fill(1, 0, 5);
    expect(() => searchSpace(layout, fullMask(layout), zeros, 'reference')).toThrow(
      '"reading: reference" cannot search this network: Dense_0/kernel has 6 entries, but only 5 of all start values are not 0; use "reading: corrected"',
    );
  });
});
