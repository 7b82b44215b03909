import { describe, expect, test } from 'vitest';
import { defaultSettings, strategyNames, strategyNamed } from '../../src/es/index.js';
import type { StrategyName } from '../../src/es/index.js';
import { decodeSnapshot, encodeSnapshot } from '../../src/numeric/snapshot.js';
import { bind, evolution, lastState, normals, quadratic } from './support.js';

const dimensions = 10;
const popsize = 40;
const flat = new Float64Array(dimensions).fill(1);
const start = new Float64Array(dimensions).fill(2);

/** Step sizes and rates that suit a sphere at distance 6 within 50 generations. */
const forSphere: Readonly<Record<StrategyName, Readonly<Record<string, number>>>> = {
  'open-es': { sigma_init: 0.3, lrate_init: 0.05 },
  pgpe: { sigma_init: 0.3, lrate_init: 0.05 },
  snes: { sigma_init: 0.5 },
  'sep-cma-es': { sigma_init: 0.5 },
  des: { sigma_init: 0.5 },
};

const loss = (mean: Float64Array): number => mean.reduce((total, value) => total + value * value, 0);

describe.each(strategyNames)('%s', (name) => {
  const setup = { name, popsize, dimensions, settings: forSphere[name] };
  const candidatesOf = (seed: number) => {
    const strategy = bind(setup);
    const state = strategy.init(start);
    const out = new Float64Array(popsize * dimensions);
    strategy.ask(out, state, normals(strategy.noiseRows * dimensions, seed));
    return { strategy, state, out };
  };

  test('improves a sphere at least tenfold in 50 generations', async () => {
    const plan = evolution(setup, quadratic(flat), 50);
    const { mean } = await lastState(plan.strategy.init(start), plan);
    expect(loss(mean)).toBeLessThan(loss(start) / 10);
  });

  test('makes the same bytes of the same noise', async () => {
    const run = async (seed: number): Promise<Uint8Array> => {
      const plan = evolution(setup, quadratic(flat), 5, seed);
      return encodeSnapshot(await lastState(plan.strategy.init(start), plan));
    };
    expect(await run(3)).toEqual(await run(3));
    expect(await run(3)).not.toEqual(await run(4));
  });

  test('tell leaves state, candidates and costs as they are, and shares no vector with them', () => {
    const { strategy, state, out } = candidatesOf(1);
    const costs = normals(popsize, 2);
    const before = structuredClone({ state, out, costs });
    const next = strategy.tell(state, out, costs);
    expect({ state, out, costs }).toEqual(before);
    expect(next.mean).not.toBe(state.mean);
    expect(next.generation).toBe(1);
  });

  test('init copies its mean', () => {
    const mean = start.slice();
    const state = bind(setup).init(mean);
    mean.fill(-1);
    expect(state.mean).toEqual(start);
  });

  test('distribution says what ask samples: mean and std of many candidates', () => {
    const many = 20_000;
    const strategy = bind({ ...setup, popsize: many });
    const [n, rows] = [dimensions, strategy.noiseRows];
    const sampled = new Float64Array(many * n);
    let state = strategy.init(start);
    strategy.ask(sampled, state, normals(rows * n, 5));
    // One generation on a tilted plane: from here on the stds differ.
    state = strategy.tell(
      state,
      sampled,
      sampled.filter((_, i) => i % n === 0),
    );
    strategy.ask(sampled, state, normals(rows * n, 6));
    const { mean, std } = strategy.distribution(state);
    for (let i = 0; i < n; i++) {
      const column = sampled.filter((_, at) => at % n === i);
      const average = column.reduce((a, b) => a + b, 0) / many;
      const spread = Math.sqrt(column.reduce((a, b) => a + (b - average) ** 2, 0) / many);
      expect(Math.abs(average - mean[i])).toBeLessThan((5 * std[i]) / Math.sqrt(many));
      expect(Math.abs(spread / std[i] - 1)).toBeLessThan(5 / Math.sqrt(2 * many));
    }
  });

  test('scales with the search space: start and std times 8 give 8 times the mean and std', async () => {
    const scale = 8;
    const settings = { ...forSphere[name], ...scaled(name, scale) };
    const small = evolution(setup, quadratic(flat), 6);
    const large = evolution({ ...setup, settings }, quadratic(flat), 6);
    const a = small.strategy.distribution(await lastState(small.strategy.init(start), small));
    const big = start.map((value) => scale * value);
    const b = large.strategy.distribution(await lastState(large.strategy.init(big), large));
    for (let i = 0; i < dimensions; i++) {
      expect(b.mean[i] / (scale * a.mean[i])).toBeCloseTo(1, 4);
      expect(b.std[i] / (scale * a.std[i])).toBeCloseTo(1, 4);
    }
  });

  test('its state survives being stored, to the last bit', async () => {
    const plan = evolution(setup, quadratic(flat), 3);
    const state = await lastState(plan.strategy.init(start), plan);
    expect(decodeSnapshot(encodeSnapshot(state))).toEqual(state);
  });

  test('goes on from a stored state as if it had not been interrupted', async () => {
    const whole = evolution(setup, quadratic(flat), 6);
    const half = { ...whole, generations: 3 };
    const stored = encodeSnapshot(await lastState(whole.strategy.init(start), half));
    const resumed = await lastState(decodeSnapshot(stored) as never, whole);
    expect(encodeSnapshot(resumed)).toEqual(
      encodeSnapshot(await lastState(whole.strategy.init(start), whole)),
    );
  });

  test('every parameter has a default and a description, and unknown ones are refused', () => {
    const { schema } = strategyNamed(name);
    expect(schema.additionalProperties).toBe(false);
    for (const [key, field] of Object.entries(schema.properties)) {
      expect(key).toMatch(/^[a-z][a-z0-9_]*$/);
      expect(field.default, key).toBeDefined();
      expect(field.description, key).toBeTruthy();
    }
    expect(Object.keys(defaultSettings(name))).toEqual(Object.keys(schema.properties));
  });

  test('names its constants and rates', () => {
    const strategy = bind(setup);
    for (const value of Object.values(strategy.constants)) expect(value).toBeGreaterThan(0);
    const rates = strategy.rates(strategy.init(start));
    expect(Object.keys(rates).sort()).toEqual(['mean', 'path', 'std']);
  });
});

