import { parseAddress } from '../pipeline/address.js';
import { changedPaths } from '../pipeline/fingerprint.js';
import { mappingAt } from '../pipeline/params.js';
import { textOf } from '../pipeline/terminal-text.js';
import type { Layout } from '../store/layout.js';
import type { ResultRecord } from '../store/record.js';
import { allRecords, recordOf } from './records.js';
import { listRuns, readEndings, type RunEnding, type RunHead } from './runs.js';
import type { KeyParts, Subject } from './subject.js';

/** What an earlier run had in an instance's place. */
export interface Earlier {
  readonly run: RunHead;
  readonly ending: RunEnding;
  /** Undefined when the store has it no more. */
  readonly record: ResultRecord | undefined;
}

/** The results of earlier runs, read when they are asked for. */
export interface Past {
  /** The newest earlier result of the same address. */
  find(subject: Subject): Earlier | undefined;
  /** The result of the same address in this very run. */
  within(run: RunHead, subject: Subject): Earlier | undefined;
  /** The newest run of this address that failed with this very key. */
  failure(subject: Subject): Earlier | undefined;
  /** The coordinates, as `axis=value`, that no instance of its definition had in the newest run that knew it. */
  freshCoordinates(subject: Subject): string[];
  /** The result of the same stage type whose key has most in common; in a large store, of some thousands of results. */
  nearest(subject: Subject): ResultRecord | undefined;
}

export interface PastOptions {
  readonly layout: Layout;
  readonly pipeline: string;
  /** Runs of this variant are asked first. */
  readonly variant: string;
  /** Only runs that started before this one. */
  readonly before?: string | undefined;
}

/** Results among which the nearest is looked for: more than that would be a wait. */
const mostCompared = 4_000;

/** Older runs than these say little about today. */
const mostRuns = 40;

export function openPast({ layout, pipeline, variant, before }: PastOptions): Past {
  const all = listRuns(layout);
  const limit = before === undefined ? Infinity : (all.find(({ id }) => id === before)?.started ?? Infinity);
  const own = all.filter((run) => run.pipeline === pipeline && run.started < limit && run.id !== before);
  const runs = [
    ...own.filter((run) => run.variant === variant),
    ...own.filter((run) => run.variant !== variant),
  ].slice(0, mostRuns);
  const endings = new Map<string, Map<string, RunEnding>>();
  const endingsOf = (run: RunHead): Map<string, RunEnding> => {
    let known = endings.get(run.id);
    if (known === undefined) endings.set(run.id, (known = readEndings(layout, run.id)));
    return known;
  };
  let byType: Map<string, ResultRecord[]> | undefined;
  return {
    find: ({ id, key }) => {
      for (const run of runs) {
        const ending = endingsOf(run).get(id);
        if (ending?.key === undefined || ending.how === 'failed') continue;
        const record = recordOf(layout, ending.key);
        if (record !== undefined || ending.key === key) return { run, ending, record };
      }
      return undefined;
    },
    within: (run, { id }) => {
      const ending = endingsOf(run).get(id);
      if (ending?.key === undefined || ending.how === 'failed') return undefined;
      return { run, ending, record: recordOf(layout, ending.key) };
    },
    failure: ({ id, key }) => {
      for (const run of runs) {
        const ending = endingsOf(run).get(id);
        if (ending?.how === 'failed' && ending.key !== undefined && ending.key === key)
          return { run, ending, record: undefined };
      }
      return undefined;
    },
    freshCoordinates: (subject) => {
      for (const run of runs) {
        const seen = coordinatesOf(subject.definition, [...endingsOf(run).keys()]);
        if (seen !== undefined) return addressParts(subject).filter((part) => !seen.has(part));
      }
      return [];
    },
    nearest: (subject) => {
      byType ??= recordsByType(layout);
      return nearestOf(subject, byType.get(textOf(subject.K['type'])) ?? []);
    },
  };
}

const addressParts = ({ coords }: Subject): string[] =>
  Object.entries(coords).map(([axis, value]) => `${axis}=${textOf(value)}`);

/** Every `axis=value` among the addresses of a definition; undefined when there is none of it. */
function coordinatesOf(definition: string, ids: readonly string[]): Set<string> | undefined {
  const parts = new Set<string>();
  let known = false;
  for (const id of ids) {
    const address = parseAddress(id);
    if (!address.ok || address.value.name !== definition) continue;
    known = true;
    for (const condition of address.value.conditions)
      if (condition.kind === 'value') parts.add(`${condition.axis}=${condition.text}`);
  }
  return known ? parts : undefined;
}

/** The earlier result's parts of the key. */
export const partsOf = (record: ResultRecord): KeyParts => mappingAt(record.K);

function recordsByType(layout: Layout): Map<string, ResultRecord[]> {
  const byType = new Map<string, ResultRecord[]>();
  for (const { record } of allRecords(layout, mostCompared)) {
    const type = record && partsOf(record)['type'];
    if (record === undefined || typeof type !== 'string') continue;
    const known = byType.get(type);
    if (known) known.push(record);
    else byType.set(type, [record]);
  }
  return byType;
}

function nearestOf(subject: Subject, records: readonly ResultRecord[]): ResultRecord | undefined {
  let nearest: { record: ResultRecord; distance: number } | undefined;
  for (const record of records) {
    const distance = changedPaths(record.K, subject.K).length;
    if (nearest === undefined || distance < nearest.distance) nearest = { record, distance };
  }
  return nearest?.record;
}
