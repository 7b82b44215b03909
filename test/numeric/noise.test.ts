import fc from '../properties.js';
import { describe, expect, it } from 'vitest';
import { direction, normalAt, radius } from '../../src/numeric/noise-reference.js';
import { fillNormals } from '../../src/numeric/noise.js';
import { streamKey } from '../../src/numeric/rng.js';
import { correlation, moments } from './statistics.js';

const key = streamKey(1, 'noise');
const row = (length: number, generation = 0, candidate = 0, stream = key): Float32Array =>
  fillNormals(new Float32Array(length), stream, generation, candidate);

/** Equal bits: NaN equals NaN, and 0 differs from -0. */
const bits = (values: Float32Array): number[] => [
  ...new Uint32Array(values.buffer, values.byteOffset, values.length),
];

describe('rows of normals', () => {
  it('have not moved', () => {
    expect([...row(20, 3, 7)].filter((_, j) => j % 5 === 0)).toEqual([
      -0.27951285243034363, -0.39700305461883545, -0.6213651895523071, 0.14135678112506866,
    ]);
  });

  it('equal the definition in every bit, for any length, generation and row', () => {
    const word = fc.nat(0xffffffff);
    fc.assert(
      fc.property(
        fc.nat(70),
        word,
        word,
        fc.record({ low: word, high: word }),
        (length, generation, candidate, stream) => {
          const expected = Float32Array.from({ length }, (_, j) =>
            normalAt(stream, generation, candidate, j),
          );
          expect(bits(row(length, generation, candidate, stream))).toEqual(bits(expected));
        },
      ),
    );
  });

  it('equal the definition across the borders of the chunks of the kernel', () => {
    const long = row(16384 + 16384 + 5, 2, 9);
    for (const j of [0, 16383, 16384, 16385, 32767, 32768, 32772])
      expect(long[j]).toBe(normalAt(key, 2, 9, j));
  });

  it('begin with the shorter row and leave the rest of the buffer alone', () => {
    const long = row(1000);
    for (const length of [0, 1, 15, 16, 17, 999])
      expect(bits(row(length))).toEqual(bits(long.slice(0, length)));
    const buffer = new Float32Array(40).fill(9);
    fillNormals(buffer.subarray(3, 20), key, 0, 0);
    expect([buffer[2], buffer[3], buffer[19], buffer[20]]).toEqual([9, long[0], long[16], 9]);
  });
});

describe('the distribution', () => {
  const count = 1 << 20;
  const values = row(count, 5, 1);

  it('has the moments of N(0, 1)', () => {
    const { mean, variance, skewness, kurtosis } = moments(values);
    expect(Math.abs(mean)).toBeLessThan(4 * Math.sqrt(1 / count));
    expect(Math.abs(variance - 1)).toBeLessThan(4 * Math.sqrt(2 / count));
    expect(Math.abs(skewness)).toBeLessThan(4 * Math.sqrt(6 / count));
    expect(Math.abs(kurtosis - 3)).toBeLessThan(4 * Math.sqrt(24 / count));
  });

  it.each([
    [0.5, 0.6170750774519738],
    [1, 0.31731050786291415],
    [2, 0.04550026389635842],
    [3, 0.0026997960632601866],
    [4, 6.334248366623973e-5],
  ])('exceeds %d on both sides as often as N(0, 1)', (limit, share) => {
    const halfExpected = (share / 2) * count;
    const above = values.reduce((n, z) => n + Number(z > limit), 0);
    const below = values.reduce((n, z) => n + Number(z < -limit), 0);
    for (const seen of [above, below])
      expect(Math.abs(seen - halfExpected)).toBeLessThan(4 * Math.sqrt(halfExpected));
  });

  it('has uncorrelated coordinates, rows, generations and streams, squares included', () => {
    const length = 50_000;
    const base = row(length + 16);
    const others = [
      ...[1, 4, 8, 16].map((shift) => base.subarray(shift, length + shift)),
      row(length, 0, 1),
      row(length, 1, 0),
      row(length, 0, 0, streamKey(1, 'Noise')),
      row(length, 0, 0, streamKey(2, 'noise')),
      Float32Array.from({ length }, (_, candidate) => row(1, 0, candidate)[0]),
    ];
    const start = base.subarray(0, length);
    const squares = start.map((z) => z * z);
    for (const other of others) {
      expect(Math.abs(correlation(start, other))).toBeLessThan(4 / Math.sqrt(length));
      expect(
        Math.abs(
          correlation(
            squares,
            other.map((z) => z * z),
          ),
        ),
      ).toBeLessThan(4 / Math.sqrt(length));
    }
  });
});

describe('the float32 formulas of Box and Muller', () => {
  const words = [
    ...Array.from({ length: 5000 }, (_, i) => Math.imul(i, 0x9e3779b9) >>> 0),
    ...Array.from({ length: 32 }, (_, i) => 2 ** i),
    ...Array.from({ length: 32 }, (_, i) => 2 ** 32 - 2 ** i),
    ...[0x1fffffff, 0x20000000, 0x5fffffff, 0x60000000, 0x9fffffff, 0xa0000000, 0xdfffffff, 0xe0000000],
  ];

  it('radius is within 2e-7 of itself away from 0, and 0.0003 where it is nearly 0', () => {
    for (const word of words) {
      const exact = Math.sqrt(-2 * Math.log((word + 0.5) / 2 ** 32));
      const error = Math.abs(radius(word) - exact);
      // below 0.05, ln u is lost in the spacing of u near 1
      expect(error, `radius(${word})`).toBeLessThan(exact > 0.05 ? 2e-7 * exact + 1e-7 / exact : 3e-4);
    }
  });

  it('radius is at most sqrt(66 ln 2) = 6.7638', () => {
    expect(radius(0)).toBeCloseTo(Math.sqrt(66 * Math.LN2), 5);
    expect(radius(0)).toBeLessThan(6.7638);
    expect(radius(0xffffffff)).toBe(-0);
  });

  it('cos and sin are within 1.5e-7', () => {
    for (const word of words) {
      const angle = (word / 2 ** 32) * 2 * Math.PI;
      expect(Math.abs(direction(word, 0) - Math.cos(angle)), `cos(${word})`).toBeLessThan(1.5e-7);
      expect(Math.abs(direction(word, 1) - Math.sin(angle)), `sin(${word})`).toBeLessThan(1.5e-7);
    }
  });
});
