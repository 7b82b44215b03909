import { createHash } from 'node:crypto';
import fc from '../properties.js';
import { describe, expect, test } from 'vitest';
import type { Json } from '../../src/base/json.js';
import { changedPaths, instanceKey } from '../../src/pipeline/fingerprint.js';
import type { KeyInput } from '../../src/pipeline/fingerprint.js';
import { signatures } from './small-stages.js';

const digest = 'ab'.repeat(32);
const input: KeyInput = {
  signature: signatures.get('train-es')!,
  params: {
    strategy: 'snes',
    settings: 'tuned',
    popsize: 32,
    generations: 10,
    validation: 0,
    rng: 5,
    temperature: 12,
  },
  inputs: {
    weights: { type: 'weights', sha256: digest },
    mask: {
      rows: [
        { coords: { k: 2 }, type: 'mask', sha256: digest },
        { coords: { k: 1 }, type: 'mask', sha256: '00' },
      ],
    },
  },
};

describe('a key', () => {
  test('is sha256 of canonical JSON behind a version, with defaults and the selector of settings left out', () => {
    const { key, K } = instanceKey(input);
    const canonical =
      '{"in":{"mask":[{"coords":{"k":1},"sha256":"00","type":"mask"},{"coords":{"k":2},"sha256":"' +
      digest +
      '","type":"mask"}],"weights":{"sha256":"' +
      digest +
      '","type":"weights"}},"type":"train-es","ver":1,"with":{"popsize":32,"rng":5,"strategy":"snes"}}';
    expect(key).toBe(createHash('sha256').update(`ticketlab-key/1\0${canonical}`).digest('hex'));
    expect(JSON.stringify(K).length).toBe(canonical.length);
  });

  test('has not moved', () => {
    expect(instanceKey(input).key).toBe('6b4494f1ba94202b23b0980920fbc074beb3be7c4ca1868f9795d80ea4d14b0b');
  });

  test('holds the runtime class and outside files only where there are any', () => {
    const { K } = instanceKey({ ...input, rt: 'node20-x64', files: { labels: digest } });
    expect(K).toMatchObject({ rt: 'node20-x64', files: { labels: digest } });
    expect(Object.keys(instanceKey(input).K).sort()).toEqual(['in', 'type', 'ver', 'with']);
  });

  test('does not depend on the order of anything', () => {
    const shuffled = (record: object) =>
      fc
        .shuffledSubarray(Object.entries(record), { minLength: Object.keys(record).length })
        .map(Object.fromEntries);
    fc.assert(
      fc.property(shuffled(input.params), shuffled(input.inputs), fc.boolean(), (params, inputs, flip) => {
        const mask = inputs.mask as { rows: unknown[] };
        const rows = flip ? [...mask.rows].reverse() : mask.rows;
        const changed = { ...input, params, inputs: { ...inputs, mask: { rows } } } as KeyInput;
        expect(instanceKey(changed).key).toBe(instanceKey(input).key);
      }),
    );
  });

  test('changes with every single leaf', () => {
    const params = fc.record({
      strategy: fc.constantFrom('snes', 'open-es'),
      popsize: fc.integer({ min: 2, max: 9 }),
      generations: fc.integer({ min: 1, max: 9 }),
      rng: fc.integer({ min: 0, max: 9 }),
      layers: fc.array(fc.integer({ min: 1, max: 3 }), { maxLength: 3 }),
    });
    fc.assert(
      fc.property(params, params, fc.constantFrom('aa', 'bb'), fc.constantFrom('aa', 'bb'), (a, b, x, y) => {
        const keyOf = (p: Record<string, Json>, sha256: string) =>
          instanceKey({ ...input, params: p, inputs: { weights: { type: 'weights', sha256 } } }).key;
        const same = JSON.stringify([a, x]) === JSON.stringify([b, y]);
        expect(keyOf(a, x) === keyOf(b, y)).toBe(same);
      }),
    );
    const other = (change: Partial<KeyInput>) => instanceKey({ ...input, ...change }).key;
    const all = [
      instanceKey(input).key,
      other({ signature: { ...input.signature, version: 2 } }),
      other({ signature: { ...input.signature, type: 'train' } }),
      other({ rt: 'node20-x64' }),
      other({ files: { labels: digest } }),
      other({ inputs: { ...input.inputs, weights: { type: 'ticket', sha256: digest } } }),
    ];
    expect(new Set(all).size).toBe(all.length);
  });
});

test('what changed between two keys is told by paths', () => {
  const was = instanceKey(input).K;
  const now = instanceKey({
    ...input,
    params: { ...input.params, popsize: 64, temperature: 3 },
    inputs: { ...input.inputs, weights: { type: 'weights', sha256: 'cc' } },
  }).K;
  expect(changedPaths(was, now)).toEqual(['in.weights.sha256', 'with.popsize', 'with.temperature']);
  expect(changedPaths(was, was)).toEqual([]);
  expect(changedPaths(undefined, { a: 1 })).toEqual(['']);
});
