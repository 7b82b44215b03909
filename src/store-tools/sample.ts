import { byCodeUnit, canonicalJson } from '../base/json.js';
import { UserError } from '../base/result.js';
import { mappingAt } from '../pipeline/params.js';
import { sha256Hex } from '../store/durable.js';
import type { ResultRecord } from '../store/record.js';

/** Reads `5%`, `100%`, `0.5%`. @returns a share above 0, at most 1. @throws UserError */
export function parseShare(text: string): number {
  const match = /^(\d+(?:\.\d+)?)\s*%$/.exec(text);
  const share = Number(match?.[1]) / 100;
  if (match === null || !(share > 0 && share <= 1))
    throw new UserError(`"${text}" is not a share. Write a percentage above 0 and up to 100: 5%.`);
  return share;
}

/**
 * A share of the results of every stage type and program, at least one of each: those whose keys come first in an order that the
 * seed shuffles. The same store, share and seed give the same sample.
 */
export function sampleRecords(
  records: readonly ResultRecord[],
  { share, seed }: { readonly share: number; readonly seed: number },
): ResultRecord[] {
  const byType = new Map<string, ResultRecord[]>();
  for (const record of records) {
    const K = mappingAt(record.K);
    const { argv = null, shell = null } = mappingAt(K['code']);
    const type = canonicalJson([K['type'] ?? null, argv, shell]);
    const known = byType.get(type);
    if (known) known.push(record);
    else byType.set(type, [record]);
  }
  return [...byType]
    .sort(([a], [b]) => byCodeUnit(a, b))
    .flatMap(([, group]) =>
      group
        .map((record) => ({ record, order: sha256Hex(`${seed}\0${record.key}`) }))
        .sort((a, b) => byCodeUnit(a.order, b.order))
        .slice(0, Math.ceil(group.length * share))
        .map(({ record }) => record),
    );
}
