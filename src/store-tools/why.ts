import { canonicalJson, type Json } from '../base/json.js';
import { changedPaths } from '../pipeline/fingerprint.js';
import type { ResultRecord } from '../store/record.js';
import { earlierDigest, ownChanges, type Change } from './changes.js';
import { partsOf, type Earlier, type Past } from './past.js';
import type { RunHead } from './runs.js';
import type { Subject, SubjectSource } from './subject.js';

/** A change, and the instances that differ in this way. Equal changes of one definition are one cause. */
export interface Cause {
  /** As the first of the instances shows it. */
  readonly change: Change;
  readonly definition: string;
  readonly instances: readonly string[];
  /** False when the instances have different values of it. */
  readonly alike: boolean;
}

export interface Explanation {
  readonly causes: readonly Cause[];
  /** Definition -> how many of its instances would run only because of something before them. */
  readonly follows: Readonly<Record<string, number>>;
  /** The runs that were compared with, the newest first. */
  readonly runs: readonly RunHead[];
}

interface Found {
  readonly index: number;
  readonly change: Change;
  readonly subject: Subject;
}

/**
 * Why instances would run (or, of hits, ran): everything is compared with the newest earlier result of the same
 * address, and where only inputs differ the search goes on in what made them, until something differs by itself.
 *
 * @param asked positions of the instances that are to be explained.
 */
export function explain(subjects: readonly Subject[], asked: readonly number[], past: Past): Explanation {
  const search: Search = {
    subjects,
    past,
    seen: new Set(),
    found: [],
    follows: new Map(),
    runs: new Map(),
    nearest: new Map(),
  };
  for (const index of asked) visit(index, search);
  return {
    causes: fold(search.found),
    follows: Object.fromEntries(search.follows),
    runs: [...search.runs.values()].sort((a, b) => b.started - a.started),
  };
}

interface Search {
  readonly subjects: readonly Subject[];
  readonly past: Past;
  readonly seen: Set<number>;
  readonly found: Found[];
  readonly follows: Map<string, number>;
  readonly runs: Map<string, RunHead>;
  /** Definition -> what is said of its instances that no run has computed. To find it costs a look at many results. */
  readonly nearest: Map<string, Change>;
}

function visit(start: number, search: Search): void {
  // Chains may be long: no recursion.
  const pending: Lead[] = [{ index: start, run: undefined }];
  for (let lead = pending.pop(); lead !== undefined; lead = pending.pop()) {
    const { index, run } = lead;
    if (search.seen.has(index)) continue;
    search.seen.add(index);
    const subject = search.subjects[index]!;
    const { changes, upstream } = compare(subject, run, search);
    for (const change of changes) search.found.push({ index, change, subject });
    if (changes.length === 0 && subject.verdict !== 'hit')
      search.follows.set(subject.definition, (search.follows.get(subject.definition) ?? 0) + 1);
    pending.push(...upstream);
  }
}

/** An instance to look at. */
interface Lead {
  readonly index: number;
  /** The run whose bytes of it are other ones now; undefined when any will do to compare with. */
  readonly run: RunHead | undefined;
}

/** What differs in a subject itself, and the sources in which to look on. */
function compare(
  subject: Subject,
  run: RunHead | undefined,
  search: Search,
): { changes: Change[]; upstream: Lead[] } {
  if (subject.verdict === 'blocked') return { changes: [state(subject.reason)], upstream: [] };
  const missing = sourcesOf(subject)
    .filter(({ source }) => search.subjects[source.from]!.verdict !== 'hit')
    .map(({ source }): Lead => ({ index: source.from, run: undefined }));
  const earlier = earlierOf(subject, run, search.past);
  if (earlier === undefined) return { changes: [neverComputed(subject, search)], upstream: missing };
  search.runs.set(earlier.run.id, earlier.run);
  if (earlier.record === undefined) {
    const text = `its result of run ${earlier.run.id} is no longer in the store`;
    return { changes: [state(subject.heals ? subject.reason : text)], upstream: missing };
  }
  const was = partsOf(earlier.record);
  // Rows that are still to be computed are a consequence.
  const changes = ownChanges(subject, was).filter(
    (change) => change.kind !== 'rows' || change.gone.length > 0 || missing.length === 0,
  );
  const upstream = [...missing];
  for (const { name, source } of sourcesOf(subject)) {
    const now = search.subjects[source.from]!.outputs?.[source.output]?.sha256;
    const then = earlierDigest(was, name, source);
    if (now === undefined || then === undefined || now === then) continue;
    if (cameFrom(search, source, { sha256: then, run: earlier.run }))
      upstream.push({ index: source.from, run: earlier.run });
    else if (!changes.some((change) => change.kind === 'source' && change.name === name))
      changes.push({ kind: 'source', name });
  }
  if (changes.length === 0 && upstream.length === 0) changes.push(unchanged(subject, earlier, search.past));
  return { changes, upstream };
}

