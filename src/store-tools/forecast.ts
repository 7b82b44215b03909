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
  /** Stages of whose types no result is known: they are not in `more`. */
  readonly unknown: readonly string[];
}

/** An instance that is to be computed: its stage, and the type as keys name it. */
export interface Expected {
  readonly definition: string;
  readonly type: string;
}

/**
 * How large a store will be when these instances have been computed: each as large as the mean of the results of its
 * stage, or where there are none of its type. Programs are all of one type, and have little else in common.
 */
export function forecastSize(layout: Layout, expected: readonly Expected[]): Forecast {
  const means = meanSizes(layout);
  let more = 0;
  const unknown = new Set<string>();
  for (const { definition, type } of expected) {
    const mean = means.get(kindOf(type, definition)) ?? means.get(type);
    if (mean === undefined) unknown.add(definition);
    else more += mean;
  }
  return { now: storeBytes(takeInventory(layout)), more: Math.round(more), unknown: [...unknown] };
}

const kindOf = (type: string, definition: string): string => `${type} ${definition}`;

/** By type, and by type and stage. */
function meanSizes(layout: Layout): Map<string, number> {
  const sums = new Map<string, { bytes: number; count: number }>();
  for (const { record } of allRecords(layout)) {
    const type = (record?.K as { type?: unknown } | undefined)?.type;
    if (record === undefined || typeof type !== 'string') continue;
    const bytes = Object.values(record.outputs).reduce((all, ref) => all + sizeOf(layout, ref), 0);
    for (const kind of [type, kindOf(type, record.made.instance.replace(/\[.*/s, ''))]) {
      const sum = sums.get(kind) ?? { bytes: 0, count: 0 };
      sums.set(kind, { bytes: sum.bytes + bytes, count: sum.count + 1 });
    }
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
