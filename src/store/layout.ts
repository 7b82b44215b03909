import { join, sep } from 'node:path';

const hex64 = /^[0-9a-f]{64}$/;

/** Digests and keys become paths, and records are only data: nothing else may get through. */
export function isDigest(value: unknown): value is string {
  return typeof value === 'string' && hex64.test(value);
}

/** @param root ends with a separator: joining in the proper way would be felt in plans of 100,000 instances. */
function sharded(root: string, digest: string): string {
  if (!isDigest(digest)) throw new RangeError(`not a sha256: ${JSON.stringify(digest)}`);
  return root + digest.slice(0, 2) + sep + digest.slice(2);
}

/** Where what lies in a store. All of it is on one file system, so that links and renames are atomic. */
export interface Layout {
  readonly root: string;
  readonly marker: string;
  readonly temporary: string;
  readonly quarantine: string;
  /** Changes whenever a record is replaced by a different one: what was remembered of records is to be forgotten. */
  readonly epoch: string;
  object(digest: string): string;
  record(key: string): string;
  /** Scratch of an unfinished computation: its checkpoints. */
  attempt(key: string): string;
  run(id: string): string;
  /** Who computes a key at the moment. */
  lease(key: string): string;
  /** Disposable memos: losing one costs time only. */
  cache(name: string): string;
}

export function layoutOf(root: string): Layout {
  const keyed = (folder: string): ((key: string) => string) => {
    const home = join(root, folder);
    return (key) => {
      if (!isDigest(key)) throw new RangeError(`not a key: ${JSON.stringify(key)}`);
      return join(home, key);
    };
  };
  const objects = join(root, 'cas') + sep;
  const records = join(root, 'res') + sep;
  return {
    root,
    marker: join(root, 'STORE.json'),
    temporary: join(root, 'tmp'),
    quarantine: join(root, 'quarantine'),
    epoch: join(root, 'epoch'),
    object: (digest) => sharded(objects, digest),
    record: (key) => `${sharded(records, key)}.json`,
    attempt: keyed('attempt'),
    lease: keyed('lease'),
    run: (id) => join(root, 'runs', id),
    cache: (name) => join(root, 'cache', name),
  };
}
