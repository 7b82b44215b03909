import { describe, expect, test } from 'vitest';
import { createLedger } from '../../src/analysis/ledger.js';
import type { LedgerCheckpoints, VectorFunction } from '../../src/analysis/ledger.js';
import { hutchinsonTrace } from '../../src/analysis/spectrum/trace.js';
import { spectrumPieces, spectrumReport } from '../../src/analysis/spectrum/report.js';
import { streamKey } from '../../src/numeric/rng.js';

const key = streamKey(3, 'ledger');
const settings = { lanczosSteps: 5, eigenvalues: 2, traceProbes: 4, densityProbes: 2, densitySteps: 3 };
const dimension = 12;

/** A checkpoint after every piece, in memory. */
function memory(): LedgerCheckpoints & { readonly sizes: number[] } {
  let newest: Uint8Array | undefined;
  const sizes: number[] = [];
  return {
    sizes,
    latest: () => newest,
    due: () => true,
    save: (_, bytes) => {
      newest = bytes;
      sizes.push(bytes.length);
    },
  };
}

/** Multiplies by 1, 2, 3, ... and dies before call number `dies`. */
function dying(dies: number): { product: VectorFunction; calls: () => number } {
  let calls = 0;
  const product = (out: Float64Array, vector: Float64Array) => {
    if (++calls > dies) throw new Error('killed');
    out.set(vector.map((value, i) => (i + 1) * value));
  };
  return { product, calls: () => calls };
}

describe('an analysis that is interrupted', () => {
  const report = (product: VectorFunction, checkpoints?: LedgerCheckpoints) =>
    spectrumReport(
      { dimension, product: (out, vector) => void product(out, vector) },
      settings,
      key,
      createLedger(checkpoints && { checkpoints }),
    );

  test('computes nothing twice, wherever it was, and ends with the same numbers', () => {
    const whole = dying(Infinity);
    const expected = report(whole.product);
    for (let life = 1; life < 6; life++) {
      const checkpoints = memory();
      let spent = 0;
      for (;;) {
        const { product, calls } = dying(life);
        try {
          expect(report(product, checkpoints)).toEqual(expected);
          spent += calls();
          break;
        } catch (error) {
          expect(error).toEqual(new Error('killed'));
          spent += life;
        }
      }
      expect(spent).toBe(whole.calls());
    }
  });

  test('says how many pieces are done, across tries, up to the number that was announced', () => {
    const checkpoints = memory();
    const said: number[] = [];
    const ledger = () => createLedger({ checkpoints, report: (pieces) => said.push(pieces) });
    const operator = (dies: number) => {
      const { product } = dying(dies);
      return { dimension, product: (out: Float64Array, vector: Float64Array) => void product(out, vector) };
    };
    expect(() => spectrumReport(operator(7), settings, key, ledger())).toThrow('killed');
    spectrumReport(operator(Infinity), settings, key, ledger());
    expect(said).toEqual(Array.from({ length: spectrumPieces(settings) }, (_, i) => i + 1));
  });

  test('does not keep the vectors of a piece that is done', () => {
    const checkpoints = memory();
    report(dying(Infinity).product, checkpoints);
    const vector = 8 * dimension;
    expect(Math.max(...checkpoints.sizes)).toBeGreaterThan(5 * vector);
    expect(checkpoints.sizes.at(-1)).toBeLessThan(5 * vector + 1000);
  });

  test('begins anew when its checkpoint is not one of this kind', () => {
    const { product } = dying(Infinity);
    const operator = { dimension, product: (out: Float64Array, v: Float64Array) => void product(out, v) };
    const foreign = { latest: () => Uint8Array.of(1, 2, 3), due: () => false, save: () => undefined };
    const again = hutchinsonTrace(operator, 3, key, createLedger({ checkpoints: foreign }));
    expect(again).toEqual(hutchinsonTrace(operator, 3, key, createLedger()));
  });
});
