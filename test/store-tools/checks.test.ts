import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { ancestryOf } from '../../src/store-tools/ancestry.js';
import { checkStore } from '../../src/store-tools/fsck.js';
import {
  compareLock,
  decodeLock,
  encodeLock,
  lockPath,
  outputsDigest,
} from '../../src/store-tools/lock-file.js';
import { decodeRecord, encodeRecord, sealRecord, type ResultRecord } from '../../src/store/record.js';
import { allRecords } from '../../src/store-tools/records.js';
import { parseShare, sampleRecords } from '../../src/store-tools/sample.js';
import { sha256 } from '../rig/publication.js';
import { addKeyed, addResult, damage, freshStore } from './store-rig.js';

describe('checking a store', () => {
  const filled = () => {
    const store = freshStore();
    const data = addKeyed(store, 'data', {
      data: new Map([
        ['one', 'first'],
        ['two', 'second'],
      ]),
    });
    addKeyed(store, 'train', { ticket: 'ticket' }, { data: [data, 'data'] });
    addKeyed(store, 'copy', { ticket: 'ticket' });
    return { store, data };
  };
  const problems = (store: ReturnType<typeof freshStore>) =>
    checkStore(store.layout).problems.map(({ kind, instances }) => [kind, ...instances].join(' '));

  test('finds nothing where all is well', () => {
    const { store } = filled();
    expect(checkStore(store.layout)).toMatchObject({ records: 3, objects: 4, problems: [] });
    expect(checkStore(freshStore().layout)).toMatchObject({ records: 0, objects: 0, problems: [] });
  });

  test.each<[string, string, (path: string) => void, string[]]>([
    ['a flipped bit', 'ticket', (path) => damage(path, 'tickeu'), ['damaged object']],
    [
      'an object cut short',
      'ticket',
      (path) => damage(path, 'tick'),
      ['damaged object', 'wrong size copy train'],
    ],
    ['an empty object', 'second', (path) => damage(path, ''), ['damaged object', 'wrong size data']],
    ['an object that is gone', 'ticket', (path) => rmSync(path), ['missing object copy train']],
    ['a file of a tree that is gone', 'first', (path) => rmSync(path), ['missing object data']],
  ])('finds %s', (_, content, happen, expected) => {
    const { store } = filled();
    happen(store.layout.object(sha256(content)));
    const found = problems(store).map((text) => text.split(' '));
    expect(found.map(([a, b, ...rest]) => [a, b, ...rest.sort()].join(' '))).toEqual(expected);
  });

  test('finds a tree that is none, a damaged record, a wrong key and files that do not belong there', () => {
    const { store, data } = filled();
    damage(store.layout.object(data.outputs['data']!.sha256), '[]]');
    const copy = allRecords(store.layout).find(({ record }) => record?.made.instance === 'copy')!;
    damage(store.layout.record(copy.key), '{');
    addResult(store, 'stranger', { outputs: {} });
    const stray = join(store.layout.root, 'cas/zz/name');
    mkdirSync(dirname(stray), { recursive: true });
    writeFileSync(stray, 'x');
    expect(problems(store).sort()).toEqual(
      [
        'damaged object',
        'damaged record',
        'damaged tree data',
        'stray file',
        'wrong key stranger',
        'wrong size data',
      ].sort(),
    );
  });
});

test('what cannot be read is said to be that, with the results that need it', () => {
  const store = freshStore();
  addKeyed(store, 'a', { out: 'text' });
  // A folder cannot be read as a file, whoever one is.
  const path = store.layout.object(sha256('text'));
  rmSync(path);
  mkdirSync(path);
  const record = store.layout.record(addKeyed(store, 'b', { out: 'other' }).key);
  rmSync(record);
  mkdirSync(record);
  expect(checkStore(store.layout)).toMatchObject({
    ...{ records: 2, objects: 2, bytes: 5 },
    problems: [
      { kind: 'unreadable file', name: path, instances: ['a'] },
      { kind: 'unreadable file', name: record, instances: [] },
    ],
  });
});

test.each(['cas', 'res'])('a file in the place of the folder %s does not go unnoticed', (name) => {
  const store = freshStore();
  addKeyed(store, 'a', { out: 'text' });
  rmSync(join(store.layout.root, name), { recursive: true });
  writeFileSync(join(store.layout.root, name), '');
  expect(checkStore(store.layout).problems[0]).toMatchObject({ kind: 'stray file' });
});

