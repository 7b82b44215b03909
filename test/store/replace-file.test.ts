import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { replaceFile, replaceFileFrom } from '../../src/store/durable.js';

let home: string;
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'ticketlab-replace-'));
});
afterEach(() => rmSync(home, { recursive: true, force: true }));

const figure = (): string => join(home, 'results', 'a.svg');
const aside = (): string => join(home, 'aside');

it('replaces a file from another folder, and sweeps there what a client that died a day ago left half-written', () => {
  mkdirSync(aside());
  for (const name of ['b.svg.1.tmp', 'c.svg.2.tmp', 'kept']) writeFileSync(join(aside(), name), '');
  utimesSync(join(aside(), 'b.svg.1.tmp'), 1000, 1000);
  utimesSync(join(aside(), 'kept'), 1000, 1000);
  replaceFileFrom(aside(), figure(), Buffer.from('one'));
  replaceFileFrom(aside(), figure(), Buffer.from('two'));
  expect(readFileSync(figure(), 'utf8')).toBe('two');
  expect(readdirSync(join(home, 'results'))).toEqual(['a.svg']);
  expect(readdirSync(aside()).sort()).toEqual(['c.svg.2.tmp', 'kept']);
});

it('does without the other folder where that cannot be had', () => {
  writeFileSync(aside(), 'a file');
  replaceFileFrom(aside(), figure(), Buffer.from('one'));
  expect(readFileSync(figure(), 'utf8')).toBe('one');
  expect(readFileSync(aside(), 'utf8')).toBe('a file');
});

it('leaves nothing half-written in either folder when the file cannot be replaced', () => {
  mkdirSync(figure(), { recursive: true });
  expect(() => replaceFileFrom(aside(), figure(), Buffer.from('one'))).toThrow(/a\.svg \(EISDIR\)/);
  expect(readdirSync(aside())).toEqual([]);
  expect(readdirSync(join(home, 'results'))).toEqual(['a.svg']);
});

it('is not kept from it by what an earlier process of the same number left half-written', () => {
  for (const folder of [aside(), join(home, 'results')]) {
    mkdirSync(folder);
    writeFileSync(join(folder, `a.svg.${process.pid}.tmp`), 'half');
  }
  replaceFileFrom(aside(), figure(), Buffer.from('one'));
  expect(readdirSync(aside())).toEqual([]);
  replaceFile(figure(), 'two');
  expect(readFileSync(figure(), 'utf8')).toBe('two');
  expect(readdirSync(join(home, 'results'))).toEqual(['a.svg']);
});
