import { describe, expect, test } from 'vitest';
import { packRows, unpackRows } from '../../src/numeric/snapshot-rows.js';
import { decodeSnapshot, encodeSnapshot } from '../../src/numeric/snapshot.js';

const record = {
  generation: 3,
  mean: Float64Array.of(0.1, -0, NaN, Infinity, 5e-324),
  optimizer: { first: Float64Array.of(1 / 3), empty: new Float64Array(0), nested: { rate: 0.05 } },
};

describe('a snapshot', () => {
  test('gives back every number to the last bit', () => {
    expect(decodeSnapshot(encodeSnapshot(record))).toEqual(record);
    expect(Object.is((decodeSnapshot(encodeSnapshot(record)) as typeof record).mean[1], -0)).toBe(true);
  });

  test('can be read from the middle of a larger buffer', () => {
    const bytes = encodeSnapshot(record);
    const padded = new Uint8Array(bytes.length + 16);
    padded.set(bytes, 3);
    expect(decodeSnapshot(padded.subarray(3, 3 + bytes.length))).toEqual(record);
  });

  test('that is cut short, too long or something else is not one', () => {
    const bytes = encodeSnapshot(record);
    expect(decodeSnapshot(bytes.subarray(0, -1))).toBeUndefined();
    expect(decodeSnapshot(bytes.subarray(0, 30))).toBeUndefined();
    expect(decodeSnapshot(new Uint8Array([...bytes, 0]))).toBeUndefined();
    expect(decodeSnapshot(new TextEncoder().encode('something else\n{}\n'))).toBeUndefined();
    expect(decodeSnapshot(new Uint8Array(0))).toBeUndefined();
  });
});

test('rows of numbers come back from a snapshot as they were, in the columns that are named', () => {
  const rows = [
    { step: 1, loss: 0.5, rate: NaN },
    { step: 2, loss: 1 / 3, rate: -0 },
  ];
  const cells = packRows(rows, ['step', 'rate', 'loss']);
  expect(cells).toEqual(Float64Array.of(1, NaN, 0.5, 2, -0, 1 / 3));
  const record = decodeSnapshot(encodeSnapshot({ cells }))!;
  expect(unpackRows(record.cells as Float64Array, ['step', 'rate', 'loss'])).toEqual(rows);
  expect(unpackRows(packRows([], ['step']), ['step'])).toEqual([]);
});