describe('a record that was written by somebody else', () => {
  const store = freshStore();
  const { key, K, outputs, made } = addKeyed(store, 'x', { out: 'x' });
  const decoded = (changed: object) =>
    decodeRecord(encodeRecord(sealRecord({ key, K, outputs, made, ...changed } as ResultRecord)), key);

  test('is a record when it has the shape of one', () => {
    expect(decoded({})).toMatchObject({ key });
    const pipeline = { name: 'p', file: 'p.yaml', sha256: 'x', variant: 'default', preset: null };
    const params = { a: { value: 1, origin: 'default' }, b: { sha256: 'x', origin: '-P' } };
    const more = { pipeline, params, git: 'x', log: { bytes: 1, tail: [] } };
    expect(decoded({ made: { ...made, ...more } })).toMatchObject({ key });
  });

  test.each<[string, object]>([
    ['no account of how it was made', { made: null }],
    ['a list for that', { made: [] }],
    ['an instance that is a number', { made: { ...made, instance: 5 } }],
    ['no host', { made: { ...made, host: undefined } }],
    ['seconds that are text', { made: { ...made, wall_s: '1' } }],
    ['a pipeline that is text', { made: { ...made, pipeline: 'p' } }],
    ['a pipeline without a name', { made: { ...made, pipeline: { file: 'p', variant: 'v' } } }],
    ['parameters that are a list', { made: { ...made, params: [] } }],
    ['a parameter that comes from nowhere', { made: { ...made, params: { a: { value: 1 } } } }],
    ['a parameter with a number as digest', { made: { ...made, params: { a: { sha256: 1, origin: '' } } } }],
    [
      'one parameter that comes from nowhere beside one that does not',
      { made: { ...made, params: { a: { value: 1, origin: '-P' }, b: { value: 1 } } } },
    ],
    ['a commit that is a number', { made: { ...made, git: 1 } }],
    ['an output that is nothing', { outputs: { ...outputs, more: null } }],
    ['an output whose digest is a path', { outputs: { out: { ...outputs['out'], sha256: '../../x' } } }],
    ['an output of half a byte', { outputs: { out: { ...outputs['out'], bytes: 0.5 } } }],
    ['an output of no known type', { outputs: { out: { ...outputs['out'], type: 'other' } } }],
    ['an output of no known kind', { outputs: { out: { ...outputs['out'], kind: 'link' } } }],
    ['another key', { key: sha256('another') }],
    ['a log that is text', { made: { ...made, log: 'x' } }],
    ['a list of outputs', { outputs: [] }],
    ['parts of the key that are text', { K: 'x' }],
  ])('with %s is none, whatever its sum says', (_, changed) => {
    expect(decoded(JSON.parse(JSON.stringify(changed)) as object)).toBe(undefined);
  });
});

describe('a lock', () => {
  const line = (address: string, word = address) => ({
    variant: 'default',
    address,
    key: sha256(word),
    outputs: sha256(`${word} outputs`),
  });

  test('is one sorted line an instance, whatever order it is made in, and can be read back', () => {
    const lines = [line('b[name="two words"]'), { ...line('a'), variant: 'smoke' }, line('a')];
    const text = encodeLock(lines);
    expect(text).toBe(encodeLock([...lines].reverse()));
    expect(text.split('\n').map((one) => one.slice(0, 12))).toEqual([
      '# ticketlab ',
      `default a ${sha256('a').slice(0, 2)}`,
      'default b[na',
      `smoke a ${sha256('a').slice(0, 4)}`,
      '',
    ]);
    expect(decodeLock(text, 'x.lock').map(({ address }) => address)).toEqual([
      'a',
      'b[name="two words"]',
      'a',
    ]);
  });

  test('can be read with the line endings of another system, and with a line twice', () => {
    const text = encodeLock([line('b'), line('a')]);
    expect(decodeLock(text.replaceAll('\n', '\r\n'), 'p.lock')).toEqual([line('a'), line('b')]);
    expect(decodeLock(`${text}${text}`, 'p.lock')).toEqual([line('a'), line('b')]);
  });

  test('that contradicts itself names the lines', () => {
    const text = encodeLock([line('a'), line('b')]);
    const other = text.replace(sha256('a'), sha256('another')).split('\n')[1] ?? '';
    expect(() => decodeLock(`${text}${other}\n`, 'p.lock')).toThrow(
      'p.lock:4 says of a (default) otherwise than line 2. Mend the merge, or remove the file and write it anew with ticketlab lock.',
    );
  });

  test('with marks of a merge names the line', () => {
    expect(() => decodeLock(`# lock\n<<<<<<< HEAD\n`, 'x.lock')).toThrow(
      'x.lock:2 is not a line of a lock: variant, address, key, digest. Mend the merge, or remove the file and write it anew with ticketlab lock.',
    );
  });

  test('says of each instance what differs', () => {
    const out = (word: string) => ({
      x: { type: 'file', sha256: sha256(word), bytes: 1, kind: 'blob' } as const,
    });
    const locked = ['same', 'key', 'bytes', 'open', 'gone'].map((address) => ({
      ...line(address),
      outputs: outputsDigest(out(address)),
    }));
    const standing = [
      { address: 'same', key: sha256('same'), outputs: out('same') },
      { address: 'key', key: sha256('other'), outputs: out('key') },
      { address: 'bytes', key: sha256('bytes'), outputs: out('other') },
      { address: 'open', key: undefined, outputs: undefined },
      { address: 'more', key: sha256('more'), outputs: out('more') },
    ];
    const other = [{ ...line('elsewhere'), variant: 'smoke' }];
    expect(
      compareLock([...locked, ...other], 'default', standing).map(
        ({ address, problem }) => `${address}: ${problem}`,
      ),
    ).toEqual(['key: key', 'bytes: outputs', 'open: uncomputed', 'more: new', 'gone: missing']);
  });

  test('lies beside its pipeline', () => {
    expect(lockPath('pipelines/quickstart.yaml')).toBe('pipelines/quickstart.lock');
  });
});

