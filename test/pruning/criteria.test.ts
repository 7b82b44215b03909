import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { UserError } from '../../src/base/result.js';
import { layoutOf } from '../../src/numeric/layout.js';
import { fullMask } from '../../src/numeric/mask.js';
import type { Mask } from '../../src/numeric/mask.js';
import type { Criterion } from '../../src/pruning/criterion.js';
import { baseRuleNames, criteria, criterionNames } from '../../src/pruning/index.js';
import type { CriterionName } from '../../src/pruning/index.js';
import { prune } from '../../src/pruning/prune.js';
import type { PruneRequest } from '../../src/pruning/prune.js';
import { registerCriterionLaws } from './laws.js';
import { conv, dense, makeTrained } from './make-trained.js';

for (const criterion of criterionNames) registerCriterionLaws(criterion);

const layout = layoutOf([dense('Dense_0', 4, 2), dense('Dense_1', 2, 2)]);
const [, kernel0, , kernel1] = layout.tensors as any;
const vector = (first: readonly number[], second: readonly number[]): Float64Array => {
  const out = new Float64Array(layout.size).fill(9);
  out.set(first, kernel0.offset);
  out.set(second, kernel1.offset);
  return out;
};
const bits = (mask: Mask): string =>
  [kernel0, kernel1].map(({ offset, size }) => mask.subarray(offset, offset + size).join('')).join(' ');
const base: PruneRequest = {
  trained: { layout, mask: fullMask(layout), mean: vector([1, -2, 3, -4, 5, -6, 7, -8], [0.5, 9, -0.1, 10]) },
  criterion: 'magnitude',
  sparsity: 0.5,
  scope: 'global',
  exclude: [],
  seed: 1,
};
const maskBits = (changes: Partial<PruneRequest>) => bits(prune({ ...base, ...changes }).mask);

describe('what each rule keeps', () => {
  test('magnitude keeps the largest absolute means of all kernels together', () => {
    expect(maskBits({})).toBe('00001111 0101'); // 12 - ceil(.5 * 11) = 6
  });

  test('magnitude with scope layer keeps the same share of each kernel', () => {
    expect(maskBits({ scope: 'layer' })).toBe('00001111 0101'); // 8 - ceil(3.5) = 4 and 4 - ceil(1.5) = 2
    expect(maskBits({ scope: 'layer', sparsity: 0.9 })).toBe('00000001 0001');
  });

  test('signal-to-noise divides by the std', () => {
    const std = vector([1, 2, 3, 4, 50, 60, 70, 80], [0.5, 90, 0.001, 100]);
    expect(maskBits({ criterion: 'signal-to-noise', trained: { ...base.trained, std } })).toBe(
      '11110000 1010',
    );
  });

  test('a std of 0 counts as 1e-12, so that the score stays finite and exact zeros stay at the bottom', () => {
    const mean = vector([0, 1, 1, 1, 1, 1, 1, 1], [0, 1e-9, 1, 1]);
    const std = vector([0, 1, 1, 1, 1, 1, 1, 1], [0, 0, 1, 1]);
    const trained = { ...base.trained, mean, std };
    const pruned = prune({ ...base, criterion: 'signal-to-noise', trained, sparsity: 0.18 });
    expect(bits(pruned.mask)).toBe('01111111 0111');
    expect(pruned.ranking.scores[kernel1.offset + 1]).toBe(1e-9 / 1e-12);
  });

  test('a variance in place of the std orders the weights differently, so the mask is another one', () => {
    const trained = makeTrained(layoutOf([conv('Conv_0', 3, [2, 4]), dense('Dense_0', 16, 10)]), 3);
    const std = trained.std.map((value) => value * value);
    const request = { ...base, criterion: 'signal-to-noise' as const, trained };
    expect(prune({ ...request, trained: { ...trained, std } }).mask).not.toEqual(prune(request).mask);
  });

  test('with one std for all, signal-to-noise is magnitude', () => {
    const trained = makeTrained(layoutOf([dense('Dense_0', 16, 10)]), 4);
    const scalar = { ...trained, std: trained.std.map(() => 0.03) };
    const request = { ...base, trained: scalar };
    expect(prune({ ...request, criterion: 'signal-to-noise' }).mask).toEqual(prune(request).mask);
  });

  test('movement measures the way from the masked start', () => {
    const mask = fullMask(layout);
    mask[kernel0.offset] = 0;
    const initial = vector([100, -2, 3, -4, 5, -6, 7, -8], [9.5, 0, -9.1, 0]);
    const trained = { ...base.trained, mask, initial };
    expect(maskBits({ criterion: 'movement', trained, sparsity: 0.7 })).toBe('00000000 1111');
  });

  test('movement does not see initial values of weights that were pruned before', () => {
    const mask = fullMask(layout);
    mask[kernel0.offset] = 0;
    const initial = vector([100, 0, 0, 0, 0, 0, 0, 0], [0, 0, 0, 0]);
    const pruned = prune({ ...base, criterion: 'movement', trained: { ...base.trained, mask, initial } });
    expect(pruned.ranking.scores[kernel0.offset]).toBe(0);
  });

  test('random masks differ from seed to seed, revive weights, and keep every weight equally often', () => {
    const kept = new Float64Array(12);
    const draws = 2000;
    let revived = 0;
    const old = prune(base).mask;
    for (let seed = 0; seed < draws; seed++) {
      const { mask } = prune({ ...base, trained: { ...base.trained, mask: old }, criterion: 'random', seed });
      for (let i = 0; i < 12; i++) {
        const at = i < 8 ? kernel0.offset + i : kernel1.offset + i - 8;
        kept[i] += mask[at];
        if (mask[at] > old[at]) revived++;
      }
    }
    // Each count is binomial(2000, 1/2): sd 22.4, five of them is 112.
    for (const count of kept) expect(Math.abs(count - draws / 2)).toBeLessThan(112);
    expect(revived).toBeGreaterThan(0);
  });
});

