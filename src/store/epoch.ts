import { randomBytes } from 'node:crypto';
import { replaceFile } from './durable.js';
import type { Layout } from './layout.js';

/** From now on no project believes what it remembers of the store's records: something of it is so no longer. */
export function outdateIndexes(layout: Layout): void {
  replaceFile(layout.epoch, randomBytes(8).toString('hex'));
}
