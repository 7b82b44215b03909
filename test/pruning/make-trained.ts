import fc from '../properties.js';
import { layoutOf } from '../../src/numeric/layout.js';
import type { Layout, ModuleShape } from '../../src/numeric/layout.js';
import { fullMask } from '../../src/numeric/mask.js';
import type { Trained } from '../../src/pruning/criterion.js';

/** A trained network with everything that any rule may ask for. */
export type FullyTrained = Trained & {
  readonly std: Float64Array;
  readonly initial: Float64Array;
  readonly derivative: Float64Array;
};

export const dense = (module: string, inputs: number, outputs: number): ModuleShape => ({
  module,
  bias: [outputs],
  kernel: [inputs, outputs],
});

export const conv = (module: string, side: number, [inputs, outputs]: [number, number]): ModuleShape => ({
  module,
  bias: [outputs],
  kernel: [side, side, inputs, outputs],
});

/** Numbers in (0, 1) that differ from each other: a test's own generator, so that tests of rules need no rule. */
export function numbers(count: number, seed: number): Float64Array {
  let state = seed >>> 0;
  return Float64Array.from({ length: count }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    let x = state;
    x = Math.imul(x ^ (x >>> 15), 0x2c1b3c6d);
    x = Math.imul(x ^ (x >>> 12), 0x297a2d39);
    return ((x ^ (x >>> 15)) >>> 0) / 4294967296 + 1e-12;
  });
}

export function makeTrained(layout: Layout, seed: number): FullyTrained {
  const centred = (offset: number) => numbers(layout.size, seed * 3 + offset).map((u) => 2 * u - 1);
  return {
    layout,
    mask: fullMask(layout),
    mean: centred(1),
    std: numbers(layout.size, seed * 3 + 2).map((u) => 0.01 + u),
    initial: centred(3),
    derivative: numbers(layout.size, seed * 3 + 4).map((u) => 0.01 + u),
  };
}

/** One to four modules, dense and convolutional, from a single weight up to a few hundred. */
export const layouts: fc.Arbitrary<Layout> = fc
  .array(
    fc.record({
      side: fc.integer({ min: 0, max: 3 }),
      inputs: fc.integer({ min: 1, max: 6 }),
      outputs: fc.integer({ min: 1, max: 7 }),
    }),
    { minLength: 1, maxLength: 4 },
  )
  .map((modules) =>
    layoutOf(
      modules.map(({ side, inputs, outputs }, index) =>
        side === 0
          ? dense(`Dense_${index}`, inputs, outputs)
          : conv(`Conv_${index}`, side, [inputs, outputs]),
      ),
    ),
  );

/** Any trained network with a full mask. */
export const trainedNetworks: fc.Arbitrary<FullyTrained> = fc
  .tuple(layouts, fc.integer({ min: 1, max: 1_000_000 }))
  .map(([layout, seed]) => makeTrained(layout, seed));

/** Coarse, because a sparsity of 1e-300 removes one weight at a threshold that rounds to the lowest score. */
export const sparsities = fc.integer({ min: 0, max: 999 }).map((thousandths) => thousandths / 1000);
