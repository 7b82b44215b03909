import { describe, expect, test } from 'vitest';
import { createGradientEngine } from '../../src/gradient/engine.js';
import { nativeMissing, openNative, openWasm } from './backends.js';
import { registerGradientLaws } from './laws.js';
import { mnist, normals, problemOf, smallConvolutions } from './problems.js';
import { relativeError } from './reference-network.js';

if (nativeMissing !== undefined)
  // The native backend is optional: where it is missing the report has to say so, with the reason in the name.
  test.skip(`skipped: the native backend is not tested here, because ${nativeMissing} (npm run native)`);
else
  describe('the native backend', () => {
    registerGradientLaws(openNative);

    test.each([
      ['the MNIST network', mnist(), 1e-4],
      ['convolutions with pooling', smallConvolutions('tanh'), 1e-5],
    ])('has the same derivatives of %s as the wasm backend', async (_, network, tolerance) => {
      const problem = problemOf(network, { images: 64, pruned: 0.3 });
      const { weights } = problem;
      const [native, wasm] = await Promise.all(
        [openNative, openWasm].map(async (open) => {
          const engine = createGradientEngine({ ...problem, backend: await open() });
          const [gradient, product] = [new Float64Array(weights.length), new Float64Array(weights.length)];
          engine.gradient(gradient, weights);
          engine.hessianVector(product, weights, normals(weights.length, 0));
          return { gradient, product, diagonal: engine.gaussNewtonDiagonal(weights) };
        }),
      );
      expect(relativeError(native!.gradient, wasm!.gradient)).toBeLessThan(tolerance);
      // A pixel that comes out largest by a rounding error alone moves the second derivative more.
      expect(relativeError(native!.product, wasm!.product)).toBeLessThan(10 * tolerance);
      expect(relativeError(native!.diagonal, wasm!.diagonal)).toBeLessThan(tolerance);
    });
  });
