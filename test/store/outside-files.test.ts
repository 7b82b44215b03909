import { existsSync, mkdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { OutsideFiles } from '../../src/pipeline/stage.js';
import { OutsideFileReader } from '../../src/store/outside-files.js';
import { sha256 } from '../rig/publication.js';
import { temporaryFolder } from '../rig/temporary.js';

let project: string;
beforeEach(() => (project = temporaryFolder()));
afterEach(() => rmSync(project, { recursive: true, force: true }));

const longAgo = new Date('2020-01-01T00:00:00Z');
const reader = (): OutsideFileReader => new OutsideFileReader(join(project, 'memo.json'), project);

function put(path: string, text: string, time = longAgo): void {
  mkdirSync(join(project, 'data'), { recursive: true });
  writeFileSync(join(project, path), text);
  utimesSync(join(project, path), time, time);
}

const folder: OutsideFiles = {
  kind: 'folder',
  when: {},
  parameter: 'path',
  paths: { images: ['images.idx', 'images.idx.gz'] },
};
const packaged = (name: string, path: string): OutsideFiles => ({
  kind: 'package',
  when: { task: 'mnist' },
  package: name,
  paths: { manifest: path },
});

describe('files in a folder of the project', () => {
  test('are found by the first of their names that is there', () => {
    put('data/images.idx.gz', 'zipped');
    expect(reader().resolve({ files: [folder] }, { path: 'data' })).toEqual({
      ok: true,
      value: { images: { path: join(project, 'data/images.idx.gz'), sha256: sha256('zipped') } },
    });
    put('data/images.idx', 'plain');
    expect(reader().resolve({ files: [folder] }, { path: 'data' })).toMatchObject({
      value: { images: { sha256: sha256('plain') } },
    });
  });

  test('that are not there are told with where and what to do', () => {
    expect(reader().resolve({ files: [folder] }, { path: 'data' })).toEqual({
      ok: false,
      error: `path: there is no images.idx or images.idx.gz in ${project}/data. Put the file there, or name another folder.`,
    });
  });

  test('are none of a stage that is not given a folder', () => {
    expect(reader().resolve({ files: [folder] }, { path: null })).toEqual({ ok: true, value: {} });
  });

  test('are not read again while size and time stay, also by the next run', () => {
    put('data/images.idx', 'one');
    const first = reader();
    first.resolve({ files: [folder] }, { path: 'data' });
    first.save();
    // Cheating with size, time and file kept: only who reads the bytes again can know.
    put('data/images.idx', 'two');
    expect(reader().resolve({ files: [folder] }, { path: 'data' })).toMatchObject({
      value: { images: { sha256: sha256('one') } },
    });
    put('data/images.idx', 'two', new Date('2020-01-02T00:00:00Z'));
    expect(reader().resolve({ files: [folder] }, { path: 'data' })).toMatchObject({
      value: { images: { sha256: sha256('two') } },
    });
  });

  test('that have just been changed are not trusted to show another change', () => {
    put('data/images.idx', 'one', new Date());
    const first = reader();
    first.resolve({ files: [folder] }, { path: 'data' });
    first.save();
    put('data/images.idx', 'two', new Date());
    expect(reader().resolve({ files: [folder] }, { path: 'data' })).toMatchObject({
      value: { images: { sha256: sha256('two') } },
    });
  });

  test('are remembered only when something was learned', () => {
    put('data/images.idx', 'one');
    const memo = join(project, 'memo.json');
    const again = reader();
    again.save();
    expect(existsSync(memo)).toBe(false);
    for (const written of [true, false]) {
      again.resolve({ files: [folder] }, { path: 'data' });
      again.save();
      expect(existsSync(memo)).toBe(written);
      rmSync(memo, { force: true });
    }
  });

  test('that are gone are forgotten', () => {
    put('data/images.idx', 'one');
    put('data/images.idx.gz', 'two');
    const first = reader();
    first.resolve({ files: [folder] }, { path: 'data' });
    rmSync(join(project, 'data/images.idx'));
    first.resolve({ files: [folder] }, { path: 'data' });
    first.save();
    const known = JSON.parse(readFileSync(join(project, 'memo.json'), 'utf8')) as object;
    expect(Object.keys(known)).toEqual([join(project, 'data/images.idx.gz')]);
  });

  test('are read when the memo is damaged', () => {
    put('data/images.idx', 'one');
    writeFileSync(join(project, 'memo.json'), '{"torn');
    expect(reader().resolve({ files: [folder] }, { path: 'data' })).toMatchObject({ ok: true });
  });
});

describe('files of an npm package', () => {
  test('are found from where ticketlab is installed', () => {
    const found = reader().resolve({ files: [packaged('yaml', 'package.json')] }, { task: 'mnist' });
    expect(found).toMatchObject({
      ok: true,
      value: { manifest: { path: expect.stringMatching(/node_modules\/yaml\/package\.json$/) } },
    });
  });

  test('count only when the parameters are those that need them', () => {
    const files = [packaged('no-such-package', 'package.json')];
    expect(reader().resolve({ files }, { task: 'kmnist' })).toEqual({ ok: true, value: {} });
    expect(reader().resolve({ files }, { task: 'mnist' })).toEqual({
      ok: false,
      error:
        'The npm package no-such-package is not installed. Install it where ticketlab is installed: npm install no-such-package',
    });
  });
});
