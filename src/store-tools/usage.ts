import type { Layout } from '../store/layout.js';
import { storeBytes } from './gc.js';
import { References, takeInventory, totalBytes, type Inventory, type StoredResult } from './inventory.js';
import { keysOfRun, listRuns } from './runs.js';

export const groupings = ['stage', 'run', 'preset'] as const;
export type Grouping = (typeof groupings)[number];

export interface UsageRow {
  readonly name: string;
  readonly results: number;
  /** Bytes that nothing outside the group uses: what would be free without it. */
  readonly exclusive: number;
  /** Bytes that it uses together with others. */
  readonly shared: number;
}

export interface Usage {
  /** The largest first. */
  readonly rows: readonly UsageRow[];
  /** Bytes of objects and records, each counted once. */
  readonly results: number;
  /** Bytes of objects that no result uses. */
  readonly unused: number;
  readonly checkpoints: number;
  readonly logs: number;
  readonly quarantine: number;
  readonly trash: number;
  /** Everything but the trash: what counts against a cap. */
  readonly total: number;
}

const nowhere = '(no known run)';

/** Who uses how much of a store. Reads only. */
export function measureUsage(layout: Layout, by: Grouping): Usage {
  const inventory = takeInventory(layout);
  const references = new References(layout);
  const groupsOf = grouper(layout, by);
  const users = new Map<string, Set<string>>();
  const rows = new Map<string, { results: number; exclusive: number; shared: number }>();
  const used = new Set<string>();
  for (const stored of inventory.records) {
    if (!stored.record) continue;
    const groups = groupsOf(stored);
    for (const sha256 of references.of(stored.record)) {
      used.add(sha256);
      const known = users.get(sha256) ?? new Set();
      users.set(sha256, known);
      for (const group of groups) known.add(group);
    }
    for (const group of groups) {
      const row = rows.get(group) ?? { results: 0, exclusive: 0, shared: 0 };
      rows.set(group, row);
      row.results++;
      row[groups.length === 1 ? 'exclusive' : 'shared'] += stored.bytes;
    }
  }
  for (const [sha256, groups] of users)
    for (const group of groups)
      rows.get(group)![groups.size === 1 ? 'exclusive' : 'shared'] += sizeOf(inventory, sha256);
  return {
    rows: [...rows]
      .map(([name, row]) => ({ name, ...row }))
      .sort((a, b) => b.exclusive + b.shared - a.exclusive - a.shared || (a.name < b.name ? -1 : 1)),
    ...totals(inventory, used),
  };
}

function totals(inventory: Inventory, used: ReadonlySet<string>): Omit<Usage, 'rows'> {
  let unused = 0;
  for (const sha256 of inventory.objects.names)
    if (!used.has(sha256)) unused += inventory.objects.bytes(sha256);
  return {
    results: totalBytes(inventory.records) + inventory.objects.total - unused,
    unused,
    checkpoints: totalBytes(inventory.attempts),
    logs: totalBytes(inventory.runs),
    quarantine: totalBytes(inventory.quarantine),
    trash: totalBytes(inventory.trash),
    total: storeBytes(inventory),
  };
}

const sizeOf = ({ objects }: Inventory, sha256: string): number => objects.bytes(sha256);

/** The groups of a result: of stages the one that made it, of runs and presets all that used it. */
function grouper(layout: Layout, by: Grouping): (stored: StoredResult) => string[] {
  if (by === 'stage') return ({ record }) => [record!.made.instance.replace(/\[.*/s, '')];
  const groups = new Map<string, Set<string>>();
  for (const { id, pipeline, variant } of listRuns(layout)) {
    const name = by === 'run' ? `${id} (${pipeline}, ${variant})` : `${pipeline} ${variant}`;
    for (const key of keysOfRun(layout, id)) {
      const known = groups.get(key) ?? new Set();
      groups.set(key, known.add(name));
    }
  }
  return ({ key }) => [...(groups.get(key) ?? [nowhere])];
}
