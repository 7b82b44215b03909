import fc from '../properties.js';
import { describe, expect, it } from 'vitest';
import { philox } from '../../src/numeric/philox.js';
import { permutation, sampleWithoutReplacement, streamKey, uniform } from '../../src/numeric/rng.js';
import { chiSquareScore, correlation, moments } from './statistics.js';

const words = (hex: string): number[] => hex.split(' ').map((word) => Number.parseInt(word, 16));

describe('Philox4x32-10', () => {
  it.each([
    ['00000000 00000000 00000000 00000000', '00000000 00000000', '6627e8d5 e169c58d bc57ac4c 9b00dbd8'],
    ['ffffffff ffffffff ffffffff ffffffff', 'ffffffff ffffffff', '408f276d 41c83b0e a20bc7c6 6d5451fd'],
    ['243f6a88 85a308d3 13198a2e 03707344', 'a4093822 299f31d0', 'd16cfe09 94fdcceb 5001e420 24126ea1'],
  ])('gives the published answer for counter %s and key %s', (counter, key, answer) => {
    const block = Uint32Array.from(words(counter));
    const [low, high] = words(key);
    philox(block, { low, high });
    expect([...block]).toEqual(words(answer));
  });
});

describe('the key of a stream', () => {
  const hex = ({ low, high }: { low: number; high: number }): string =>
    [high, low].map((word) => word.toString(16).padStart(8, '0')).join('');

  it('has not moved', () => {
    expect(hex(streamKey(0))).toBe('ab53e7693360cb3b');
    expect(hex(streamKey(1, 'noise'))).toBe('d36dacd3109b3dc9');
    expect(hex(streamKey(2 ** 53 - 1, 'train', 12, 'minibatch of a long name, in several pieces'))).toBe(
      'b3eadf5af73782bf',
    );
    expect(hex(streamKey(7, 'über'))).toBe('941c7d880403448a');
  });

  it('depends on where one name ends and the next begins, and on their types', () => {
    const paths = [
      ['a', 'b'],
      ['ab'],
      ['a', 'b', ''],
      ['', 'ab'],
      ['a,b'],
      ['a","b'],
      ['1'],
      [1],
      [1, 1],
      [11],
      ['1', 1],
      [],
    ];
    expect(new Set(paths.map((path) => hex(streamKey(5, ...path)))).size).toBe(paths.length);
  });

  it('differs for a hundred thousand nearby seeds and names, in each of its words', () => {
    const low = new Set<number>();
    const both = new Set<string>();
    for (let seed = 0; seed < 1000; seed++)
      for (let level = 0; level < 100; level++) {
        const key = streamKey(seed, 'train', level);
        low.add(key.low);
        both.add(hex(key));
      }
    expect(both.size).toBe(100_000);
    expect(low.size).toBeGreaterThan(100_000 - 10); // 1.2 birthdays expected in 32 bits
  });

  it('flips half of its bits when one bit of the seed changes', () => {
    const bits = (word: number): number => word.toString(2).replaceAll('0', '').length;
    let flipped = 0;
    for (let seed = 0; seed < 1000; seed++) {
      const [a, b] = [streamKey(2 * seed), streamKey(2 * seed + 1)];
      flipped += bits((a.low ^ b.low) >>> 0) + bits((a.high ^ b.high) >>> 0);
    }
    expect(Math.abs(flipped / 64_000 - 0.5)).toBeLessThan(4 * Math.sqrt(0.25 / 64_000));
  });

  it.each([-1, 0.5, NaN, 2 ** 53])('refuses the seed %d', (seed) => {
    expect(() => streamKey(seed)).toThrow('a seed is an integer from 0 to 2^53 - 1');
    expect(() => streamKey(1, 'a', 0.5)).toThrow(
      'a number in the name of a stream must be an integer, not 0.5',
    );
  });
});

