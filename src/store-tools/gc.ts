import type { Layout } from '../store/layout.js';
import {
  References,
  takeInventory,
  totalBytes,
  type Inventory,
  type StoredFolder,
  type StoredResult,
} from './inventory.js';
import { dayMs, findRoots, type RootRules, type Roots } from './roots.js';

export interface GcRules extends RootRules {
  /** Results that nothing protects are kept as long as the store is no larger. Undefined: they all go. */
  readonly maxBytes?: number | undefined;
}

/** What a clean-up would move to the trash, by kind. */
export interface GcPlan {
  readonly records: readonly StoredResult[];
  readonly objects: readonly { readonly sha256: string; readonly bytes: number; readonly modified: number }[];
  readonly attempts: readonly StoredFolder[];
  readonly runs: readonly StoredFolder[];
  readonly quarantine: readonly StoredFolder[];
  /** Bytes of all the above. */
  readonly bytes: number;
  readonly kept: {
    readonly records: number;
    readonly bytes: number;
    readonly runs: number;
    readonly pins: number;
  };
  /** Results that only the clock protects yet. */
  readonly young: number;
  /** Results that this user cannot read: nobody knows what they need, so no object goes. */
  readonly hidden: number;
}

/** Somebody may be about to use what was touched so recently. */
export const graceMs = dayMs;
/** Broken objects are kept so long for who wants to look at them; so are checkpoints that nobody came back to. */
const staleDays = 14;

/**
 * Decides what can go: from the roots to their records, from records to trees and blobs. Reads only.
 *
 * @param now Unix milliseconds.
 */
export function planGc(layout: Layout, rules: GcRules, now: number): GcPlan {
  const inventory = takeInventory(layout);
  const roots = findRoots(layout, rules, now);
  const references = new References(layout);
  const old = (thing: { readonly modified: number }): boolean => now - thing.modified > graceMs;
  const free = inventory.records.filter((stored) => !roots.keys.has(stored.key));
  const candidates = free.filter(old);
  const doomed = new Set(
    rules.maxBytes === undefined
      ? candidates
      : evictions(candidates, { inventory, references, maxBytes: rules.maxBytes }),
  );
  const needed = neededObjects(inventory, references, doomed);
  const hidden = inventory.records.filter((stored) => stored.hidden && !doomed.has(stored)).length;
  const objects = [...inventory.objects.names].flatMap((sha256) => {
    const file = needed.has(sha256) || hidden > 0 ? undefined : inventory.objects.look(sha256);
    return file !== undefined && old(file) ? [{ sha256, ...file }] : [];
  });
  const rest = looseEnds(inventory, roots, now);
  const parts = [doomed, objects, rest.attempts, rest.runs, rest.quarantine];
  const bytes = parts.reduce((sum, part) => sum + totalBytes(part), 0);
  return {
    records: [...doomed],
    objects,
    ...rest,
    bytes,
    kept: {
      records: inventory.records.length - doomed.size,
      bytes: storeBytes(inventory) - bytes,
      runs: roots.runs.size,
      pins: roots.pins,
    },
    young: free.length - candidates.length,
    hidden,
  };
}

/** All that counts against a cap: everything but the trash. */
export function storeBytes({ records, objects, attempts, runs, quarantine }: Inventory): number {
  const parts = [records, attempts, runs, quarantine];
  return parts.reduce((sum, part) => sum + totalBytes(part), objects.total);
}

function neededObjects(
  { records }: Inventory,
  references: References,
  doomed: ReadonlySet<StoredResult>,
): Set<string> {
  const needed = new Set<string>();
  for (const stored of records) {
    if (doomed.has(stored) || !stored.record) continue;
    for (const sha256 of references.of(stored.record)) needed.add(sha256);
  }
  return needed;
}

/**
 * As many unprotected results as must go for the rest to fit: those first that take least time to compute for their
 * size, of equal ones the oldest.
 */
function evictions(
  candidates: readonly StoredResult[],
  context: { readonly inventory: Inventory; readonly references: References; readonly maxBytes: number },
): StoredResult[] {
  const { inventory, references, maxBytes } = context;
  const users = new Map<string, number>();
  for (const { record } of inventory.records)
    for (const sha256 of new Set(record ? references.of(record) : []))
      users.set(sha256, (users.get(sha256) ?? 0) + 1);
  const size = (sha256: string): number => inventory.objects.bytes(sha256);
  const worth = ({ record, bytes }: StoredResult): number => {
    if (!record) return 0;
    const all = references.of(record).reduce((sum, sha256) => sum + size(sha256), bytes);
    return record.made.wall_s / all;
  };
  let excess = storeBytes(inventory) - maxBytes;
  const chosen: StoredResult[] = [];
  const ordered = candidates
    .map((stored) => ({ stored, worth: worth(stored) }))
    .sort((a, b) => a.worth - b.worth || a.stored.modified - b.stored.modified);
  for (const { stored } of ordered) {
    if (excess <= 0) break;
    chosen.push(stored);
    excess -= stored.bytes;
    for (const sha256 of new Set(stored.record ? references.of(stored.record) : [])) {
      const left = (users.get(sha256) ?? 1) - 1;
      users.set(sha256, left);
      if (left === 0) excess -= size(sha256);
    }
  }
  return chosen;
}

/** Checkpoints of finished or forgotten work, logs of old runs, old broken objects. */
function looseEnds(
  inventory: Inventory,
  roots: Roots,
  now: number,
): Pick<GcPlan, 'attempts' | 'runs' | 'quarantine'> {
  const finished = new Set(inventory.records.filter(({ record }) => record).map(({ key }) => key));
  const age = ({ modified }: StoredFolder): number => now - modified;
  return {
    attempts: inventory.attempts.filter(
      (attempt) => age(attempt) > (finished.has(attempt.name) ? graceMs : staleDays * dayMs),
    ),
    runs: inventory.runs.filter((run) => !roots.runs.has(run.name) && age(run) > graceMs),
    quarantine: inventory.quarantine.filter((broken) => age(broken) > staleDays * dayMs),
  };
}
