import { readFileSync } from 'node:fs';
import type { Layout } from '../store/layout.js';
import type { ObjectRef } from '../store/record.js';
import { decodeTree } from '../store/tree.js';
import { storeBytes } from './gc.js';
import { takeInventory } from './inventory.js';
import { allRecords } from './records.js';

export interface Forecast {
  /** Bytes in the store now. */
  readonly now: number;
  /** Bytes that the instances to be computed are expected to add: no less than what is known of their kinds. */
  readonly more: number;
  /** Stage types of which no result is known: they are not in `more`. */
  readonly unknown: readonly string[];
}

/**
 * How large a store will be when instances of these stage types have been computed: each as large as the mean of the
 * results of its type.
 *
 * @param types stage type of each instance that is to be computed.
 */
export function forecastSize(layout: Layout, types: readonly string[]): Forecast {
  const means = meanSizes(layout);
  let more = 0;
  const unknown = new Set<string>();
  for (const type of types) {
    const mean = means.get(type);
    if (mean === undefined) unknown.add(type);
    else more += mean;
  }
  return { now: storeBytes(takeInventory(layout)), more: Math.round(more), unknown: [...unknown] };
}

function meanSizes(layout: Layout): Map<string, number> {
  const sums = new Map<string, { bytes: number; count: number }>();
  for (const { record } of allRecords(layout)) {
    const type = (record?.K as { type?: unknown } | undefined)?.type;
    if (record === undefined || typeof type !== 'string') continue;
    const sum = sums.get(type) ?? { bytes: 0, count: 0 };
    sums.set(type, sum);
    sum.count++;
    for (const ref of Object.values(record.outputs)) sum.bytes += sizeOf(layout, ref);
  }
  return new Map([...sums].map(([type, { bytes, count }]) => [type, bytes / count]));
}

function sizeOf(layout: Layout, { sha256, bytes, kind }: ObjectRef): number {
  if (kind === 'blob') return bytes;
  try {
    const files = decodeTree(readFileSync(layout.object(sha256)));
    return files.reduce((sum, file) => sum + file.bytes, bytes);
  } catch {
    return bytes;
  }
}