describe('what the controls do to the mask of their base', () => {
  const trained = makeTrained(layoutOf([conv('Conv_0', 3, [2, 4]), dense('Dense_0', 16, 10)]), 5);
  const run = (changes: Partial<PruneRequest>) => prune({ ...base, trained, sparsity: 0.7, ...changes }).mask;
  const perKernel = (mask: Mask) =>
    trained.layout.tensors.map(({ offset, size }) =>
      mask.subarray(offset, offset + size).reduce((sum, bit) => sum + bit, 0),
    );

  test.each<CriterionName>(['permute-weights', 'reinit'])('%s keeps it as it is', (criterion) => {
    expect(run({ criterion })).toEqual(run({}));
    for (const rule of baseRuleNames)
      expect(run({ criterion, base: rule })).toEqual(run({ criterion: rule }));
  });

  test.each<CriterionName>(['permute-mask-and-weights', 'random-within-layer'])(
    '%s keeps the counts of every kernel and nothing else',
    (criterion) => {
      for (const rule of baseRuleNames) {
        const ranked = run({ criterion: rule });
        const mask = run({ criterion, base: rule });
        expect(perKernel(mask)).toEqual(perKernel(ranked));
        expect(mask).not.toEqual(ranked);
        expect(run({ criterion, base: rule, seed: 2 })).not.toEqual(mask);
      }
    },
  );

  test('a shuffled mask keeps every entry of a kernel equally often, not whole slices together', () => {
    const kernel = trained.layout.tensors.find(({ path }) => path === 'Conv_0/kernel')!;
    const ranked = run({});
    const share = perKernel(ranked)[1]! / kernel.size;
    const draws = 1500;
    const kept = new Float64Array(kernel.size);
    for (let seed = 0; seed < draws; seed++) {
      const mask = run({ criterion: 'random-within-layer', seed });
      for (let i = 0; i < kernel.size; i++) kept[i]! += mask[kernel.offset + i]!;
    }
    const sd = Math.sqrt(draws * share * (1 - share));
    for (const count of kept) expect(Math.abs(count - draws * share)).toBeLessThan(5 * sd);
  });

  test('a control that shuffles takes the counts of a given mask, by whatever rule that was made', () => {
    const densities = run({ criterion: 'signal-to-noise', scope: 'layer' });
    expect(perKernel(densities)).not.toEqual(perKernel(run({ criterion: 'random-within-layer' })));
    for (const criterion of ['random-within-layer', 'permute-mask-and-weights'] as const)
      expect(perKernel(run({ criterion, densities }))).toEqual(perKernel(densities));
  });

  test('a mask at densities of another sparsity is refused', () => {
    const densities = run({ sparsity: 0.5 });
    expect(() => run({ criterion: 'random-within-layer', densities })).toThrow(
      new UserError(
        'the mask at the input densities keeps 116 weights, but sparsity 0.7 keeps 70: give the sparsity, the scope and the exclusions that the mask was made with',
      ),
    );
  });

  test('excluded kernels keep their own mask, not that of the densities', () => {
    const exclude = ['Conv_0/kernel'];
    const densities = run({ exclude });
    densities[trained.layout.tensors[1]!.offset] = 0;
    const mask = run({ exclude, criterion: 'random-within-layer', densities });
    expect(perKernel(mask)).toEqual(perKernel(run({ exclude })));
  });

  test('a mask at densities is refused by rules that do not look at it', () => {
    expect(() => run({ densities: run({}) })).toThrow(
      new UserError(
        'criterion magnitude does not look at the input densities: take it away, or use permute-mask-and-weights or random-within-layer',
      ),
    );
  });
});

test('every rule says in one sentence what it does', () => {
  for (const { summary } of Object.values(criteria)) expect(summary).toMatch(/^[A-Z].*\.$/);
});

test.each(criterionNames)('docs/numerics.md tells nestedness and start of %s as they are', (criterion) => {
  const text = readFileSync(join(import.meta.dirname, '../../docs/numerics.md'), 'utf8');
  const row = text.split('\n').find((line) => line.startsWith(`| \`${criterion}\` `)) ?? 'no row';
  const cells = row.split(/(?<!\\)\|/).map((cell) => cell.trim());
  const entry: Criterion = criteria[criterion];
  const nested = entry.kind === 'score' ? entry.nested : !entry.shuffled;
  expect(cells.slice(5, 7)).toEqual([nested ? 'yes' : 'no', entry.start]);
});
