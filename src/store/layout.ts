import { join } from 'node:path';

const hex64 = /^[0-9a-f]{64}$/;

/** Digests and keys become paths, and records are only data: nothing else may get through. */
export function isDigest(value: unknown): value is string {
  return typeof value === 'string' && hex64.test(value);
}

function sharded(root: string, digest: string): string {
  if (!isDigest(digest)) throw new RangeError(`not a sha256: ${JSON.stringify(digest)}`);
  return join(root, digest.slice(0, 2), digest.slice(2));
}

/** Where what lies in a store. All of it is on one file system, so that links and renames are atomic. */
export interface Layout {
  readonly root: string;
  readonly marker: string;
  readonly temporary: string;
  readonly quarantine: string;
  object(digest: string): string;
  record(key: string): string;
  /** Scratch of an unfinished computation: its checkpoints. */
  attempt(key: string): string;
  run(id: string): string;
  /** Disposable memos: losing one costs time only. */
  cache(name: string): string;
}

export function layoutOf(root: string): Layout {
  const attempts = join(root, 'attempt');
  return {
    root,
    marker: join(root, 'STORE.json'),
    temporary: join(root, 'tmp'),
    quarantine: join(root, 'quarantine'),
    object: (digest) => sharded(join(root, 'cas'), digest),
    record: (key) => `${sharded(join(root, 'res'), key)}.json`,
    attempt: (key) => {
      if (!isDigest(key)) throw new RangeError(`not a key: ${JSON.stringify(key)}`);
      return join(attempts, key);
    },
    run: (id) => join(root, 'runs', id),
    cache: (name) => join(root, 'cache', name),
  };
}
