import { byCodeUnit, canonicalJson, type Json } from '../base/json.js';
import { changedPaths } from '../pipeline/fingerprint.js';
import { mappingAt } from '../pipeline/params.js';
import { codeChanges, fates, same, type CodeChange, type Fate } from './code-changes.js';
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
  /** A file from outside, and where it lies now. */
  | { readonly kind: 'file'; readonly name: string; readonly fate: Fate; readonly path: string | undefined }
  | CodeChange
  /** A variable that a program or module of the user's own sees. */
  | {
      readonly kind: 'variable';
      readonly name: string;
      readonly was: Json | undefined;
      readonly now: Json | undefined;
    }
  /** A part of the key that this version does not know, and what of it. */
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
  const changes = keyChanges(subject, was);
  if (changes.some(({ kind }) => kind === 'type')) return changes;
  return [...changes, ...inputChanges(subject, mappingAt(was['in']))];
}

/** What is known of a key, beside its inputs. */
export type Keyed = Pick<Subject, 'key' | 'K' | 'type' | 'params' | 'defaults' | 'files'>;

const knownParts = new Set(['type', 'ver', 'with', 'in', 'files', 'rt', 'code', 'env']);

/** The same without inputs. Another stage type says it all. */
export function keyChanges(subject: Keyed, was: KeyParts): Change[] {
  const now = subject.K;
  const [type, ver] = [now['type'] ?? null, now['ver'] ?? null];
  if (!same(was['type'], now['type'])) return [{ kind: 'type', was: was['type'] ?? null, now: type }];
  const changes: Change[] = [];
  if (!same(was['ver'], now['ver']))
    changes.push({ kind: 'version', type: subject.type, was: was['ver'] ?? null, now: ver });
  changes.push(...parameterChanges(subject, was));
  for (const [name, fate] of fates(mappingAt(was['files']), mappingAt(now['files'])))
    changes.push({ kind: 'file', name, fate, path: subject.files[name] });
  if (!same(was['rt'], now['rt']))
    changes.push({ kind: 'runtime', was: was['rt'] ?? 'any', now: now['rt'] ?? 'any' });
  // Of what cannot run, code and variables may not be known.
  const unknown = (part: string): boolean => subject.key === undefined && now[part] === undefined;
  if (!unknown('code')) changes.push(...codeChanges(was['code'], now['code']));
  if (!unknown('code') || !unknown('env')) changes.push(...variableChanges(was['env'], now['env']));
  for (const [name] of fates(was, now)) {
    if (knownParts.has(name) || unknown(name)) continue;
    const paths = changedPaths(was[name], now[name]).filter((path) => path !== '');
    changes.push({ kind: 'part', name, paths });
  }
  return changes;
}

function parameterChanges({ K, params, defaults }: Keyed, was: KeyParts): Change[] {
  const [before, after] = [mappingAt(was['with']), mappingAt(K['with'])];
  return fates(before, after).map(([name]) => ({
    kind: 'parameter',
    name,
    was: before[name] ?? defaults[name],
    now: after[name] ?? params[name],
  }));
}

function variableChanges(was: Json | undefined, now: Json | undefined): Change[] {
  const [before, after] = [mappingAt(was), mappingAt(now)];
  return fates(before, after).map(([name]) => ({
    kind: 'variable',
    name,
    was: before[name],
    now: after[name],
  }));
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