describe('a sample', () => {
  const store = freshStore();
  const records = [
    ...Array.from({ length: 40 }, (_, at) => addKeyed(store, `train[k=${at}]`, { x: `${at}` })),
    ...Array.from({ length: 3 }, (_, at) => addKeyed(store, `prune[k=${at}]`, { x: `${at}` })),
  ];
  const types = (share: number, seed: number) =>
    sampleRecords(records, { share, seed }).map(({ made }) => made.instance.replace(/\[.*/, ''));

  test('has a share of every stage type, at least one of each', () => {
    expect(types(0.05, 1)).toEqual(['prune', 'train', 'train']);
    expect(types(1, 1)).toHaveLength(43);
  });

  test('is the same for one seed and another for another, whatever the order of records', () => {
    const keys = (seed: number, list = records) =>
      sampleRecords(list, { share: 0.2, seed }).map(({ key }) => key);
    expect(keys(1, [...records].reverse())).toEqual(keys(1));
    expect(keys(2)).not.toEqual(keys(1));
  });

  test('is a percentage', () => {
    expect([parseShare('5%'), parseShare('100 %'), parseShare('0.5%')]).toEqual([0.05, 1, 0.005]);
    for (const text of ['5', '0%', '101%', 'all', '-5%'])
      expect(() => parseShare(text)).toThrow(
        `"${text}" is not a share. Write a percentage above 0 and up to 100: 5%.`,
      );
  });
});

describe('ancestry', () => {
  test('is everything that a result came from, what was made first first, each once', () => {
    const store = freshStore();
    const data = addKeyed(store, 'data', { x: 'data' });
    const left = addKeyed(store, 'left', { x: 'l' }, { i: [data, 'x'] });
    const right = addKeyed(store, 'right', { x: 'r' }, { i: [data, 'x'] });
    const top = addKeyed(store, 'top', { x: 't' }, { a: [left, 'x'], b: [right, 'x'] });
    addKeyed(store, 'bystander', { x: 'b' }, { a: [data, 'x'] });
    const ancestry = ancestryOf(top, allRecords(store.layout));
    expect(ancestry.map(({ record }) => record.made.instance)).toEqual(['data', 'left', 'right', 'top']);
    expect(ancestry.at(-1)!.origins.map(({ input, from }) => [input, from])).toEqual([
      ['a', left.key],
      ['b', right.key],
    ]);
  });

  test('says where the store does not know more', () => {
    const [store, elsewhere] = [freshStore(), freshStore()];
    const data = addKeyed(elsewhere, 'data', { x: 'data' });
    const top = addKeyed(store, 'top', { x: 't' }, { a: [data, 'x'] });
    expect(ancestryOf(top, allRecords(store.layout))[0]!.origins).toMatchObject([
      { input: 'a', from: undefined },
    ]);
  });

  test('of a result that has the bytes of its own input ends', () => {
    const store = freshStore();
    const first = addKeyed(store, 'first', { x: 'same' });
    const second = addKeyed(store, 'second', { x: 'same' }, { i: [first, 'x'] });
    const ancestry = ancestryOf(second, allRecords(store.layout));
    expect(ancestry.map(({ record }) => record.made.instance)).toEqual(['first', 'second']);
  });
});
