import { describe, expect, test } from 'vitest';
import { createLedger } from '../../src/analysis/ledger.js';
import type { Measure } from '../../src/analysis/flatness/measure.js';
import { flatnessPieces, flatnessReport } from '../../src/analysis/flatness/report.js';
import type { FlatnessSettings, Spot } from '../../src/analysis/flatness/rows.js';
import { normalDirection } from '../../src/analysis/spectrum/probes.js';
import { spectrumReport } from '../../src/analysis/spectrum/report.js';
import { childKey, streamKey } from '../../src/numeric/rng.js';

const key = streamKey(5, 'report');

function estimate(values: readonly number[]) {
  const mean = values.reduce((a, b) => a + b, 0) / values.length;
  const variance = values.reduce((a, b) => a + (b - mean) ** 2, 0) / (values.length - 1);
  return { mean, standardError: Math.sqrt(variance / values.length) };
}

describe('the report on flatness, around the minimum of a quadratic', () => {
  const curvatures = [1, 2, 3, 5, 8, 13];
  const ofError = [0.4, 0.1, 0.3, 0.2, 0.1, 0.2];
  const std = Float64Array.of(0.3, 0.25, 0.2, 0.15, 0.1, 0.05);
  const form = (weights: readonly number[], x: ArrayLike<number>) =>
    weights.reduce((sum, weight, i) => sum + weight * x[i] * x[i], 0);
  const measure: Measure = async (points) =>
    points.map((x) => ({ loss: 0.5 + form(curvatures, x) / 2, error: 0.1 + form(ofError, x) / 2 }));
  /** Derivatives of other functions: a Hessian of .8 of the curvature, and gradients of 1.1 of it. */
  const spot: Spot = {
    ...{ measure, std, classes: 10, value: { loss: 0.5, error: 0.1 } },
    centre: new Float64Array(6),
    relative: new Float64Array(6).fill(1),
    hessian: { dimension: 6, product: (out, v) => v.forEach((x, i) => (out[i] = 0.8 * curvatures[i] * x)) },
    gradient: (out, point) => point.forEach((x, i) => (out[i] = 1.1 * curvatures[i] * x)),
    diagonal: Float64Array.of(6, 5, 4, 3, 2, 1),
    groups: [{ name: 'all', from: 0, to: 6 }],
  };
  const settings: FlatnessSettings = {
    ...{ pairs: 12, sigmas: [0.1, 0.02], rhos: [0.01, 0.02], refinements: 0 },
    ...{ step: 0.05, paired: 5, lines: 2 },
  };
  const directions = Array.from({ length: 12 }, (_, k) => normalDirection(6, childKey(key, 'directions'), k));
  const forms = directions.map((z) => form(curvatures, z));
  const near = (value: number, relative = 1e-4) =>
    expect.closeTo(value, -Math.log10(relative * Math.abs(value)));

  test('has rows with rise and standard error of loss and error, curvature and its gap', async () => {
    const { rows } = await flatnessReport(spot, settings, key, createLedger());
    const [loss, error] = [estimate(forms), estimate(directions.map((z) => form(ofError, z)))];
    const paired = estimate(forms.slice(0, 5));
    const absolute = rows.filter((row) => row.measure === 'absolute');
    expect(absolute.map(({ scale }) => scale)).toEqual([0.1, 0.02]);
    for (const row of absolute) {
      const half = (row.scale * row.scale) / 2;
      expect(row).toMatchObject({
        refined: false,
        pairs: 12,
        loss_increase: near(half * loss.mean),
        loss_increase_se: near(half * loss.standardError),
        error_increase: near(half * error.mean),
        error_increase_se: near(half * error.standardError),
        curvature: near(loss.mean),
        kink_gap: near((1 - 0.8) / 0.8),
        kink_gap_se: near((0.2 * paired.standardError) / (0.8 * paired.mean), 1e-3),
        retained_loss: near(1 - (half * loss.mean) / (Math.log(10) - 0.5)),
        retained_accuracy: near(1 - (half * error.mean) / (0.9 - 0.1)),
      });
    }
  });

  test('compares the own distribution with the ball, and derivatives with values', async () => {
    const { cells, rows, curvatures: kappas } = await flatnessReport(spot, settings, key, createLedger());
    const variance = std.reduce((sum, s) => sum + s * s, 0) / 6;
    const own = directions.map((z) => 0.5 + form(curvatures, z.map((x, i) => x * std[i])) / 2); // prettier-ignore
    const ball = forms.map((q) => 0.5 + (variance * q) / 2);
    const difference = estimate(own.map((value, k) => value - ball[k]));
    expect(cells).toMatchObject({
      own_loss: near(estimate(own).mean),
      own_loss_se: near(estimate(own).standardError),
      isotropic_loss: near(estimate(ball).mean),
      isotropic_loss_se: near(estimate(ball).standardError),
      own_minus_isotropic: near(difference.mean),
      own_minus_isotropic_se: near(difference.standardError),
      isotropic_std: near(Math.sqrt(variance)),
      // 1 / std² rises where the diagonal falls.
      curvature_rank: near(-1),
      kink_gap: rows[0].kink_gap,
      kink_gap_se: rows[0].kink_gap_se,
      line_integral_gap: near(0.1),
    });
    directions.forEach((z, k) => expect(kappas[k]).toEqual(near(forms[k] / form([1, 1, 1, 1, 1, 1], z))));
  });
});

