import { describe, expect, it } from 'vitest';
import { BLOCK } from '../../src/numeric/kernels/contract.js';
import type { Kernels } from '../../src/numeric/kernels/contract.js';
import { createMemory } from '../../src/numeric/kernels/module.js';
import { expReference, logReference, tanhReference } from '../../src/numeric/kernels/reference/elementary.js';
import { createKernels } from '../../src/numeric/kernels/wasm.js';
import { bitsOf } from './fixtures.js';

const rows = 20_000;
const memory = createMemory(4 * rows + rows * BLOCK * 4);
const kernels = createKernels(memory);
const offsets = new Int32Array(memory.buffer, 0, rows);
const values = new Float32Array(memory.buffer, rows * 4, rows * BLOCK);
offsets.forEach((_, row) => (offsets[row] = row * BLOCK * 4));

/** Float32 numbers of every exponent and both signs, NaN and infinities among them: every 13 421st bit pattern. */
function everywhere(): Float32Array {
  return new Float32Array(Uint32Array.from({ length: rows * BLOCK }, (_, i) => i * 13_421).buffer);
}

/** Evenly spaced numbers: where functions are neither 0 nor infinite. */
function between(low: number, high: number): Float32Array {
  return Float32Array.from({ length: rows * BLOCK }, (_, i) => low + ((high - low) * i) / (rows * BLOCK));
}

function applied(kernel: Kernels['expRows'], inputs: Float32Array): Float32Array {
  values.set(inputs);
  kernel(0, rows, rows * 4);
  return values.slice();
}

/** Distance from the exact value in units of the last place of a float32 there (2^-149 at the least). */
function ulps(got: number, exact: number): number {
  if (Number.isNaN(exact)) return Number.isNaN(got) ? 0 : Infinity;
  if (!Number.isFinite(Math.fround(exact)) || !Number.isFinite(got))
    return got === Math.fround(exact) ? 0 : Infinity;
  const exponent = Math.max(-126, Math.floor(Math.log2(Math.abs(exact) || 1e-300)));
  return Math.abs(got - exact) / 2 ** (exponent - 23);
}

// Math.exp and its kin are within an ulp of float64: half a billion times finer than what is measured here.
const functions = [
  { name: 'exp', kernel: 'expRows', reference: expReference, exact: Math.exp, from: -104, to: 89, bound: 1 },
  { name: 'log', kernel: 'logRows', reference: logReference, exact: Math.log, from: 0, to: 20, bound: 1 },
  {
    name: 'tanh',
    kernel: 'tanhRows',
    reference: tanhReference,
    exact: Math.tanh,
    from: -10,
    to: 10,
    bound: 2,
  },
] as const;

describe.each(functions)('$name of float32', ({ kernel, reference, exact, from, to, bound }) => {
  const inputs = [everywhere(), between(from, to)];

  it('has the bits of the scalar reference', () => {
    for (const input of inputs)
      expect(bitsOf(applied(kernels[kernel], input))).toBe(bitsOf(Float32Array.from(input, reference)));
  });

  it(`is within ${bound} ulp of the exact value, the ends and NaN included`, () => {
    let worst = 0;
    let at = 0;
    for (const input of inputs) {
      const got = applied(kernels[kernel], input);
      for (let i = 0; i < got.length; i++) {
        const error = ulps(got[i], exact(input[i]));
        if (error > worst) [worst, at] = [error, input[i]];
      }
    }
    expect({ worst, at, within: worst <= bound }).toMatchObject({ within: true });
  });

  it('never falls where the exact function rises', () => {
    const got = applied(kernels[kernel], between(from + 1e-3, to));
    for (let i = 1; i < got.length; i++) if (got[i] < got[i - 1]) expect(got[i]).toBe(got[i - 1]);
  });
});
