// What must be true of a store at rest, whatever happened to those who worked on it.
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';
import { sha256Hex } from '../../dist/src/store/durable.js';
import { decodeRecord } from '../../dist/src/store/record.js';
import { decodeTree } from '../../dist/src/store/tree.js';

const filesBelow = (folder) =>
  existsSync(folder)
    ? readdirSync(folder, { recursive: true, withFileTypes: true })
        .filter((entry) => entry.isFile())
        .map((entry) => join(entry.parentPath, entry.name))
    : [];

/** Complaints; none is what is wanted. @param atRest no run is going on or was killed since the last one ended well. */
export function complaints(store, { atRest }) {
  const problems = [];
  const objects = new Map();
  for (const path of filesBelow(join(store, 'cas'))) {
    const digest = path.slice(-65).replace('/', '');
    const bytes = readFileSync(path);
    if (sha256Hex(bytes) !== digest) problems.push(`${path} has other bytes than its name says`);
    if ((statSync(path).mode & 0o222) !== 0) problems.push(`${path} may be written`);
    objects.set(digest, bytes);
  }
  const need = (record, { sha256, bytes }) => {
    if (objects.get(sha256)?.length !== bytes) problems.push(`${record} names ${sha256}, which is not there`);
  };
  for (const path of filesBelow(join(store, 'res'))) {
    const key = path.slice(-70, -5).replace('/', '');
    const record = decodeRecord(readFileSync(path), key);
    if (!record) problems.push(`${path} is no record`);
    for (const ref of Object.values(record?.outputs ?? {})) {
      need(path, ref);
      if (ref.kind === 'tree' && objects.has(ref.sha256))
        for (const entry of decodeTree(objects.get(ref.sha256))) need(path, entry);
    }
  }
  if (atRest)
    for (const folder of ['lease', 'attempt', 'tmp'])
      for (const name of existsSync(join(store, folder)) ? readdirSync(join(store, folder)) : [])
        problems.push(`${folder}/${name} was left behind`);
  return problems;
}

/** Digests of all results by key, for comparison. */
export function results(store) {
  const found = {};
  for (const path of filesBelow(join(store, 'res')).sort()) {
    const record = JSON.parse(readFileSync(path, 'utf8'));
    found[record.key] = Object.fromEntries(
      Object.entries(record.outputs).map(([name, { sha256 }]) => [name, sha256]),
    );
  }
  return found;
}

export const figures = (project) =>
  Object.fromEntries(
    filesBelow(join(project, 'results')).map((path) => [basename(path), sha256Hex(readFileSync(path))]),
  );

export const objectFiles = (store) => filesBelow(join(store, 'cas')).sort();
