import { describe, expect, test } from 'vitest';
import { causeText } from '../../src/store-tools/cause-text.js';
import { explainStep, summary, type Sketches } from './subjects.js';

const chain: Sketches = {
  data: {},
  train: { after: ['data'], with: { popsize: 32, batch: 8 } },
  prune: { after: ['train'] },
  plot: { after: ['prune'] },
};
const change = (name: string, sketch: object): Sketches => ({
  ...chain,
  [name]: { ...chain[name], ...sketch },
});

const nowhere = {
  origins: { value: () => undefined, input: () => undefined, setting: () => undefined },
  earlier: {},
};

describe('the root cause is named', () => {
  test('a parameter, with both values; what is below it follows', () => {
    const now = change('train', { with: { popsize: 64, batch: 8 } });
    expect(summary(explainStep(chain, now))).toEqual([
      'train: popsize 32 -> 64 ×1',
      'plot follows ×1',
      'prune follows ×1',
    ]);
  });

  test('a parameter that was left at its default before, or is now', () => {
    const given = change('train', { with: { popsize: 32, batch: 8, usual: 2 } });
    expect(summary(explainStep(chain, given, { asked: ['train'] }))).toEqual(['train: usual 1 -> 2 ×1']);
    expect(summary(explainStep(given, chain, { asked: ['train'] }))).toEqual(['train: usual 2 -> 1 ×1']);
  });

  test('two causes at different places of the chain, in the order of the plan', () => {
    const now = { ...change('train', { ver: 2 }), prune: { after: ['train'], with: { share: 0.5 } } };
    expect(summary(explainStep(chain, now))).toEqual([
      'train: version ×1',
      'prune: share undefined -> 0.5 ×1',
      'plot follows ×1',
    ]);
  });

  test.each<[string, Sketches, string]>([
    ['the version of its stage type', change('train', { ver: 2 }), 'train: version ×1'],
    ['its stage type', change('train', { type: 'other' }), 'train: type ×1'],
    ['a file from outside', change('train', { files: { images: 'b' } }), 'train: file images ×1'],
  ])('%s', (_, now, cause) => {
    const was = change('train', { files: { images: 'a' } });
    const start = cause.includes('file') ? was : chain;
    expect(summary(explainStep(start, now, { asked: ['train'] }))).toEqual([cause]);
  });

  test('something before it that was computed meanwhile: the search goes on in hits', () => {
    // Somebody has computed `train` with 64 already; `prune` has not run on it.
    const now = change('train', { with: { popsize: 64, batch: 8 } });
    const was = { ...chain, 'train[elsewhere]': now['train']! };
    expect(summary(explainStep(was, now))).toEqual([
      'train: popsize 32 -> 64 ×1',
      'plot follows ×1',
      'prune follows ×1',
    ]);
  });

  test('code of a program of the user, by file; what waits is not blamed for code that is not known yet', () => {
    const program = (bytes: string) => change('prune', { code: { 'prune.py': bytes, 'lib.py': 'same' } });
    expect(summary(explainStep(program('a'), program('b'), { asked: ['prune'] }))).toEqual([
      'prune: code prune.py ×1',
    ]);
    const retrained = { ...program('a'), train: { ...chain['train'], ver: 2 } };
    expect(summary(explainStep(program('a'), retrained, { asked: ['prune'] }))).toEqual([
      'train: version ×1',
      'prune follows ×1',
    ]);
  });

  test.each<[string, string | undefined, string, string]>([
    ['of another Node', 'node18-x64', 'node20-x64', 'runtime node18-x64 → node20-x64'],
    ['that it had not before', undefined, 'node20-x64', 'runtime any → node20-x64'],
  ])('a class of machine %s', (_, before, after, text) => {
    const was = change('train', before === undefined ? {} : { rt: before });
    const [cause] = explainStep(was, change('train', { rt: after }), { asked: ['train'] }).causes;
    expect(causeText(cause!, nowhere)).toBe(text);
  });

  test('a source that is another one now', () => {
    const was = { ...chain, twin: { with: { other: 1 } } };
    const now = {
      data: {},
      twin: { with: { other: 1 } },
      train: chain['train']!,
      prune: { after: ['twin'] },
    };
    expect(summary(explainStep(was, now))).toEqual(['prune: source i0 ×1']);
  });

  test('bytes that differ although nothing else does', () => {
    const now = change('data', { bytes: 'other' });
    expect(summary(explainStep(chain, now, { asked: ['train'] }))).toEqual([
      'data: bytes ×1',
      'train follows ×1',
    ]);
  });

  test('the message of the run that failed at this very key', () => {
    expect(
      summary(explainStep({ data: {} }, chain, { asked: ['train'], failed: { train: 'no such popsize' } })),
    ).toEqual(['train: it failed in run run1: no such popsize ×1']);
  });
});

describe('many instances', () => {
  const sweep = (popsize: number, seeds: readonly number[]): Sketches => {
    const trains = seeds.map((seed) => [
      `train[seed=${seed}]`,
      { coords: { seed }, with: { popsize, seed } },
    ]);
    const gathers = Object.fromEntries(seeds.map((seed) => [`train[seed=${seed}]`, { seed }]));
    return { ...(Object.fromEntries(trains) as Sketches), plot: { gathers } };
  };

  test('that share a reason are counted, not listed', () => {
    const { causes, follows } = explainStep(sweep(32, [1, 2, 3]), sweep(64, [1, 2, 3]));
    expect(causes).toHaveLength(1);
    expect(causes[0]).toMatchObject({ alike: true, definition: 'train' });
    expect(causes[0]!.instances).toEqual(['train[seed=1]', 'train[seed=2]', 'train[seed=3]']);
    expect(follows).toEqual({ plot: 1 });
  });

  test('whose values differ are one reason too, and it says so', () => {
    const was = sweep(32, [1, 2]);
    const now = {
      ...was,
      'train[seed=1]': { coords: { seed: 1 }, with: { popsize: 40, seed: 1 } },
      'train[seed=2]': { coords: { seed: 2 }, with: { popsize: 50, seed: 2 } },
    };
    expect(explainStep(was, now).causes).toMatchObject([{ alike: false }]);
  });

  test('that no run has computed are compared with the nearest result once', () => {
    const seeds = [1, 2, 3];
    const was = { 'other[seed=9]': { with: { popsize: 32 } } };
    let searches = 0;
    const { causes } = explainStep(was, sweep(64, seeds), {
      coordinates: false,
      onNearest: () => searches++,
    });
    expect(causes[0]!.instances).toHaveLength(3);
    expect(searches).toBe(2);
  });

  test('at coordinates that are new are one reason across definitions', () => {
    expect(summary(explainStep(sweep(32, [1, 2]), sweep(32, [1, 2, 3])))).toEqual([
      'train: new seed=3 ×1',
      'plot follows ×1',
    ]);
  });

  test('that a gather lost are its own reason', () => {
    expect(summary(explainStep(sweep(32, [1, 2, 3]), sweep(32, [1, 2])))).toEqual(['plot: rows rows ×1']);
  });
});

test('a chain of thousands is no problem for the stack', () => {
  const long = (value: number): Sketches =>
    Object.fromEntries(
      Array.from({ length: 3_000 }, (_, at) => [
        `s${at}`,
        at === 0 ? { with: { value } } : { after: [`s${at - 1}`] },
      ]),
    );
  const { causes, follows } = explainStep(long(1), long(2));
  expect(causes.map(({ definition }) => definition)).toEqual(['s0']);
  expect(Object.keys(follows)).toHaveLength(2_999);
});
