import { describe, expect, it } from 'vitest';
import { fillLecunNormal, fillUniform, truncatedNormal, truncatedNormalStd } from '../../src/numeric/init.js';
import { streamKey } from '../../src/numeric/rng.js';
import { moments } from './statistics.js';

const key = streamKey(9, 'init test');

describe('truncated normals', () => {
  const count = 200_000;
  const values = Float64Array.from({ length: count }, (_, i) => truncatedNormal(key, i));

  it('never leave [-2, 2] but come close to both ends', () => {
    const sorted = values.toSorted();
    expect(sorted[0]).toBeGreaterThanOrEqual(-2);
    expect(sorted[0]).toBeLessThan(-1.999);
    expect(sorted[count - 1]).toBeLessThanOrEqual(2);
    expect(sorted[count - 1]).toBeGreaterThan(1.999);
  });

  it('have mean 0, no skewness and the documented standard deviation', () => {
    const { mean, variance, skewness } = moments(values);
    expect(Math.abs(mean)).toBeLessThan((4 * truncatedNormalStd) / Math.sqrt(count));
    const standardError = Math.sqrt((2.37 - 1) / count);
    expect(Math.abs(variance / truncatedNormalStd ** 2 - 1)).toBeLessThan(4 * standardError);
    expect(Math.abs(skewness)).toBeLessThan(4 * Math.sqrt(6 / count));
  });

  it('lie within 1 as often as they should: (2 Phi(1) - 1) / (2 Phi(2) - 1)', () => {
    const share = 0.6826894921370859 / 0.9544997361036416;
    const inside = values.reduce((n, t) => n + Number(Math.abs(t) < 1), 0) / count;
    expect(Math.abs(inside - share)).toBeLessThan(4 * Math.sqrt((share * (1 - share)) / count));
  });
});

describe('initial values', () => {
  it('of LeCun have variance 1 / fan-in', () => {
    const weights = fillLecunNormal(new Float64Array(50_000), 25, key);
    expect(Math.abs(moments(weights).variance * 25 - 1)).toBeLessThan(4 * Math.sqrt((2.37 - 1) / 50_000));
  });

  it('that are uniform fill [0, limit)', () => {
    const biases = fillUniform(new Float64Array(10_000), 0.05, key);
    const { mean, variance } = moments(biases);
    expect(Math.abs(mean - 0.025)).toBeLessThan((4 * 0.05) / Math.sqrt(12 * 10_000));
    expect(Math.abs((variance * 12) / 0.0025 - 1)).toBeLessThan(0.04);
    expect(biases.every((b) => b >= 0 && b < 0.05)).toBe(true);
  });
});
