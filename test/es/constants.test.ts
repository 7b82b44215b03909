import { describe, expect, test } from 'vitest';
import { bindStrategy, defaultSettings } from '../../src/es/index.js';
import type { StrategyName } from '../../src/es/index.js';
import { cmaConstants } from '../../src/es/sep-cma-constants.js';
import { canonicalUtilities, centredPositions, recombinationWeights } from '../../src/es/weights.js';

function constants(
  name: StrategyName,
  popsize: number,
  dimensions: number,
  settings: Record<string, number> = {},
) {
  const problem = { popsize, dimensions, rateDimensions: dimensions, reading: 'corrected' } as const;
  return bindStrategy(name, { ...defaultSettings(name), ...settings }, problem).constants;
}

/** Agreement to the last digit that the literature value shows. */
const toDigits = (value: number, digits: number): number => Number(value.toPrecision(digits));

describe('SNES', () => {
  test.each([
    [128, 12, 21.2],
    [128, 16, 15.9],
    [256, 12, 42.5],
    [256, 16, 31.9],
    [256, 32, 16.0],
    [256, 48, 10.7],
  ])(
    'with %i candidates and temperature %i the effective sample size is %f',
    (popsize, temperature, expected) => {
      const { effective_sample_size } = constants('snes', popsize, 100, { temperature });
      expect(toDigits(effective_sample_size, 3)).toBe(expected);
    },
  );

  test.each([
    [11274, 0.02323, 4],
    [4136, 0.0352, 3],
    [4481, 0.0341, 3],
    [400, 0.09, 2],
    [200, 0.117, 3],
  ])('in %i dimensions the learning rate of the std is %f', (dimensions, expected, digits) => {
    expect(toDigits(constants('snes', 64, dimensions).eta_s, digits)).toBe(expected);
  });

  test('its learning rate can be scaled', () => {
    expect(constants('snes', 64, 500, { lrate_sigma_scale: 4 }).eta_s).toBe(
      4 * constants('snes', 64, 500).eta_s,
    );
  });

  test('frozen rates are those of the dense network', () => {
    const problem = { popsize: 64, dimensions: 200, rateDimensions: 11274, reading: 'corrected' } as const;
    const sparse = bindStrategy('snes', defaultSettings('snes'), problem);
    expect(sparse.constants.eta_s).toBe(constants('snes', 64, 11274).eta_s);
  });

  test('canonical utilities sum to 0, fall with the rank, and are equal for the worse half', () => {
    const utilities = canonicalUtilities(10);
    expect(utilities.reduce((a, b) => a + b, 0)).toBeCloseTo(0, 14);
    expect(utilities[0]).toBeGreaterThan(utilities[1]);
    expect(Array.from(utilities.subarray(5))).toEqual(Array(5).fill(-0.1));
  });
});

describe('DES', () => {
  test.each([
    [128, 37.8],
    [256, 75.4],
  ])('with %i candidates the effective sample size is %f', (popsize, expected) => {
    expect(toDigits(constants('des', popsize, 10).effective_sample_size, 3)).toBe(expected);
  });
});

describe('Sep-CMA-ES', () => {
  test.each([
    [11274, 128, 0.5, 64, 34.4335, 1.5732e-8, 1.94969e-3, 3.22094e-3, 1.00322, 3.5467e-4, 106.17674],
    [11264, 128, 0.5, 64, 34.4335, 1.576e-8, 1.95142e-3, 3.22379e-3, 1.00322, 3.5499e-4, 106.12964],
    [4136, 256, 0.4, 102, 53.8751, 1.1684e-7, 8.44253e-3, 1.33262e-2, 1.01333, 9.6618e-4, 64.30785],
    [4481, 100, 0.5, 50, 27.2221, 9.9547e-8, 3.83333e-3, 6.47765e-3, 1.00648, 8.9186e-4, 66.93654],
    [77924, 256, 0.5, 128, 67.1109, 1.2499e-9, 2.13085e-3, 8.8611e-4, 1.00089, 5.1329e-5, 279.14781],
  ])('constants for n = %i, P = %i, elite %f', (dimensions, popsize, eliteRatio, parents, ...expected) => {
    const problem = { dimensions, popsize, rateDimensions: dimensions, reading: 'reference' } as const;
    const found = cmaConstants({ ...problem, eliteRatio });
    expect(found.parents).toBe(parents);
    const { mu_eff, c_1, c_mu, c_s, d_s, c_c, chi_n } = found.named;
    [mu_eff, c_1, c_mu, c_s, d_s, c_c, chi_n].forEach((value, i) =>
      expect(Math.abs(value / expected[i] - 1)).toBeLessThan(6e-5),
    );
  });

  test('corrected, c_mu does not count dimensions up to a cap only', () => {
    const size = { dimensions: 77924, popsize: 256, rateDimensions: 77924, eliteRatio: 0.5 };
    const [corrected, reference] = (['corrected', 'reference'] as const).map(
      (reading) => cmaConstants({ ...size, reading }).named.c_mu,
    );
    expect(reference / corrected).toBeCloseTo((77924 / 40000) ** 2, 2);
  });

  test('corrected, c_mu is at most 1 - c_1', () => {
    const size = { dimensions: 1, popsize: 1000, rateDimensions: 1, eliteRatio: 0.5 };
    expect(
      cmaConstants({ ...size, dimensions: 3, rateDimensions: 3, reading: 'reference' }).named.c_mu,
    ).toBeGreaterThan(1);
    const { c_1, c_mu } = cmaConstants({
      ...size,
      dimensions: 3,
      rateDimensions: 3,
      reading: 'corrected',
    }).named;
    expect(c_mu).toBe(1 - c_1);
  });

  test('with frozen rates the expected length of the path is still that of the search space', () => {
    const common = { popsize: 128, eliteRatio: 0.5, reading: 'corrected' } as const;
    const dense = cmaConstants({ ...common, dimensions: 11274, rateDimensions: 11274 }).named;
    const own = cmaConstants({ ...common, dimensions: 400, rateDimensions: 400 }).named;
    expect(cmaConstants({ ...common, dimensions: 400, rateDimensions: 11274 }).named).toEqual({
      ...dense,
      chi_n: own.chi_n,
    });
  });

  test('recombination weights sum to 1 and fall', () => {
    const weights = recombinationWeights(3);
    const logs = [Math.log(4), Math.log(2), Math.log(4 / 3)];
    const total = logs[0] + logs[1] + logs[2];
    logs.forEach((value, i) => expect(weights[i]).toBeCloseTo(value / total, 14));
  });
});

test('ranks are centred positions from -1/2 to 1/2', () => {
  expect(Array.from(centredPositions(5))).toEqual([-0.5, -0.25, 0, 0.25, 0.5]);
});
