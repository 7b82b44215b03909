import type { Json } from '../base/json.js';
import { mappingAt } from '../pipeline/params.js';
import type { ResultRecord } from '../store/record.js';
import type { StoredRecord } from './records.js';

/** One row of an input of a result, and the result that made its bytes. */
export interface Origin {
  readonly input: string;
  /** Of a gathered row. */
  readonly coords: Json | undefined;
  readonly sha256: string;
  /** Key of the result; undefined when the store does not have it. */
  readonly from: string | undefined;
}

export interface Ancestor {
  readonly record: ResultRecord;
  readonly origins: readonly Origin[];
}

/** A result and all that it came from, what was made first first. */
export function ancestryOf(root: ResultRecord, records: readonly StoredRecord[]): Ancestor[] {
  const makers = makersOf(records);
  const known = new Map<string, Ancestor>();
  const ordered: Ancestor[] = [];
  // Depth first without recursion: an ancestor is put down when all of its own are.
  const stack: { readonly ancestor: Ancestor; next: number }[] = [];
  const enter = (record: ResultRecord): void => {
    const ancestor = { record, origins: originsOf(record, makers) };
    known.set(record.key, ancestor);
    stack.push({ ancestor, next: 0 });
  };
  const byKey = new Map(records.flatMap(({ key, record }) => (record ? [[key, record] as const] : [])));
  enter(root);
  while (stack.length > 0) {
    const top = stack.at(-1)!;
    const origin = top.ancestor.origins[top.next++];
    if (origin === undefined) {
      ordered.push(top.ancestor);
      stack.pop();
    } else if (origin.from !== undefined && !known.has(origin.from)) enter(byKey.get(origin.from)!);
  }
  return ordered;
}

type Makers = ReadonlyMap<string, readonly ResultRecord[]>;

function makersOf(records: readonly StoredRecord[]): Makers {
  const makers = new Map<string, ResultRecord[]>();
  for (const { record } of records)
    for (const { sha256 } of Object.values(record?.outputs ?? {})) {
      const known = makers.get(sha256);
      if (known) known.push(record!);
      else makers.set(sha256, [record!]);
    }
  return makers;
}

function originsOf(record: ResultRecord, makers: Makers): Origin[] {
  return Object.entries(mappingAt(mappingAt(record.K)['in'])).flatMap(([input, value]) => {
    const rows = Array.isArray(value) ? (value as readonly Json[]) : [value];
    return rows.map(mappingAt).flatMap((row) => {
      const sha256 = row['sha256'];
      if (typeof sha256 !== 'string') return [];
      return [{ input, coords: row['coords'], sha256, from: makerOf(sha256, record, makers)?.key }];
    });
  });
}

/** Several results may have the same bytes: the one of the same run is most likely the one; else the oldest. */
function makerOf(sha256: string, reader: ResultRecord, makers: Makers): ResultRecord | undefined {
  const candidates = (makers.get(sha256) ?? []).filter(({ key }) => key !== reader.key);
  const same = candidates.find(({ made }) => made.run === reader.made.run);
  return same ?? [...candidates].sort((a, b) => (a.made.start < b.made.start ? -1 : 1))[0];
}

/** The results that have an artefact of this digest, or a tree with such a file. */
export function holdersOf(
  sha256: string,
  records: readonly StoredRecord[],
  filesOf: (record: ResultRecord) => readonly string[],
): ResultRecord[] {
  return records.flatMap(({ record }) => (record && filesOf(record).includes(sha256) ? [record] : []));
}
