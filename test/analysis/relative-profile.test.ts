import { describe, expect, test } from 'vitest';
import type { Measure, Neighbourhood } from '../../src/analysis/flatness/measure.js';
import { relativeProfile } from '../../src/analysis/flatness/relative-profile.js';
import type { FlatnessSettings, Spot } from '../../src/analysis/flatness/rows.js';
import { normalDirection } from '../../src/analysis/spectrum/probes.js';
import { streamKey } from '../../src/numeric/rng.js';

const size = 6;
const pairs = 40;
const key = streamKey(7, 'profile');
const relative = Float64Array.from({ length: size }, (_, i) => (i < 2 ? 0.5 : 2));
const settings = { rhos: [1, 0.01, 0.25], refinements: 16 } as unknown as FlatnessSettings;

/** Loss and error are quadratic around the origin: J(rho) - J(0) of a direction is rho^2 times a number of its own. */
const measure: Measure = async (points) =>
  points.map((x) => {
    const squares = x.reduce((sum, value) => sum + value * value, 0);
    return { loss: 0.5 + squares / 10, error: 0.1 + squares / 50 };
  });
const around: Neighbourhood = { measure, centre: new Float64Array(size), key, pairs };
const spot = { relative, classes: 10, value: { loss: 0.5, error: 0.1 } } as unknown as Spot;

/** Mean of those numbers over the directions, and the standard error of the mean. */
function riseOf(share: number) {
  const rises = Array.from({ length: pairs }, (_, k) =>
    normalDirection(size, key, k).reduce((sum, z, i) => sum + share * (relative[i] * z) ** 2, 0),
  );
  const mean = rises.reduce((a, b) => a + b, 0) / pairs;
  const variance = rises.reduce((a, b) => a + (b - mean) ** 2, 0) / (pairs - 1);
  return { mean, standardError: Math.sqrt(variance / pairs) };
}

describe('the radius at which 90 % of the performance is left', () => {
  test('is that of the quadratic, for loss and error, with the standard error that follows', async () => {
    const { cells } = await relativeProfile(spot, settings, around);
    // 1 - rho^2 rise / above = .9, whose slope in ln(rho) is -.2 there.
    const expected = (share: number, above: number) => {
      const { mean, standardError } = riseOf(share);
      const radius = Math.sqrt((0.1 * above) / mean);
      return { radius, error: (radius * standardError) / mean / 2 };
    };
    const [loss, error] = [expected(1 / 10, Math.log(10) - 0.5), expected(1 / 50, 0.9 - 0.1)];
    expect(cells.rho_90_loss / loss.radius).toBeCloseTo(1, 4);
    expect(cells.rho_90_loss_se / loss.error).toBeCloseTo(1, 3);
    expect(cells.rho_90 / error.radius).toBeCloseTo(1, 4);
    expect(cells.rho_90_se / error.error).toBeCloseTo(1, 3);
    expect(loss.radius / error.radius).not.toBeCloseTo(1, 1);
  });

  test('is looked for between the scales that were asked for; each scale is measured once, ascending', async () => {
    const { rows } = await relativeProfile(spot, settings, around);
    const scales = rows.map(({ scale }) => scale);
    expect(scales).toEqual([...new Set(scales)].sort((a, b) => a - b));
    expect(rows.filter(({ refined }) => !refined).map(({ scale }) => scale)).toEqual([0.01, 0.25, 1]);
    expect(rows.length).toBeGreaterThan(3 + settings.refinements);
    expect(rows.length).toBeLessThanOrEqual(3 + 2 * settings.refinements);
    for (const { scale, loss_increase: rise } of rows)
      expect(rise / (scale * scale * riseOf(1 / 10).mean)).toBeCloseTo(1, 5);
  });

  test('is unknown where the scales end before it, and nothing is refined', async () => {
    const { rows, cells } = await relativeProfile(spot, { ...settings, rhos: [0.01, 0.02] }, around);
    expect(rows.map(({ scale }) => scale)).toEqual([0.01, 0.02]);
    expect(Object.values(cells)).toEqual([NaN, NaN, NaN, NaN]);
  });
});
