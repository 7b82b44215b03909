import fc from '../properties.js';
import { expect, it } from 'vitest';
import { BLOCK } from '../../src/numeric/kernels/contract.js';
import { createMemory } from '../../src/numeric/kernels/module.js';
import { filledReference, largestBitsReference } from '../../src/numeric/kernels/reference/weights.js';
import { createKernels } from '../../src/numeric/kernels/wasm.js';
import { bitsOf } from './fixtures.js';

const memory = createMemory(65536);
const kernels = createKernels(memory);
const most = 70;
const [targetsAt, sourcesAt, weightsAt, tapsAt] = [0, 1024, 2048, 4096];
const weights = new Float32Array(memory.buffer, weightsAt, most);
const taps = new Float32Array(memory.buffer, tapsAt, 2 * most);

/** Float32 numbers of every kind, given by their bits; the NaN that JavaScript itself makes among them. */
const number = fc.oneof(
  fc.integer({ min: 0, max: 0xffffffff }).map((word) => new Float32Array(Uint32Array.of(word).buffer)[0]),
  fc.constantFrom(0, -0, 1e-45, -1e-45, Infinity, -Infinity, NaN),
);
const numbers = fc.array(number, { maxLength: most });

it('fills tap lists as the scalar reference does: any weight to any place, no -0, NaN stays NaN', () => {
  const links = fc.uniqueArray(fc.record({ from: fc.nat(most - 1), to: fc.nat(2 * most - 1) }), {
    maxLength: most,
    selector: ({ to }) => to,
  });
  fc.assert(
    fc.property(numbers, links, (values, places) => {
      weights.fill(1).set(values);
      taps.fill(7);
      new Int32Array(memory.buffer, targetsAt, most).set(places.map(({ to }) => to * 4));
      new Int32Array(memory.buffer, sourcesAt, most).set(places.map(({ from }) => from * 4));
      const expected = new Float32Array(2 * most).fill(7);
      for (const { from, to } of places) expected[to] = filledReference(weights[from]);
      kernels.fill(targetsAt, sourcesAt, places.length, weightsAt, tapsAt);
      expect(bitsOf(taps)).toBe(bitsOf(expected));
    }),
  );
});

it('finds the bits of the largest magnitude as the scalar reference does, at any start and length', () => {
  fc.assert(
    fc.property(numbers, fc.nat(3), (values, skipped) => {
      const start = Math.min(skipped, values.length);
      weights.set(values);
      const some = weights.subarray(start, values.length);
      expect(kernels.largestBits(weightsAt + start * 4, some.length)).toBe(largestBitsReference(some));
    }),
  );
});

it('lays out any pixels of sixteen images in any rows, bit for bit', () => {
  const [pixelsAt, rowsAt, imagesAt, blockAt] = [0, 256, 1024, 8192];
  const size = 20;
  const links = fc.uniqueArray(fc.record({ pixel: fc.nat(size - 1), row: fc.nat(most - 1) }), {
    maxLength: size,
    selector: ({ row }) => row,
  });
  const values = fc.array(number, { minLength: size * BLOCK, maxLength: size * BLOCK });
  const images = new Float32Array(memory.buffer, imagesAt, size * BLOCK);
  const block = new Float32Array(memory.buffer, blockAt, most * BLOCK);
  fc.assert(
    fc.property(values, links, (pixels, places) => {
      images.set(pixels);
      block.fill(7);
      new Int32Array(memory.buffer, pixelsAt, size).set(places.map(({ pixel }) => pixel * 4));
      new Int32Array(memory.buffer, rowsAt, size).set(places.map(({ row }) => row * BLOCK * 4));
      const expected = new Float32Array(block);
      for (const { pixel, row } of places)
        for (let lane = 0; lane < BLOCK; lane++) expected[row * BLOCK + lane] = images[lane * size + pixel];
      kernels.layOut(imagesAt, size * 4, pixelsAt, rowsAt, places.length, blockAt);
      expect(bitsOf(block)).toBe(bitsOf(expected));
    }),
  );
});
