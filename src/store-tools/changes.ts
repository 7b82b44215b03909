import { byCodeUnit, canonicalJson, type Json } from '../base/json.js';
import { changedPaths } from '../pipeline/fingerprint.js';
import { mappingAt } from '../pipeline/params.js';
import type { KeyParts, Subject, SubjectSource } from './subject.js';

/** One thing in which an instance differs from an earlier result, beside the bytes of its inputs. */
export type Change =
  | {
      readonly kind: 'parameter';
      readonly name: string;
      readonly was: Json | undefined;
      readonly now: Json | undefined;
    }
  | { readonly kind: 'version'; readonly type: string; readonly was: Json; readonly now: Json }
  | { readonly kind: 'type'; readonly was: Json; readonly now: Json }
  | { readonly kind: 'runtime'; readonly was: Json; readonly now: Json }
  /** A file from outside has other bytes. */
  | { readonly kind: 'file'; readonly name: string }
  /** Another part of the key: code of a module or program, variables of the environment; and what of it. */
  | { readonly kind: 'part'; readonly name: string; readonly paths: readonly string[] }
  /** An input that is or was not there. */
  | { readonly kind: 'input'; readonly name: string; readonly now: boolean }
  /** A gathered input has other rows. */
  | {
      readonly kind: 'rows';
      readonly name: string;
      readonly gone: readonly string[];
      readonly added: readonly string[];
    }
  /** An input comes from elsewhere now. */
  | { readonly kind: 'source'; readonly name: string }
  /** It stands at coordinates, as `axis=value`, that its definition had in no earlier run. */
  | { readonly kind: 'coordinates'; readonly fresh: readonly string[] }
  /** Nothing that it is made from changed, but its bytes did. */
  | { readonly kind: 'bytes' }
  /** Nothing changed: its result is not there, whatever `text` says. */
  | { readonly kind: 'state'; readonly text: string };

type Row = { readonly coords: string; readonly sha256: Json | undefined };

/** Everything in which the key of a subject differs from that of an earlier result, but for the digests of inputs. */
export function ownChanges(subject: Subject, was: KeyParts): Change[] {
  const now = subject.K;
  const changes: Change[] = [];
  if (!same(was['type'], now['type']))
    return [{ kind: 'type', was: was['type'] ?? null, now: now['type'] ?? null }];
  if (!same(was['ver'], now['ver']))
    changes.push({
      kind: 'version',
      type: subject.type,
      was: was['ver'] ?? null,
      now: now['ver'] ?? null,
    });
  const before = mappingAt(was['with']);
  const after = mappingAt(now['with']);
  for (const name of differing(before, after))
    changes.push({
      kind: 'parameter',
      name,
      was: before[name] ?? subject.defaults[name],
      now: after[name] ?? subject.params[name],
    });
  for (const name of differing(mappingAt(was['files']), mappingAt(now['files'])))
    changes.push({ kind: 'file', name });
  if (!same(was['rt'], now['rt']))
    changes.push({ kind: 'runtime', was: was['rt'] ?? 'any', now: now['rt'] ?? 'any' });
  const known = new Set(['type', 'ver', 'with', 'in', 'files', 'rt']);
  for (const name of differing(was, now)) {
    // Of what waits not every part need be known.
    if (known.has(name) || (subject.key === undefined && now[name] === undefined)) continue;
    const paths = changedPaths(was[name], now[name]).filter((path) => path !== '');
    changes.push({ kind: 'part', name, paths });
  }
  return [...changes, ...inputChanges(subject, mappingAt(was['in']))];
}

function inputChanges({ sources }: Subject, was: KeyParts): Change[] {
  const changes: Change[] = [];
  for (const name of [...new Set([...Object.keys(was), ...Object.keys(sources)])].sort(byCodeUnit)) {
    const rows = sources[name];
    if (rows === undefined || was[name] === undefined) {
      changes.push({ kind: 'input', name, now: rows !== undefined });
      continue;
    }
    const before = new Set(rowsOf(was[name]).map(({ coords }) => coords));
    const after = new Set(rows.map(coordsOf));
    const gone = [...before].filter((coords) => !after.has(coords));
    const added = [...after].filter((coords) => !before.has(coords));
    if (gone.length + added.length > 0) changes.push({ kind: 'rows', name, gone, added });
  }
  return changes;
}

/** The digest that a source's row had in an earlier result. */
export function earlierDigest(was: KeyParts, name: string, source: SubjectSource): string | undefined {
  const coords = coordsOf(source);
  const sha256 = rowsOf(mappingAt(was['in'])[name]).find((row) => row.coords === coords)?.sha256;
  return typeof sha256 === 'string' ? sha256 : undefined;
}

/** One artefact counts as a gather of one row without coordinates. */
function rowsOf(input: Json | undefined): Row[] {
  if (Array.isArray(input))
    return (input as readonly Json[]).map(mappingAt).map((row) => ({
      coords: canonicalJson(row['coords'] ?? {}),
      sha256: row['sha256'],
    }));
  return input === undefined ? [] : [{ coords: '{}', sha256: mappingAt(input)['sha256'] }];
}

const coordsOf = (source: SubjectSource): string => canonicalJson(source.coords ?? {});

function differing(was: KeyParts, now: KeyParts): string[] {
  const names = new Set([...Object.keys(was), ...Object.keys(now)]);
  return [...names].filter((name) => !same(was[name], now[name])).sort(byCodeUnit);
}

function same(a: Json | undefined, b: Json | undefined): boolean {
  if (a === undefined || b === undefined) return a === b;
  return canonicalJson(a) === canonicalJson(b);
}
