import { describe, expect, test } from 'vitest';
import { UserError } from '../../src/base/result.js';
import { layoutOf } from '../../src/numeric/layout.js';
import { prune } from '../../src/pruning/prune.js';
import type { PruneRequest } from '../../src/pruning/prune.js';
import { conv, dense, makeTrained } from './make-trained.js';

const layout = layoutOf([conv('Conv_0', 3, [1, 2]), dense('Dense_0', 8, 4)]); // 18 and 32 weights
const trained = makeTrained(layout, 1);
const base: PruneRequest = {
  trained,
  criterion: 'magnitude',
  sparsity: 0.5,
  scope: 'global',
  exclude: [],
  seed: 1,
};
const messageOf = (changes: Partial<PruneRequest>): string => {
  try {
    prune({ ...base, ...changes });
  } catch (error) {
    expect(error).toBeInstanceOf(UserError);
    return (error as Error).message;
  }
  return 'nothing was thrown';
};

describe('what a user can get wrong', () => {
  test('signal-to-noise on a ticket without std', () => {
    const { std: _, ...without } = trained;
    expect(messageOf({ criterion: 'signal-to-noise', trained: without })).toBe(
      'criterion signal-to-noise needs the std of the search distribution, but this ticket has none (gradient descent leaves none): prune by magnitude, or train by an evolution strategy',
    );
  });

  test('a control based on signal-to-noise on a ticket without std', () => {
    const { std: _, ...without } = trained;
    expect(messageOf({ criterion: 'reinit', base: 'signal-to-noise', trained: without })).toMatch(
      /^criterion signal-to-noise needs the std/,
    );
  });

  test('movement without the start', () => {
    const { initial: _, ...without } = trained;
    expect(messageOf({ criterion: 'movement', trained: without })).toBe(
      'criterion movement needs the weights that the training started from: connect them to the input init',
    );
  });

  test.each(['snip', 'grasp', 'obd'] as const)('%s without a derivative', (criterion) => {
    const { derivative: _, ...without } = trained;
    expect(messageOf({ criterion, trained: without })).toBe(
      `criterion ${criterion} needs derivatives of the training loss: connect the training images to the input data`,
    );
  });

  test.each([
    ['Dense_0', 'Did you mean Dense_0/kernel?'],
    ['dense_0/kernel', 'Did you mean Dense_0/kernel?'],
    ['Conv_0/kernl', 'Did you mean Conv_0/kernel?'],
    ['output', 'Its kernels are Conv_0/kernel, Dense_0/kernel'],
  ])('an excluded layer %s that does not exist', (path, hint) => {
    expect(messageOf({ exclude: [path] })).toBe(`exclude: the network has no kernel ${path}. ${hint}`);
  });

  test('an excluded bias', () => {
    expect(messageOf({ exclude: ['Dense_0/bias'] })).toBe(
      'exclude: Dense_0/bias is a bias, and biases are never pruned: take it off the list',
    );
  });

  test('nothing left to prune', () => {
    expect(messageOf({ exclude: ['Conv_0/kernel', 'Dense_0/kernel'] })).toBe(
      'exclude names every kernel of the network: nothing is left to prune',
    );
  });

  test.each([
    [1, 'leaves no weights'],
    [80, 'leaves no weights'],
    [-0.1, 'is not a share of the weights'],
    [NaN, 'is not a share of the weights'],
  ])('a sparsity of %d', (sparsity, wrong) => {
    expect(messageOf({ sparsity })).toBe(
      `sparsity ${sparsity} ${wrong}: it is the share of prunable weights removed so far, from 0 up to but not including 1`,
    );
  });

  test('a sparsity below what is pruned already', () => {
    const { mask } = prune({ ...base, sparsity: 0.6 });
    expect(messageOf({ trained: { ...trained, mask }, sparsity: 0.2 })).toBe(
      'sparsity 0.2 asks for fewer pruned weights than there are: 20 of 50 are left (sparsity 0.6000), and criterion magnitude never revives a weight. The sparsity is cumulative: it has to grow from level to level',
    );
    expect(messageOf({ trained: { ...trained, mask }, sparsity: 0.6 })).toBe('nothing was thrown');
  });

  test('random may go back to a lower sparsity, because it draws anew', () => {
    const { mask } = prune({ ...base, sparsity: 0.6 });
    expect(messageOf({ criterion: 'random', trained: { ...trained, mask }, sparsity: 0.2 })).toBe(
      'nothing was thrown',
    );
  });

  test('scope layer after a global mask that left a kernel fewer weights than its share', () => {
    const mask = trained.mask.slice();
    const { offset, size } = layout.tensors[1]!;
    mask.fill(0, offset, offset + size - 2);
    expect(messageOf({ trained: { ...trained, mask }, scope: 'layer' })).toBe(
      'sparsity 0.5 asks for fewer pruned weights than there are: 2 of 18 are left in Conv_0/kernel (sparsity 0.8889), and criterion magnitude never revives a weight. The sparsity is cumulative: it has to grow from level to level',
    );
  });

  test('a std that is not a number', () => {
    const std = trained.std.slice();
    std[layout.tensors[3]!.offset + 5] = NaN;
    expect(messageOf({ criterion: 'signal-to-noise', trained: { ...trained, std } })).toBe(
      'criterion signal-to-noise: the score of entry 5 of Dense_0/kernel is NaN, which cannot be ranked: the training has diverged',
    );
  });
});
