import fc from '../properties.js';
import { expect, test } from 'vitest';
import { filterGradient } from '../../src/gradient/filter-gradient.js';
import type { ConvolutionShape, FilterGradientRequest } from '../../src/gradient/filter-gradient.js';

/**
 * The definition in float64, and how far a sum in float32 may be from it: n terms in any order are off by at most
 * n u / (1 - n u) times the sum of their absolute values, u = 2^-24 (Higham, Accuracy and Stability, 4.2).
 */
function reference({ input, delta, shape, squared }: FilterGradientRequest) {
  const { images, height, width, inputs, rows, columns, outputs, side, before } = shape;
  const gradient = new Float64Array(side * side * inputs * outputs);
  const bound = new Float64Array(gradient.length);
  // Squaring doubles the error of what is squared; a third for the square's own rounding and the second order.
  const share = ((squared ? 3 : 1) * (images * rows * columns + 1)) / 2 ** 24;
  for (let n = 0; n < images; n++) {
    const sums = new Float64Array(gradient.length);
    const absolute = new Float64Array(gradient.length);
    for (let row = 0; row < rows; row++)
      for (let column = 0; column < columns; column++)
        for (let i = 0; i < side; i++)
          for (let j = 0; j < side; j++) {
            const [y, x] = [row + i - before, column + j - before];
            if (y < 0 || x < 0 || y >= height || x >= width) continue;
            for (let c = 0; c < inputs; c++)
              for (let o = 0; o < outputs; o++) {
                const term =
                  input[((n * height + y) * width + x) * inputs + c]! *
                  delta[((n * rows + row) * columns + column) * outputs + o]!;
                sums[((i * side + j) * inputs + c) * outputs + o]! += term;
                absolute[((i * side + j) * inputs + c) * outputs + o]! += Math.abs(term);
              }
          }
    sums.forEach((sum, at) => (gradient[at]! += squared ? sum * sum : sum));
    absolute.forEach((sum, at) => (bound[at]! += share * (squared ? sum * sum : sum)));
  }
  return { gradient, bound };
}

const shapes: fc.Arbitrary<ConvolutionShape> = fc
  .record({
    images: fc.integer({ min: 1, max: 3 }),
    height: fc.integer({ min: 5, max: 9 }),
    width: fc.integer({ min: 5, max: 9 }),
    inputs: fc.integer({ min: 1, max: 7 }),
    outputs: fc.integer({ min: 1, max: 18 }),
    side: fc.integer({ min: 1, max: 5 }),
    same: fc.boolean(),
  })
  .map(({ same, ...shape }) => ({
    ...shape,
    rows: same ? shape.height : shape.height - shape.side + 1,
    columns: same ? shape.width : shape.width - shape.side + 1,
    before: same ? Math.floor((shape.side - 1) / 2) : 0,
  }));

test("the kernel's gradient is its definition for every shape, squared per image or not", () => {
  fc.assert(
    fc.property(shapes, fc.boolean(), fc.integer({ min: 1, max: 1000 }), (shape, squared, seed) => {
      const wave = (length: number, pace: number): Float32Array =>
        Float32Array.from({ length }, (_, i) => Math.sin(seed + pace * i));
      const input = wave(shape.images * shape.height * shape.width * shape.inputs, 1.7);
      const delta = wave(shape.images * shape.rows * shape.columns * shape.outputs, 0.9);
      const request = { input, delta, shape, squared };
      const out = new Float32Array(shape.side * shape.side * shape.inputs * shape.outputs).fill(NaN);
      filterGradient(out, request);
      const { gradient, bound } = reference(request);
      out.forEach((value, at) => expect(Math.abs(value - gradient[at]!)).toBeLessThanOrEqual(bound[at]!));
    }),
  );
});