describe('uniform numbers', () => {
  const key = streamKey(11, 'uniform test');

  it('are pinned', () => {
    expect([0, 1, 2 ** 40].map((index) => uniform(key, 3, index))).toEqual([
      0.3144567517776754, 0.6856754478918382, 0.30387225094814296,
    ]);
  });

  it('have the mean and variance of U[0, 1) and fill 256 cells evenly, by high bits and by low bits', () => {
    const count = 100_000;
    const values = Array.from({ length: count }, (_, index) => uniform(key, 0, index));
    const { mean, variance } = moments(values);
    expect(Math.abs(mean - 0.5)).toBeLessThan(4 * Math.sqrt(1 / 12 / count));
    expect(Math.abs(variance - 1 / 12)).toBeLessThan(4 * Math.sqrt(1 / 180 / count));
    for (const scale of [256, 2 ** 30, 2 ** 53]) {
      const counts = Array<number>(256).fill(0);
      for (const value of values) counts[Math.floor(value * scale) % 256]++;
      expect(Math.abs(chiSquareScore(counts))).toBeLessThan(4);
    }
    expect(values.every((value) => value >= 0 && value < 1 && Number.isInteger(value * 2 ** 53))).toBe(true);
  });

  it('are not correlated between neighbouring indices, generations and streams', () => {
    const count = 20_000;
    const series = (of: (i: number) => number) => Array.from({ length: count }, (_, i) => of(i));
    const base = series((i) => uniform(key, 0, i));
    const others = [
      series((i) => uniform(key, 0, i + 1)),
      series((i) => uniform(key, 1, i)),
      series((i) => uniform(key, i, 0)),
      series((i) => uniform(streamKey(12, 'uniform test'), 0, i)),
      series((i) => uniform(key, 0, i + 2 ** 32)),
    ];
    for (const other of others) expect(Math.abs(correlation(base, other))).toBeLessThan(4 / Math.sqrt(count));
  });
});

describe('samples without replacement', () => {
  const key = streamKey(3, 'samples');

  it('are pinned', () => {
    expect([...sampleWithoutReplacement(new Uint32Array(5), 60_000, key, 2)]).toEqual([
      44105, 49651, 36908, 4348, 27217,
    ]);
  });

  it('hold different members of the population, and the longer begins with the shorter', () => {
    const sizes = fc
      .nat(300)
      .chain((population) => fc.tuple(fc.constant(population), fc.nat(population), fc.nat(9)));
    fc.assert(
      fc.property(sizes, ([population, size, generation]) => {
        const sample = sampleWithoutReplacement(new Uint32Array(size), population, key, generation);
        expect(new Set(sample).size).toBe(size);
        expect(sample.every((item) => item < population)).toBe(true);
        const whole = permutation(new Uint32Array(population), key, generation);
        expect(whole.subarray(0, size)).toEqual(sample);
      }),
    );
  });

  it('treat all members and all orders alike', () => {
    const perItem = Array<number>(20).fill(0);
    const perOrder = new Map<string, number>();
    for (let generation = 0; generation < 12_000; generation++) {
      for (const item of sampleWithoutReplacement(new Uint32Array(5), 20, key, generation)) perItem[item]++;
      const order = permutation(new Uint32Array(4), key, generation).join('');
      perOrder.set(order, (perOrder.get(order) ?? 0) + 1);
    }
    expect(Math.abs(chiSquareScore(perItem))).toBeLessThan(4);
    expect(perOrder.size).toBe(24);
    expect(Math.abs(chiSquareScore([...perOrder.values()]))).toBeLessThan(4);
  });

  it('do not share random words with uniform numbers of the same stream', () => {
    const population = 2 ** 32;
    const first = sampleWithoutReplacement(new Uint32Array(1), population, key, 0)[0];
    expect(first).not.toBe(Math.floor(uniform(key, 0, 0) * population));
  });

  it('cannot be larger than the population', () => {
    expect(() => sampleWithoutReplacement(new Uint32Array(3), 2, key, 0)).toThrow(
      'cannot take 3 different items from a population of 2',
    );
  });
});
