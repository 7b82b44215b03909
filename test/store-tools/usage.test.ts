import { describe, expect, test } from 'vitest';
import { readCap, writeCap } from '../../src/store-tools/cap.js';
import { forecastSize } from '../../src/store-tools/forecast.js';
import { parseSize, sizeText } from '../../src/store-tools/sizes.js';
import { measureUsage } from '../../src/store-tools/usage.js';
import { addResult, addRun, freshStore } from './store-rig.js';

describe('usage', () => {
  const store = freshStore();
  addResult(store, 'a', { outputs: { x: 'x'.repeat(1000), y: 'y'.repeat(100) }, instance: 'imp.train[k=1]' });
  addResult(store, 'b', { outputs: { x: 'x'.repeat(1000) }, instance: 'imp.train[k=2]' });
  addResult(store, 'c', { outputs: { x: new Map([['f', 'x'.repeat(1000)]]) }, instance: 'init' });
  addRun(store, 'one', { days: 2, used: ['a', 'b'] });
  addRun(store, 'two', { days: 1, variant: 'laptop', used: ['b'] });
  const rows = (by: 'stage' | 'run' | 'preset') =>
    Object.fromEntries(measureUsage(store.layout, by).rows.map((row) => [row.name, row]));

  test('by stage counts an object once, and what two stages use as shared', () => {
    const { 'imp.train': train, init } = rows('stage');
    expect(train).toMatchObject({ results: 2, shared: 1000 });
    expect(init).toMatchObject({ results: 1, shared: 1000 });
    // The bytes of y and of two records.
    expect(train!.exclusive).toBeGreaterThan(100);
    expect(train!.exclusive).toBeLessThan(2000);
  });

  test('by run and preset puts a result with every run that used it', () => {
    expect(Object.keys(rows('run')).sort()).toEqual([
      '(no known run)',
      'one (p, default)',
      'two (p, laptop)',
    ]);
    expect(rows('preset')['p laptop']).toMatchObject({ results: 1, exclusive: 0 });
  });

  test('adds up to the files in the store', () => {
    const { results, unused, logs, total, trash } = measureUsage(store.layout, 'stage');
    expect({ unused, trash }).toEqual({ unused: 0, trash: 0 });
    expect(results + logs).toBe(total);
  });

  test('forecasts by the mean of what is known of each stage type', () => {
    const fresh = freshStore();
    addResult(fresh, 'a', { outputs: { x: 'x'.repeat(100) }, type: 'init' });
    addResult(fresh, 'b', { outputs: { x: 'x'.repeat(300) }, type: 'init' });
    const { now, more, unknown } = forecastSize(fresh.layout, [
      { definition: 'first', type: 'init' },
      { definition: 'second', type: 'init' },
      { definition: 'figure', type: 'plot' },
    ]);
    expect({ more, unknown }).toEqual({ more: 400, unknown: ['figure'] });
    expect(now).toBe(measureUsage(fresh.layout, 'stage').total);
  });

  test('forecasts by the mean of the stage where it has results, for programs are all of one type', () => {
    const fresh = freshStore();
    const shell = { type: 'shell' };
    addResult(fresh, 'a', { ...shell, outputs: { x: 'x'.repeat(100) }, instance: 'small[seed=1]' });
    addResult(fresh, 'b', { ...shell, outputs: { x: 'x'.repeat(300) }, instance: 'small[seed=2]' });
    addResult(fresh, 'c', { ...shell, outputs: { x: 'x'.repeat(2600) }, instance: 'large' });
    const more = (definition: string): number => forecastSize(fresh.layout, [{ definition, ...shell }]).more;
    expect({ small: more('small'), large: more('large'), other: more('other') }).toEqual({
      ...{ small: 200, large: 2600, other: 1000 },
    });
  });

  test('a cap is kept, and taken away', () => {
    const { layout } = freshStore();
    expect(readCap(layout)).toBeUndefined();
    writeCap(layout, 5000);
    expect(readCap(layout)).toBe(5000);
    writeCap(layout, undefined);
    expect(readCap(layout)).toBeUndefined();
  });
});

describe('sizes', () => {
  test.each([
    ['4096', 4096],
    ['20GiB', 20 * 2 ** 30],
    ['1.5 MB', 1_500_000],
    ['2kib', 2048],
  ])('%s', (text, bytes) => {
    expect(parseSize(text)).toBe(bytes);
  });

  test.each(['', 'GiB', '-1', '1e9', '5 parsecs', '1,5GB'])('%j is none', (text) => {
    expect(() => parseSize(text)).toThrow('is not a size. Write a number and a unit: 500MB, 20GiB.');
  });

  test('in words', () => {
    expect([0, 1023, 1024, 150 * 1024, 2 ** 31].map(sizeText)).toEqual([
      '0 B',
      '1023 B',
      '1.0 KiB',
      '150 KiB',
      '2.0 GiB',
    ]);
  });
});
