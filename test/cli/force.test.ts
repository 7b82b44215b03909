import { expect, test } from 'vitest';
import { forcedInstances } from '../../src/cli/force.js';
import { planOf, request, study } from '../pipeline/small-stages.js';

const plan = planOf(study, { targets: ['accuracy'] });
const forced = (...addresses: string[]) => [...forcedInstances(plan, addresses, request(study))];

test('--force names instances by stages, steps and coordinates', () => {
  const ids = forced('init', 'imp.train[k=1..2,method=random,seed=2]').map((i) => plan.instances[i]?.id);
  expect(ids).toEqual([
    'init[seed=1]',
    'init[seed=2]',
    'imp.train[method=random,seed=2,k=1]',
    'imp.train[method=random,seed=2,k=2]',
  ]);
});

test.each([
  ['figures', 'figures is a target. Name what it stands for: accuracy.'],
  ['sizes', 'nothing that is asked for needs sizes.'],
  ['imp.trian', 'there is no stage or step "imp.trian". Did you mean "imp.train"?'],
  [
    'zzz',
    'there is no stage or step "zzz". There: data, init, imp, imp.train, imp.prune, imp.rewind, accuracy and sizes.',
  ],
  ['init[sed=1]', 'init has no axis "sed". Did you mean "seed"?'],
  ['data[x=1]', 'data has no axis "x". Its axes: none.'],
  ['imp[k=9]', 'none of imp has k = 9. k is 1, 2 and 3.'],
  ['imp[k=5..7]', 'none of imp has k = 5..7. k is 1, 2 and 3.'],
  ['imp[method=randon]', 'none of imp has method = randon. Did you mean "random"?'],
])('--force %s is refused with what there is', (address, why) => {
  expect(() => forced(address)).toThrow(
    `--force ${address} names no instance of this run: ${why} ticketlab plan lists what there is.`,
  );
});
