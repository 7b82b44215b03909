import { createHash } from 'node:crypto';
import { byCodeUnit, canonicalJson, type Json } from '../base/json.js';
import type { Coords } from './plan.js';
import { defaultOf, parameterSchemas, variantOf } from './signatures.js';
import type { ArtefactType, StageSignature } from './stage.js';

interface ArtefactDigest {
  readonly type: ArtefactType;
  readonly sha256: string;
}

/** What an input contributes to a key: one artefact, or the rows of a gather. */
export type InputDigest =
  ArtefactDigest | { readonly rows: readonly (ArtefactDigest & { readonly coords: Coords })[] };

/**
 * Everything that can change the bytes of an output, and nothing else: not the stage's name, its coordinates, the
 * preset, the file, the order of anything, the machine, resources or time.
 */
export interface KeyInput {
  readonly signature: StageSignature;
  /** All parameters, with defaults and named settings filled in. */
  readonly params: Readonly<Record<string, Json>>;
  readonly inputs: Readonly<Record<string, InputDigest>>;
  /** Files from outside the store: name -> digest. */
  readonly files?: Readonly<Record<string, string>>;
  /** On what kind of machine the bytes hold; undefined when on all. */
  readonly rt?: string | undefined;
}

type JsonObject = { readonly [key: string]: Json };

/** The key of an instance (64 hex digits), and what it is made of. */
export function instanceKey(input: KeyInput): { key: string; K: JsonObject } {
  const { signature, params, inputs, files = {}, rt } = input;
  const K: Record<string, Json> = {
    type: signature.type,
    ver: signature.version,
    with: withoutDefaults(signature, params),
    in: Object.fromEntries(Object.entries(inputs).map(([name, digest]) => [name, inputPart(digest)])),
  };
  // Absent parts are left out, so that a new kind of part changes no key that does not have it.
  if (Object.keys(files).length > 0) K.files = files;
  if (rt !== undefined) K.rt = rt;
  const key = createHash('sha256')
    .update(`ticketlab-key/1\0${canonicalJson(K)}`)
    .digest('hex');
  return { key, K };
}

/**
 * The parameters that differ from their defaults: a new parameter whose default changes nothing invalidates nothing.
 * The selector of named settings is left out too: only the values it stands for count.
 */
function withoutDefaults(signature: StageSignature, params: Readonly<Record<string, Json>>): JsonObject {
  const schemas = parameterSchemas(signature, variantOf(signature, params));
  const kept: Record<string, Json> = {};
  for (const [name, value] of Object.entries(params)) {
    if (name === signature.settings?.by) continue;
    const usual = Object.hasOwn(schemas, name) ? defaultOf(schemas[name]) : undefined;
    if (usual === undefined || !sameValue(usual, value)) kept[name] = value;
  }
  return kept;
}

function sameValue(a: Json, b: Json): boolean {
  if (a === b) return true;
  return typeof a === 'object' && typeof b === 'object' && canonicalJson(a) === canonicalJson(b);
}

function inputPart(digest: InputDigest): Json {
  if (!('rows' in digest)) return { type: digest.type, sha256: digest.sha256 };
  return digest.rows
    .map(({ coords, type, sha256 }) => ({ order: canonicalJson(coords), row: { coords, type, sha256 } }))
    .sort((a, b) => byCodeUnit(a.order, b.order) || byCodeUnit(a.row.sha256, b.row.sha256))
    .map(({ row }) => row);
}

/** The paths at which two keys' contents differ (`with.popsize`, `in.mask.sha256`), sorted: why something runs again. */
export function changedPaths(was: Json | undefined, now: Json | undefined): string[] {
  const paths: string[] = [];
  collectChanges(was, now, { path: '', paths });
  return paths.sort(byCodeUnit);
}

function collectChanges(
  was: Json | undefined,
  now: Json | undefined,
  at: { path: string; paths: string[] },
): void {
  if (isContainer(was) && isContainer(now) && Array.isArray(was) === Array.isArray(now)) {
    const before = was as Readonly<Record<string, Json>>;
    const after = now as Readonly<Record<string, Json>>;
    for (const key of new Set([...Object.keys(before), ...Object.keys(after)]))
      collectChanges(ownOr(before, key), ownOr(after, key), {
        path: at.path === '' ? key : `${at.path}.${key}`,
        paths: at.paths,
      });
  } else if (was === undefined || now === undefined ? was !== now : !sameValue(was, now))
    at.paths.push(at.path);
}

function ownOr(record: Readonly<Record<string, Json>>, key: string): Json | undefined {
  return Object.hasOwn(record, key) ? record[key] : undefined;
}

function isContainer(value: Json | undefined): boolean {
  return typeof value === 'object' && value !== null;
}
