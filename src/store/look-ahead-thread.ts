import { workerData } from 'node:worker_threads';
import { layoutOf } from './layout.js';
import type { LookAheadTask } from './look-ahead.js';
import { Objects } from './objects.js';
import { PackedResults } from './packed-results.js';

/** Notes of which results all objects are there, until it is told to stop. Trees are left to those who read them. */
export function findAll({ root, header, body, found, stop }: LookAheadTask): void {
  const objects = new Objects(layoutOf(root));
  const results = new PackedResults(header, Buffer.from(body.buffer, body.byteOffset, body.byteLength));
  for (let entry = 0; entry < results.count && Atomics.load(stop, 0) === 0; entry++) {
    const outputs = Object.values(results.outputsAt(entry));
    if (outputs.every((ref) => ref.kind === 'blob' && objects.isThere(ref))) Atomics.store(found, entry, 1);
  }
}

if (workerData !== null && workerData !== undefined) findAll(workerData as LookAheadTask);
