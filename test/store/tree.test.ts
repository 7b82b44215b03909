import { expect, test } from 'vitest';
import { decodeTree, encodeTree } from '../../src/store/tree.js';
import { sha256 } from '../rig/publication.js';

const entry = { path: 'a', mode: 'f', sha256: sha256('a'), bytes: 1 } as const;
const decoded = (value: unknown): unknown => decodeTree(Buffer.from(JSON.stringify(value)));

test('a tree has the same bytes in whatever order its files are given, and is read back sorted', () => {
  const files = [{ ...entry, path: 'b/x' }, { ...entry, path: 'C', mode: 'x' as const, bytes: 0 }, entry];
  const bytes = encodeTree(files);
  expect(Buffer.compare(encodeTree([...files].reverse()), bytes)).toBe(0);
  expect(decodeTree(bytes)).toEqual([files[1], entry, files[0]]);
});

test.each<[string, unknown]>([
  ['no list', { 0: entry }],
  ['a file that is nothing', [null]],
  ['a path that is a number', [{ ...entry, path: 1 }]],
  ['a path that leads out', [{ ...entry, path: '../a' }]],
  ['a mode that is none', [{ ...entry, mode: 'd' }]],
  ['a digest that is a path', [{ ...entry, sha256: '../../etc/passwd' }]],
  ['a size that is text', [{ ...entry, bytes: '1' }]],
  ['a size that is no whole number', [{ ...entry, bytes: 0.5 }]],
  ['a size below nothing', [{ ...entry, bytes: -1 }]],
  ['a file twice', [entry, entry]],
  ['a file that is a folder too', [entry, { ...entry, path: 'a/b/c' }]],
])('a tree with %s is none', (_, value) => {
  expect(() => decoded(value)).toThrow();
});