describe('the number of pieces that the report on flatness announces', () => {
  const measure: Measure = async (points) => points.map((x) => ({ loss: x[0] * x[0], error: 0 }));
  const spot: Spot = {
    ...{ measure, std: undefined, classes: 10, value: { loss: 0, error: 0 }, centre: new Float64Array(2) },
    ...{ relative: new Float64Array(2).fill(1), diagonal: new Float64Array(2), groups: [] },
    hessian: { dimension: 2, product: (out, vector) => out.set(vector) },
    gradient: (out, point) => out.set(point),
  };
  const basis = { sigmas: [0.1, 0.2], rhos: [0.1], refinements: 0, step: 0.1 };

  test.each<[string, Partial<FlatnessSettings>, boolean]>([
    ['fewer directions for derivatives than pairs', { pairs: 5, paired: 2, lines: 1 }, false],
    ['more of them than there are pairs', { pairs: 2, paired: 7, lines: 3 }, true],
    ['more pairs than are in memory at a time', { pairs: 130, paired: 1, lines: 0 }, true],
  ])('is that of the pieces: %s', async (_, changes, hasStd) => {
    const settings = { ...basis, ...changes } as FlatnessSettings;
    let pieces = 0;
    const ledger = createLedger({ report: (done) => (pieces = done) });
    const std = hasStd ? Float64Array.of(1, 2) : undefined;
    const { cells } = await flatnessReport({ ...spot, std }, settings, key, ledger);
    expect(pieces).toBe(flatnessPieces(settings, hasStd));
    expect(Number.isNaN(cells['line_integral_gap'])).toBe(settings.lines === 0);
  });
});

describe('the report on a spectrum, of a diagonal matrix', () => {
  const values = Float64Array.from({ length: 30 }, (_, i) => (i - 9) * (1 + i / 100));
  const report = (lanczosSteps: number) =>
    spectrumReport(
      { dimension: 30, product: (out, vector) => out.set(vector.map((x, i) => values[i] * x)) },
      { lanczosSteps, eigenvalues: 2, traceProbes: 3, densityProbes: 2, densitySteps: 4 },
      key,
      createLedger(),
    );
  const sum = values.reduce((a, b) => a + b, 0);

  test('knows ends, trace and moments', () => {
    const { cells, rows } = report(30);
    expect(cells).toMatchObject({
      lambda_max: expect.closeTo(values[29], 9),
      lambda_min: expect.closeTo(values[0], 9),
      lanczos_steps: 30,
      asymmetry: expect.closeTo(0, 12),
      trace: expect.closeTo(sum, 9),
      trace_se: expect.closeTo(0, 9),
      trace_per_coordinate: expect.closeTo(sum / 30, 9),
      density_mean: expect.closeTo(sum / 30, 9),
      density_mean_square: expect.closeTo(values.reduce((a, b) => a + b * b, 0) / 30, 9),
    });
    const ends = rows.filter(({ part }) => part === 'top' || part === 'bottom');
    expect(ends.map(({ part, index, value }) => [part, index, value])).toEqual([
      ['top', 0, expect.closeTo(values[29], 9)],
      ['top', 1, expect.closeTo(values[28], 9)],
      ['bottom', 0, expect.closeTo(values[0], 9)],
      ['bottom', 1, expect.closeTo(values[1], 9)],
    ]);
  });

  test('after few steps gives each end its own bound, within which there is an eigenvalue', () => {
    const { cells, rows } = report(9);
    expect(cells['lanczos_steps']).toBe(9);
    expect(cells['lambda_max_bound']).not.toBe(cells['lambda_min_bound']);
    for (const [name, part] of [
      ['max', 'top'],
      ['min', 'bottom'],
    ]) {
      // prettier-ignore
      const end = rows.find((row) => row.part === part);
      expect([cells[`lambda_${name}`], cells[`lambda_${name}_bound`]]).toEqual([end?.value, end?.bound]);
      const nearest = Math.min(...values.map((value) => Math.abs(value - end!.value)));
      expect(end!.bound).toBeGreaterThan(1e-9);
      expect(nearest).toBeLessThanOrEqual(end!.bound!);
    }
  });
});