/** The parameters that are lengths in the search space, in other units. */
function scaled(name: StrategyName, scale: number): Record<string, number> {
  const lengths = [
    'sigma_init',
    'sigma_limit',
    ...(name === 'open-es' || name === 'pgpe' ? ['lrate_init'] : []),
  ];
  const settings: Record<string, unknown> = { ...defaultSettings(name), ...forSphere[name] };
  return Object.fromEntries(
    lengths.filter((key) => key in settings).map((key) => [key, scale * (settings[key] as number)]),
  );
}

describe('populations that do not suit', () => {
  test.each(strategyNames)('%s takes an odd number of candidates exactly when it mirrors none', (name) => {
    const odd = () => bind({ name, popsize: 7, dimensions: 3 });
    const mirrored = bind({ name, popsize: 8, dimensions: 3 }).noiseRows === 4;
    if (mirrored)
      expect(odd).toThrow(
        `${name}: popsize is 7, but this strategy draws mirrored pairs: use an even number, 6 or 8`,
      );
    else expect(odd().noiseRows).toBe(7);
  });

  test('one candidate cannot be ranked', () => {
    expect(() => bind({ name: 'snes', popsize: 1, dimensions: 3 })).toThrow(
      'snes: popsize is 1, but ranking takes at least 2 candidates',
    );
  });

  test('an empty search space cannot be searched', () => {
    expect(() => bind({ name: 'des', popsize: 4, dimensions: 0 })).toThrow('there is nothing to search');
  });

  test('pgpe has no elite in its reference reading', () => {
    const elite = { name: 'pgpe', popsize: 8, dimensions: 3, settings: { elite_ratio: 0.5 } } as const;
    expect(() => bind({ ...elite, reading: 'reference' })).toThrow('elite_ratio 0.5 cannot be had');
    expect(() => bind(elite)).not.toThrow();
  });
});
