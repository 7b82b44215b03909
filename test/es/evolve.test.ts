import { describe, expect, test } from 'vitest';
import { evolve, shrunk } from '../../src/es/evolve.js';
import { moments } from '../../src/es/moments.js';
import { bind, evolution, lastState, normals, quadratic } from './support.js';

const setup = { name: 'snes', popsize: 8, dimensions: 2 } as const;
const start = Float64Array.of(1, -1);

describe('evolve', () => {
  test('asks, evaluates, tells and decays the mean, in this order', async () => {
    const plan = { ...evolution(setup, quadratic([1, 2]), 1), meanDecay: 0.25 };
    const { strategy } = plan;
    const state = strategy.init(start);
    const candidates = new Float64Array(16);
    strategy.ask(candidates, state, plan.noise(0));
    const fitness = new Float64Array(8);
    await quadratic([1, 2])(fitness, candidates, 0);
    const told = strategy.tell(
      state,
      candidates,
      fitness.map((value) => -value),
    );
    expect(await lastState(state, plan)).toEqual({ ...told, mean: told.mean.map((value) => 0.75 * value) });
  });

  test('counts generations and gives each one its own number', async () => {
    const asked: number[] = [];
    const evaluate = quadratic([1, 1]);
    const plan = evolution(
      setup,
      (out, candidates, generation) => {
        asked.push(generation);
        return evaluate(out, candidates, generation);
      },
      3,
    );
    const done: number[] = [];
    for await (const { state } of evolve(plan.strategy.init(start), plan)) done.push(state.generation);
    expect(asked).toEqual([0, 1, 2]);
    expect(done).toEqual([1, 2, 3]);
  });

  test('does nothing from a state that is done', async () => {
    const plan = evolution(setup, quadratic([1, 1]), 3);
    const done = { ...plan.strategy.init(start), generation: 3 };
    expect(await lastState(done, plan)).toBe(done);
  });

  test('ranks a candidate without a finite fitness last', async () => {
    const lost = evolution(setup, async (out) => void out.set([1, 2, 3, 4, 5, 6, 7, NaN]), 1);
    const worst = evolution(setup, async (out) => void out.set([1, 2, 3, 4, 5, 6, 7, 0]), 1);
    const state = lost.strategy.init(start);
    expect(await lastState(state, lost)).toEqual(await lastState(state, worst));
  });

  test('stops with a message when no candidate has a finite fitness', async () => {
    const plan = evolution(setup, async (out) => void out.fill(NaN), 3);
    await expect(lastState(plan.strategy.init(start), plan)).rejects.toThrow(
      'After 0 generations not one of the 8 candidates has a finite score, so there is nothing to rank: the search has diverged. Lower sigma_init or the learning rate, or check the weights that it starts from.',
    );
  });
});

describe('mean decay', () => {
  test('shrinks the mean and nothing else', () => {
    const state = { ...bind(setup).init(start), std: Float64Array.of(3, 4) };
    expect(shrunk(state, 0.1)).toEqual({ ...state, mean: Float64Array.of(0.9, -0.9) });
    expect(state.mean).toEqual(start);
  });

  test('of 0 changes nothing', () => {
    const state = bind(setup).init(start);
    expect(shrunk(state, 0)).toBe(state);
  });
});

test('moments are weighted sums, whatever the number of rows', () => {
  const n = 3;
  const candidates = normals(11 * n, 1);
  const about = normals(n, 2);
  for (let count = 0; count <= 11; count++) {
    const rows = Uint32Array.from({ length: count }, (_, r) => (r * 4) % 11);
    const [first, second] = [normals(count, 3), normals(count, 4)];
    const expected = { first: new Float64Array(n), second: new Float64Array(n) };
    for (let r = 0; r < count; r++)
      for (let i = 0; i < n; i++) {
        const deviation = candidates[rows[r] * n + i] - about[i];
        expected.first[i] += first[r] * deviation;
        expected.second[i] += second[r] * deviation * deviation;
      }
    expect(moments({ candidates, about, rows, first, second })).toEqual(expected);
  }
});
