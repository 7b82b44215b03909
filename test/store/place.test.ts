import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openStore } from '../../src/store/store.js';
import { publication, sha256 } from '../rig/publication.js';
import { temporaryFolder } from '../rig/temporary.js';

let folder: string;
beforeEach(() => (folder = temporaryFolder()));
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const marked = (text: string): string => {
  writeFileSync(join(folder, 'STORE.json'), text);
  return folder;
};

test('a place whose name no file system takes is refused in words', () => {
  const place = join(folder, 'x'.repeat(300));
  expect(() => openStore(place)).toThrow(`The store cannot be reached: ${place} (ENAMETOOLONG).`);
});

test.each(['', 'null', '[]', '"ticketlab-store"', '{"format":"another","version":1}'])(
  'a folder whose mark says %j is not taken for a store',
  (text) => {
    expect(() => openStore(marked(text))).toThrow(
      `${folder}/STORE.json is not the mark of a ticketlab store. Take another place with --store.`,
    );
  },
);

test.each<[string, unknown]>([
  ['that would lead elsewhere', '../../elsewhere'],
  ['that is longer than a digest', 'a'.repeat(65)],
  ['that is a number', 5],
])('the id of a store %s becomes part of no path', (_, id) => {
  const store = openStore(marked(JSON.stringify({ format: 'ticketlab-store', version: 1, id })), {
    indexFolder: join(folder, 'project'),
  });
  store.publish(publication('a', { out: 'text' }));
  expect(store.find(sha256('a')).hit).toBe(true);
  store.saveIndex();
  expect(readdirSync(folder).sort()).toEqual(['STORE.json', 'cas', 'res', 'tmp']);
});

test('a folder with nothing in it but what a first client left, or a fresh disk has, becomes a store', () => {
  mkdirSync(join(folder, 'lost+found'));
  writeFileSync(join(folder, 'STORE.json.4194304.00000000'), '{');
  openStore(folder).prepare();
  expect(readdirSync(folder)).toContain('STORE.json');
});