const earlierOf = (subject: Subject, run: RunHead | undefined, past: Past): Earlier | undefined =>
  (run && past.within(run, subject)) ?? past.find(subject);

/** Whether the input's bytes in an earlier run were made by that run's result of the same source. */
function cameFrom(
  { subjects, past }: Search,
  source: SubjectSource,
  then: { readonly sha256: string; readonly run: RunHead },
): boolean {
  const earlier = earlierOf(subjects[source.from]!, then.run, past);
  if (earlier?.record === undefined) return true;
  const { outputs, made } = earlier.record;
  // A record that is younger has taken the place of the one that the run had, whose bytes nobody knows.
  const isYounger = made.run !== then.run.id && Date.parse(made.start) > then.run.started;
  return isYounger || outputs[source.output]?.sha256 === then.sha256;
}

function unchanged(subject: Subject, earlier: Earlier, past: Past): Change {
  if (subject.verdict === 'hit') return { kind: 'bytes' };
  const failure = past.failure(subject);
  if (failure !== undefined && failure.run.started > earlier.run.started) return failed(failure);
  return state(subject.reason);
}

function neverComputed(subject: Subject, { past, nearest: known }: Search): Change {
  const failure = past.failure(subject);
  if (failure !== undefined) return failed(failure);
  if (subject.heals) return state(subject.reason);
  const fresh = past.freshCoordinates(subject);
  if (fresh.length > 0) return { kind: 'coordinates', fresh };
  let change = known.get(subject.definition);
  if (change === undefined)
    known.set(subject.definition, (change = comparedWithNearest(subject, past.nearest(subject))));
  return change;
}

function comparedWithNearest(subject: Subject, nearest: ResultRecord | undefined): Change {
  if (nearest === undefined) return state('there is no result of its kind yet');
  // Of what waits only a part is known, and what is not known is no difference.
  const paths = changedPaths(nearest.K, subject.K)
    .filter((path) => subject.key !== undefined || !path.startsWith('in.'))
    .map((path) => path.replace(/^with\./, '').replace(/^in\.([^.]+).*/, 'input $1'))
    .filter((path, at, all) => all.indexOf(path) === at);
  const shown = paths.length > 4 ? [...paths.slice(0, 4), `${paths.length - 4} more`] : paths;
  const versus = shown.length === 0 ? '' : `, differs in ${shown.join(', ')}`;
  return state(
    `no run of this pipeline has computed it; the nearest result: ${nearest.made.instance}${versus}`,
  );
}

const failed = ({ run, ending }: Earlier): Change =>
  state(`it failed in run ${run.id}: ${ending.message ?? 'no message'}`);

const state = (text: string): Change => ({ kind: 'state', text });

function sourcesOf(subject: Subject): { readonly name: string; readonly source: SubjectSource }[] {
  return Object.entries(subject.sources).flatMap(([name, sources]) =>
    sources.map((source) => ({ name, source })),
  );
}

/** Equal reasons once, in the order of the file, with those that share them. */
function fold(found: readonly Found[]): Cause[] {
  const groups = new Map<string, Found[]>();
  for (const one of found) {
    const label = labelOf(one.change, one.subject.definition);
    const group = groups.get(label);
    if (group) group.push(one);
    else groups.set(label, [one]);
  }
  const inOrder = [...groups.values()].map((group) => [...group].sort((a, b) => a.index - b.index));
  inOrder.sort((a, b) => a[0]!.index - b[0]!.index);
  return inOrder.map((sorted) => {
    const first = sorted[0]!;
    const text = canonicalJson(first.change as Json);
    return {
      change: first.change,
      definition: first.subject.definition,
      instances: sorted.map(({ subject }) => subject.id),
      alike: sorted.every(({ change }) => canonicalJson(change as Json) === text),
    };
  });
}

/** What makes two changes one reason: not the values, which may depend on coordinates. */
function labelOf(change: Change, definition: string): string {
  switch (change.kind) {
    case 'coordinates':
      return `${change.kind} ${change.fresh.join()}`;
    case 'state':
      // What stands behind a colon or semicolon points out one instance.
      return `${definition} ${change.kind} ${change.text.split(/[;:]/, 1)[0]}`;
    case 'bytes':
    case 'type':
    case 'version':
    case 'runtime':
      return `${definition} ${change.kind}`;
    case 'parameter':
    case 'file':
    case 'code':
    case 'package':
    case 'command':
    case 'output':
    case 'variable':
    case 'part':
    case 'input':
    case 'rows':
    case 'source':
      return `${definition} ${change.kind} ${change.name}`;
  }
}
