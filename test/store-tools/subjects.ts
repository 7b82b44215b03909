import type { Json } from '../../src/base/json.js';
import type { Change } from '../../src/store-tools/changes.js';
import type { Earlier, Past } from '../../src/store-tools/past.js';
import type { Subject, SubjectSource } from '../../src/store-tools/subject.js';
import { explain, type Explanation } from '../../src/store-tools/why.js';
import { sealRecord, type ResultRecord } from '../../src/store/record.js';
import { publication, sha256 } from '../rig/publication.js';

/** A chain or diamond of instances, described by what their keys are made of and what their output holds. */
export interface Sketch {
  readonly with?: Readonly<Record<string, Json>>;
  readonly type?: string;
  readonly ver?: number;
  readonly files?: Readonly<Record<string, string>>;
  readonly rt?: string;
  /** The files that a program of the user's consists of. Not known while the instance waits. */
  readonly code?: Readonly<Record<string, string>>;
  /** Input `i0`, `i1` ...: names of other sketches. */
  readonly after?: readonly string[];
  /** Input `rows`: name -> coordinates. */
  readonly gathers?: Readonly<Record<string, Readonly<Record<string, Json>>>>;
  readonly coords?: Readonly<Record<string, Json>>;
  /** The bytes of its output, as a word; made from the key unless given. */
  readonly bytes?: string;
}

export type Sketches = Readonly<Record<string, Sketch>>;

interface Settled {
  readonly K: Readonly<Record<string, Json>>;
  readonly key: string;
  readonly digest: string;
}

function settle(sketches: Sketches): Map<string, Settled> {
  const settled = new Map<string, Settled>();
  for (const [name, sketch] of Object.entries(sketches)) {
    const inputs: Record<string, Json> = {};
    (sketch.after ?? []).forEach((source, at) => {
      inputs[`i${at}`] = { type: 'file', sha256: settled.get(source)!.digest };
    });
    if (sketch.gathers)
      inputs['rows'] = Object.entries(sketch.gathers).map(([source, coords]) => ({
        coords,
        type: 'file',
        sha256: settled.get(source)!.digest,
      }));
    const K: Record<string, Json> = {
      type: sketch.type ?? 'held',
      ver: sketch.ver ?? 1,
      with: { name: name.replace(/\[.*/, ''), ...sketch.with },
      in: inputs,
    };
    if (sketch.files) K['files'] = sketch.files;
    if (sketch.rt) K['rt'] = sketch.rt;
    if (sketch.code) K['code'] = { files: sketch.code };
    const key = sha256(JSON.stringify(K));
    settled.set(name, { K, key, digest: sha256(sketch.bytes ?? key) });
  }
  return settled;
}

function recordFor(name: string, { K, key, digest }: Settled): ResultRecord {
  const { made } = publication(name, {});
  const out = { type: 'file', sha256: digest, bytes: 1, kind: 'blob' } as const;
  return sealRecord({ key, K, outputs: { out }, made: { ...made, instance: name } });
}

const run = { id: 'run1', pipeline: 'p', variant: 'default', started: Date.UTC(2026, 0, 1), touched: 1 };

/** @returns what `explain` says of going from one state of a pipeline to another, of which `done` is in the store. */
export function explainStep(
  was: Sketches,
  now: Sketches,
  {
    asked,
    failed = {},
    coordinates = true,
    onNearest,
  }: {
    readonly asked?: readonly string[];
    readonly failed?: Record<string, string>;
    /** False: new coordinates are no reason. */
    readonly coordinates?: boolean;
    readonly onNearest?: () => void;
  } = {},
): Explanation {
  const before = settle(was);
  const after = settle(now);
  const inStore = new Set([...before.values()].map(({ key }) => key));
  const names = Object.keys(now);
  const subjects: Subject[] = [];
  for (const name of names) subjects.push(subjectOf(name, { now, after, inStore, subjects, names }));
  const find = ({ id }: Subject): Earlier | undefined => {
    const settled = before.get(id);
    if (!settled || failed[id] !== undefined) return undefined;
    const ending = { how: 'ran', key: settled.key, message: undefined } as const;
    return { run, ending, record: recordFor(id, settled) };
  };
  const past: Past = {
    find,
    within: (_, subject) => find(subject),
    failure: ({ id, key }): Earlier | undefined =>
      failed[id] === undefined
        ? undefined
        : { run, ending: { how: 'failed', key, message: failed[id] }, record: undefined },
    freshCoordinates: ({ coords }) => {
      if (!coordinates) return [];
      const seen = new Set(
        Object.values(was).flatMap((s) => Object.entries(s.coords ?? {}).map(([a, v]) => `${a}=${v}`)),
      );
      return Object.entries(coords)
        .map(([axis, value]) => `${axis}=${value}`)
        .filter((part) => !seen.has(part));
    },
    nearest: () => {
      onNearest?.();
      const first = [...before][0];
      return first && recordFor(first[0], first[1]);
    },
  };
  const indices = (asked ?? [names.at(-1)!]).map((name) => names.indexOf(name));
  return explain(subjects, indices, past);
}

interface Making {
  readonly now: Sketches;
  readonly after: Map<string, Settled>;
  readonly inStore: ReadonlySet<string>;
  readonly subjects: readonly Subject[];
  readonly names: readonly string[];
}

function subjectOf(name: string, { now, after, inStore, subjects, names }: Making): Subject {
  const sketch = now[name]!;
  const settled = after.get(name)!;
  const sources: Record<string, SubjectSource[]> = {};
  (sketch.after ?? []).forEach((source, at) => {
    sources[`i${at}`] = [{ from: names.indexOf(source), output: 'out' }];
  });
  if (sketch.gathers)
    sources['rows'] = Object.entries(sketch.gathers).map(([source, coords]) => ({
      from: names.indexOf(source),
      output: 'out',
      coords,
    }));
  const waits = Object.values(sources).some((rows) =>
    rows.some(({ from }) => subjects[from]!.outputs === undefined),
  );
  const hit = !waits && inStore.has(settled.key);
  const { code: _code, ...partly } = settled.K;
  return {
    id: name,
    definition: name.replace(/\[.*/, ''),
    coords: sketch.coords ?? {},
    type: sketch.type ?? 'held',
    verdict: hit ? 'hit' : waits ? 'waits' : 'run',
    heals: false,
    reason: hit ? 'in the store' : 'no result with this key',
    key: waits ? undefined : settled.key,
    K: waits ? { ...partly, in: {} } : settled.K,
    sources,
    params: { usual: 1, ...(settled.K['with'] as Record<string, Json>) },
    defaults: { usual: 1 },
    files: {},
    outputs: hit ? recordFor(name, settled).outputs : undefined,
    record: () => (hit ? recordFor(name, settled) : undefined),
  };
}

/** `definition: change ×count`. */
export function summary({ causes, follows }: Explanation): string[] {
  const line = (change: Change): string => {
    if (change.kind === 'parameter')
      return `${change.name} ${JSON.stringify(change.was)} -> ${JSON.stringify(change.now)}`;
    if (change.kind === 'state') return change.text;
    if (change.kind === 'coordinates') return `new ${change.fresh.join()}`;
    return 'name' in change ? `${change.kind} ${change.name}` : change.kind;
  };
  return [
    ...causes.map(
      ({ definition, change, instances }) => `${definition}: ${line(change)} ×${instances.length}`,
    ),
    ...Object.entries(follows).map(([definition, count]) => `${definition} follows ×${count}`),
  ];
}
