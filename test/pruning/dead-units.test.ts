import { describe, expect, test } from 'vitest';
import { layoutOf } from '../../src/numeric/layout.js';
import { fullMask } from '../../src/numeric/mask.js';
import { deadUnits } from '../../src/pruning/dead-units.js';
import { conv, dense } from './make-trained.js';

describe('dead units', () => {
  const layout = layoutOf([dense('Dense_0', 3, 4), dense('Dense_1', 4, 2)]);
  const modules = ['Dense_0', 'Dense_1'];
  const [, first, , second] = layout.tensors as any;

  test('there are none under a full mask', () => {
    expect(Object.fromEntries(deadUnits(layout, fullMask(layout), modules))).toEqual({
      'Dense_0/kernel': { units: 4, unfed: 0, unread: 0, dead: 0 },
      'Dense_1/kernel': { units: 2, unfed: 0, unread: 0, dead: 0 },
    });
  });

  test('a unit may be unfed, unread, or both at once', () => {
    const mask = fullMask(layout);
    for (const unit of [0, 1]) for (let i = 0; i < 3; i++) mask[first.offset + i * 4 + unit] = 0; // unfed
    for (const unit of [1, 2]) for (let o = 0; o < 2; o++) mask[second.offset + unit * 2 + o] = 0; // unread
    expect(deadUnits(layout, mask, modules).get('Dense_0/kernel')).toEqual({
      units: 4,
      unfed: 2,
      unread: 2,
      dead: 3,
    });
  });

  test('one surviving weight keeps a unit alive', () => {
    const mask = fullMask(layout);
    mask.fill(0, first.offset, first.offset + first.size);
    mask[first.offset + 2 * 4 + 3] = 1;
    expect(deadUnits(layout, mask, modules).get('Dense_0/kernel')).toMatchObject({ unfed: 3, dead: 3 });
  });

  test('after a convolution the dense layer reads channels at every place, channel last', () => {
    const net = layoutOf([conv('Conv_0', 1, [1, 3]), dense('Dense_0', 2 * 2 * 3, 2)]);
    const kernel = net.tensors[3]!;
    const mask = fullMask(net);
    mask.fill(0, kernel.offset, kernel.offset + kernel.size);
    mask[kernel.offset + (3 * 3 + 1) * 2] = 1; // channel 1 at the last of four places
    expect(deadUnits(net, mask, ['Conv_0', 'Dense_0']).get('Conv_0/kernel')).toMatchObject({
      units: 3,
      unread: 2,
    });
  });

  test('a convolution reads the channels of the one before it', () => {
    const net = layoutOf([conv('Conv_0', 2, [1, 3]), conv('Conv_1', 2, [3, 2])]);
    const kernel = net.tensors[3]!;
    const mask = fullMask(net);
    for (let place = 0; place < 4; place++)
      for (let out = 0; out < 2; out++) mask[kernel.offset + place * 6 + 2 * 2 + out] = 0; // channel 2
    expect(deadUnits(net, mask, ['Conv_0', 'Conv_1']).get('Conv_0/kernel')).toMatchObject({
      unread: 1,
      dead: 1,
    });
  });

  test('the order of execution counts, not the order of the names', () => {
    const sizes = Array.from({ length: 12 }, (_, i) => dense(`Dense_${i}`, 2, 2));
    const net = layoutOf(sizes);
    const order = sizes.map(({ module }) => module);
    const mask = fullMask(net);
    const tenth = net.tensors.find(({ path }) => path === 'Dense_10/kernel')!;
    mask.fill(0, tenth.offset, tenth.offset + 2); // nobody reads unit 0 of Dense_9
    const dead = [...deadUnits(net, mask, order)].filter(([, { unread }]) => unread > 0);
    expect(dead.map(([path]) => path)).toEqual(['Dense_9/kernel']);
  });
});
