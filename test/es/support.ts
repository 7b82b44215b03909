import type { Evaluate, Evolution } from '../../src/es/evolve.js';
import { evolve } from '../../src/es/evolve.js';
import { bindStrategy, defaultSettings, shapingFor } from '../../src/es/index.js';
import type { StrategyName } from '../../src/es/index.js';
import type { BoundStrategy, Noise, Reading, StrategyState } from '../../src/es/strategy.js';

/** Standard normals that do not depend on the project's generators: Box-Muller over a small counter-free generator. */
export function normals(count: number, seed: number): Float64Array {
  let state = seed >>> 0;
  const uniform = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return (((mixed ^ (mixed >>> 14)) >>> 0) + 0.5) / 4294967296;
  };
  const out = new Float64Array(count);
  for (let i = 0; i < count; i += 2) {
    const radius = Math.sqrt(-2 * Math.log(uniform()));
    const angle = 2 * Math.PI * uniform();
    out[i] = radius * Math.cos(angle);
    if (i + 1 < count) out[i + 1] = radius * Math.sin(angle);
  }
  return out;
}

export interface Setup {
  readonly name: StrategyName;
  readonly popsize: number;
  readonly dimensions: number;
  readonly settings?: Readonly<Record<string, number | string>>;
  readonly reading?: Reading;
}

export function bind({
  name,
  popsize,
  dimensions,
  settings = {},
  reading = 'corrected',
}: Setup): BoundStrategy {
  const problem = { popsize, dimensions, rateDimensions: dimensions, reading };
  return bindStrategy(name, { ...defaultSettings(name), ...settings }, problem);
}

/** Noise of a generation that depends on the seed and on nothing before it. */
export function noiseFor(
  strategy: BoundStrategy,
  dimensions: number,
  seed: number,
): (generation: number) => Noise {
  return (generation) => normals(strategy.noiseRows * dimensions, seed * 1_000_003 + generation * 7919);
}

/** Minus sum h_i (x_i - target)^2. */
export function quadratic(curvatures: ArrayLike<number>, target = 0): Evaluate {
  const n = curvatures.length;
  return async (out, candidates) => {
    for (let k = 0; k < out.length; k++) {
      let loss = 0;
      for (let i = 0; i < n; i++) {
        const distance = candidates[k * n + i] - target;
        loss += curvatures[i] * distance * distance;
      }
      out[k] = -loss;
    }
  };
}

export function evolution(setup: Setup, evaluate: Evaluate, generations: number, seed = 1): Evolution {
  const { name, popsize, dimensions, settings = {}, reading = 'corrected' } = setup;
  const strategy = bind(setup);
  return {
    strategy,
    popsize,
    generations,
    noise: noiseFor(strategy, dimensions, seed),
    evaluate,
    shaping: { values: shapingFor({ ...defaultSettings(name), ...settings }), weightDecay: 0, reading },
    meanDecay: 0,
  };
}

/** The state after the last generation. */
export async function lastState(start: StrategyState, plan: Evolution): Promise<StrategyState> {
  let state = start;
  for await (const generation of evolve(start, plan)) state = generation.state;
  return state;
}
