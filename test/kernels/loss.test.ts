import fc from '../properties.js';
import { expect, it } from 'vitest';
import { BLOCK } from '../../src/numeric/kernels/contract.js';
import { createMemory } from '../../src/numeric/kernels/module.js';
import { answerReference, logLikelihoodReference } from '../../src/numeric/kernels/reference/loss.js';
import { createKernels } from '../../src/numeric/kernels/wasm.js';
import { numbers } from './fixtures.js';

const memory = createMemory(65536);
const kernels = createKernels(memory);
const result = new Float64Array(memory.buffer, 0, 2);
const labels = new Uint8Array(memory.buffer, 64, BLOCK);
const logits = new Float32Array(memory.buffer, 128, 40 * BLOCK);

/** Logits of one image. */
const logitsOf = (image: number, outputs: number): Float32Array =>
  Float32Array.from({ length: outputs }, (_, output) => logits[output * BLOCK + image]);

it('sums log-likelihoods in float64, image by image, and counts correct answers like the reference', () => {
  const sizes = fc.record({
    outputs: fc.integer({ min: 1, max: 40 }),
    valid: fc.integer({ min: 1, max: BLOCK }),
    scale: fc.constantFrom(0, 1, 30, 1e4, 1e30),
    seed: fc.nat(1e6),
  });
  fc.assert(
    fc.property(sizes, ({ outputs, valid, scale, seed }) => {
      const next = numbers(seed);
      // Few distinct values: ties happen, and the first of equals is the answer.
      for (let i = 0; i < logits.length; i++) logits[i] = (Math.floor(next() * 9) - 4) * scale;
      for (let i = 0; i < BLOCK; i++) labels[i] = Math.floor(next() * outputs);
      kernels.loss(128, outputs, 64, valid, 0);
      let sum = 0;
      let correct = 0;
      for (let image = 0; image < valid; image++) {
        const own = logitsOf(image, outputs);
        sum += logLikelihoodReference(own, labels[image]);
        if (answerReference(own) === labels[image]) correct++;
      }
      expect([result[0], result[1]]).toEqual([sum, correct]);
    }),
  );
});

it('is close to the log-softmax in float64', () => {
  const next = numbers(5);
  for (let i = 0; i < logits.length; i++) logits[i] = (next() - 0.5) * 20;
  labels.fill(3);
  kernels.loss(128, 10, 64, 1, 0);
  const own = Array.from(logitsOf(0, 10));
  const exact = own[3] - Math.log(own.reduce((sum, logit) => sum + Math.exp(logit), 0));
  expect(Math.abs(result[0] - exact)).toBeLessThan(1e-5);
});

it('is NaN when any logit is NaN', () => {
  for (let output = 0; output < 10; output++) {
    logits.fill(1);
    logits[output * BLOCK] = NaN;
    kernels.loss(128, 10, 64, 1, 0);
    expect(result[0]).toBeNaN();
  }
});
