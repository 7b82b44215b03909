import fc from '../properties.js';
import { describe, expect, it } from 'vitest';
import { layoutOf, layoutSignature } from '../../src/numeric/layout.js';
import {
  fullMask,
  gather,
  maskProblem,
  scatter,
  searchCoordinates,
  survivors,
} from '../../src/numeric/mask.js';

const layout = layoutOf([
  { module: 'Dense_0', bias: [2], kernel: [3, 2] },
  { module: 'Conv_0', bias: [4], kernel: [3, 3, 1, 4] },
]);

describe('the flat layout', () => {
  it('sorts modules by name and puts the bias before the kernel', () => {
    expect(layout.tensors.map(({ path, offset, size }) => [path, offset, size])).toEqual([
      ['Conv_0/bias', 0, 4],
      ['Conv_0/kernel', 4, 36],
      ['Dense_0/bias', 40, 2],
      ['Dense_0/kernel', 42, 6],
    ]);
    expect(layout.size).toBe(48);
    expect(layout.prunable).toBe(42);
  });

  it('does not depend on the order in which modules are declared', () => {
    const shape = fc.record({
      bias: fc.tuple(fc.integer({ min: 1, max: 5 })),
      kernel: fc.array(fc.integer({ min: 1, max: 5 }), { minLength: 1, maxLength: 4 }),
    });
    fc.assert(
      fc.property(fc.array(shape, { maxLength: 12 }), fc.nat(), (shapes, shift) => {
        const modules = shapes.map((one, i) => ({ module: `Dense_${i}`, ...one }));
        const rotated = modules.map((_, i) => modules[(i + shift) % modules.length]);
        expect(layoutOf(rotated)).toEqual(layoutOf(modules));
      }),
    );
  });

  it('covers the vector without gaps', () => {
    let end = 0;
    for (const tensor of layout.tensors) {
      expect(tensor.offset).toBe(end);
      expect(tensor.size).toBe(tensor.shape.reduce((a, b) => a * b, 1));
      end += tensor.size;
    }
    expect(end).toBe(layout.size);
  });

  it('has one line that tells it from others', () => {
    expect(layoutSignature(layout)).toBe(
      'Conv_0/bias[4] Conv_0/kernel[3x3x1x4] Dense_0/bias[2] Dense_0/kernel[3x2]',
    );
  });
});

/** Masks of the layout: biases are 1, kernels anything. */
const masks = fc
  .array(fc.integer({ min: 0, max: 1 }), { minLength: layout.size, maxLength: layout.size })
  .map((bits) => {
    const mask = Uint8Array.from(bits);
    for (const { kind, offset, size } of layout.tensors)
      if (kind === 'bias') mask.fill(1, offset, offset + size);
    return mask;
  });
/** Values with zeros of both signs among them: a surviving weight may be 0. */
const entry = fc.oneof(fc.constantFrom(0, -0), fc.double({ noNaN: true }));
const vectors = fc
  .array(entry, { minLength: layout.size, maxLength: layout.size })
  .map((values) => Float64Array.from(values));

describe('masks', () => {
  it('have no problem when they are 0 or 1 and all biases exist', () => {
    expect(maskProblem(layout, fullMask(layout))).toBeUndefined();
    fc.assert(
      fc.property(masks, (mask) => {
        expect(maskProblem(layout, mask)).toBeUndefined();
      }),
    );
  });

  it.each([
    [new Uint8Array(3), 'the mask has 3 entries, but the network has 48 parameters'],
    [fullMask(layout).with(43, 2), 'entry 1 of Dense_0/kernel is 2, not 0 or 1'],
    [fullMask(layout).with(41, 0), 'Dense_0/bias is masked, but biases are never pruned'],
  ])('are refused with one clear message (%#)', (mask, message) => {
    expect(maskProblem(layout, mask)).toBe(message);
  });

  it('give ascending search coordinates: the survivors and all biases', () => {
    fc.assert(
      fc.property(masks, (mask) => {
        const positions = searchCoordinates(mask);
        expect([...positions]).toEqual([...mask.keys()].filter((i) => mask[i] === 1));
        expect(positions.length).toBe(survivors(layout, mask) + (layout.size - layout.prunable));
      }),
    );
  });

  it('count the survivors of kernels only', () => {
    expect(survivors(layout, fullMask(layout))).toBe(layout.prunable);
    expect(survivors(layout, fullMask(layout).fill(0, 42))).toBe(36);
  });
});

describe('gather and scatter', () => {
  it('gather after scatter is the identity on search vectors, zeros and their signs included', () => {
    fc.assert(
      fc.property(masks, vectors, (mask, values) => {
        const positions = searchCoordinates(mask);
        const search = values.slice(0, positions.length);
        const flat = scatter(new Float64Array(layout.size).fill(NaN), search, positions);
        const back = gather(new Float64Array(positions.length), flat, positions);
        expect([...back].every((value, j) => Object.is(value, search[j]))).toBe(true);
      }),
    );
  });

  it('scatter after gather keeps the weights where the mask is 1 and is exactly 0 elsewhere', () => {
    fc.assert(
      fc.property(masks, vectors, (mask, weights) => {
        const positions = searchCoordinates(mask);
        const search = gather(new Float64Array(positions.length), weights, positions);
        const flat = scatter(new Float64Array(layout.size).fill(7), search, positions);
        flat.forEach((value, i) => expect(Object.is(value, mask[i] === 1 ? weights[i] : 0)).toBe(true));
      }),
    );
  });

  it('a zero weight survives: the length follows from the mask, never from the values', () => {
    const positions = searchCoordinates(fullMask(layout));
    expect(gather(new Float64Array(positions.length), new Float64Array(layout.size), positions).length).toBe(
      48,
    );
  });
});
