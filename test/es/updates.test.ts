import { describe, expect, test } from 'vitest';
import { decayed } from '../../src/es/schedule.js';
import type { StrategyState } from '../../src/es/strategy.js';
import { bind } from './support.js';

describe('schedules', () => {
  test('decay geometrically down to a limit, and up to a limit that is higher', () => {
    expect(decayed(1, 0.5, 0.1)).toBe(0.5);
    expect(decayed(0.15, 0.5, 0.1)).toBe(0.1);
    expect(decayed(0.01, 1, 0.1)).toBe(0.1);
  });

  test.each(['open-es', 'pgpe'] as const)(
    '%s: the first step uses the initial values, the next decayed ones',
    (name) => {
      const settings = {
        sigma_init: 1,
        sigma_decay: 0.5,
        sigma_limit: 0.4,
        lrate_init: 0.2,
        lrate_decay: 0.5,
      };
      const strategy = bind({
        name,
        popsize: 4,
        dimensions: 1,
        settings: { ...settings, lrate_limit: 0.08 },
      });
      let state = strategy.init(Float64Array.of(0));
      const learningRates: number[] = [];
      const stds: number[] = [];
      for (let g = 0; g < 3; g++) {
        learningRates.push(strategy.rates(state).mean);
        stds.push(strategy.distribution(state).std[0]);
        const candidates = new Float64Array(4);
        strategy.ask(candidates, state, Float64Array.of(1, -1));
        // Equal costs: the std of pgpe moves by its schedule only.
        state = strategy.tell(state, candidates, new Float64Array(4));
      }
      expect(learningRates).toEqual([0.2, 0.1, 0.08]);
      expect(stds).toEqual([1, 0.5, 0.4]);
    },
  );
});

describe('the std of pgpe', () => {
  /** One generation with two pairs, at deviations 3 and 0.1, in units of the std. */
  const after = (costs: number[], settings: Record<string, number>): number => {
    const strategy = bind({
      name: 'pgpe',
      popsize: 4,
      dimensions: 1,
      settings: { sigma_init: 1, ...settings },
    });
    const state = strategy.init(Float64Array.of(0));
    const candidates = new Float64Array(4);
    strategy.ask(candidates, state, Float64Array.of(3, 0.1));
    return strategy.distribution(strategy.tell(state, candidates, Float64Array.from(costs))).std[0];
  };
  const farIsBetter = [-0.5, -0.5, 0.5, 0.5];
  const nearIsBetter = [0.5, 0.5, -0.5, -0.5];

  test('grows when large deviations pay, and shrinks when they do not', () => {
    // D = 1/2 [-1/2 (9 - 1) + 1/2 (0.01 - 1)] = -2.2475
    expect(after(farIsBetter, { sigma_lrate: 0.01 })).toBeCloseTo(1 + 0.022475, 12);
    expect(after(nearIsBetter, { sigma_lrate: 0.01 })).toBeCloseTo(1 - 0.022475, 12);
  });

  test('changes by a limited share in a generation', () => {
    expect(after(farIsBetter, { sigma_lrate: 1, sigma_max_change: 0.3 })).toBeCloseTo(1.3, 12);
    expect(after(nearIsBetter, { sigma_lrate: 1, sigma_max_change: 0.3 })).toBeCloseTo(0.7, 12);
  });

  test('does not fall below its limit', () => {
    expect(after(nearIsBetter, { sigma_lrate: 1, sigma_limit: 0.95 })).toBe(0.95);
  });

  test('looks at the elite only', () => {
    // The one elite pair is its own baseline.
    expect(after(farIsBetter, { sigma_lrate: 1, elite_ratio: 0.5 })).toBe(1);
  });
});

describe('sep-cma-es', () => {
  const strategy = bind({ name: 'sep-cma-es', popsize: 2, dimensions: 2, settings: { sigma_init: 1 } });
  const { c_s, chi_n, mu_eff } = strategy.constants;

  test('stops the covariance path exactly while the warmed-up step size path is long', () => {
    const seen = new Set<boolean>();
    for (const generation of [0, 1, 5])
      for (let distance = 0.5; distance < 8; distance += 0.05) {
        const state = { ...strategy.init(Float64Array.of(0, 0)), generation } as StrategyState;
        const candidates = Float64Array.of(distance, 0, 0, 0);
        const next = strategy.tell(state, candidates, Float64Array.of(0, 1)) as StrategyState & {
          stepSizePath: Float64Array;
          covariancePath: Float64Array;
        };
        const length = Math.sqrt(c_s * (2 - c_s) * mu_eff) * distance;
        expect(next.stepSizePath[0]).toBeCloseTo(length, 12);
        const warmed = length / Math.sqrt(1 - (1 - c_s) ** (2 * (generation + 1)));
        const moving = warmed < (1.4 + 2 / 3) * chi_n;
        expect(next.covariancePath[0] > 0).toBe(moving);
        seen.add(moving);
      }
    expect(seen).toEqual(new Set([true, false]));
  });
});
