import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { makeFolders, removeEmpty } from '../../src/store/make-folders.js';
import { giveName, writeNewFile } from '../../src/store/new-file.js';
import { temporaryFolder } from '../rig/temporary.js';

let folder: string;
beforeEach(() => (folder = temporaryFolder()));
afterEach(() => rmSync(folder, { recursive: true, force: true }));

test('a new file is written whole, and never in the place of one that is there', () => {
  const path = join(folder, 'a.yaml');
  writeNewFile(path, 'one');
  expect(() => writeNewFile(path, 'two')).toThrow(/EEXIST/);
  expect(readFileSync(path, 'utf8')).toBe('one');
  expect(readdirSync(folder)).toEqual(['a.yaml']);
});

test('a finished file does not take the name of what has appeared meanwhile', () => {
  for (const name of ['finished', 'mine']) writeFileSync(join(folder, name), name);
  expect(() => giveName(join(folder, 'finished'), join(folder, 'mine'))).toThrow(/EEXIST/);
  expect(readFileSync(join(folder, 'mine'), 'utf8')).toBe('mine');
  expect(existsSync(join(folder, 'finished'))).toBe(true);
});

test('folders are made from the first that is missing, and removed again as long as nothing is in them', () => {
  const deep = join(folder, 'a', 'b', 'c');
  expect(makeFolders(deep)).toBe(join(folder, 'a'));
  expect(makeFolders(deep)).toBeUndefined();
  writeFileSync(join(folder, 'a', 'kept'), '');
  removeEmpty(deep, folder);
  expect(readdirSync(join(folder, 'a'))).toEqual(['kept']);
  rmSync(join(folder, 'a', 'kept'));
  mkdirSync(deep, { recursive: true });
  removeEmpty(deep, folder);
  expect(readdirSync(folder)).toEqual([]);
});

test('a file in the way of a folder is told', () => {
  writeFileSync(join(folder, 'a'), '');
  expect(() => makeFolders(join(folder, 'a'))).toThrow(/EEXIST/);
  expect(() => makeFolders(join(folder, 'a', 'b'))).toThrow(/ENOTDIR/);
});
