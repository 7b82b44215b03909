import { createHash } from 'node:crypto';
import { byCodeUnit, canonicalJson, type Json } from '../base/json.js';
import { placeParameters } from './outside-rules.js';
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
  /** What people's own programs and modules consist of. */
  readonly code?: Json | undefined;
  /** The variables that such a program sees, with their values. */
  readonly env?: Readonly<Record<string, string>>;
  /** On what kind of machine the bytes hold; undefined when on all. */
  readonly rt?: string | undefined;
}

type JsonObject = { readonly [key: string]: Json };

/** The key of an instance (64 hex digits), and what it is made of. */
export function instanceKey(input: KeyInput): { key: string; K: JsonObject } {
  const { signature, params, inputs, files = {}, rt, code, env = {} } = input;
  const K: Record<string, Json> = {};
  // Absent parts are left out, so that a new kind of part changes no key that does not have it.
  if (code !== undefined) K.code = code;
  if (Object.keys(env).length > 0) K.env = env;
  if (Object.keys(files).length > 0) K.files = files;
  K.in = inputParts(inputs);
  if (rt !== undefined) K.rt = rt;
  K.type = signature.type;
  K.ver = signature.version;
  K.with = withoutDefaults(signature, params);
  const key = createHash('sha256')
    .update(`ticketlab-key/1\0${canonicalJson(K)}`)
    .digest('hex');
  return { key, K };
}

/**
 * The parameters that differ from their defaults: a new parameter whose default changes nothing invalidates nothing.
 * The selector of named settings is left out too: only the values it stands for count; and so are a folder whose files
 * count by their bytes and the choice of a runtime class, which counts itself.
 */
function withoutDefaults(signature: StageSignature, params: Readonly<Record<string, Json>>): JsonObject {
  const defaults = defaultsOf(signature, variantOf(signature, params));
  const places = signature.files === undefined ? [] : placeParameters(signature, params);
  const kept: Record<string, Json> = {};
  for (const name in params) {
    if (name === signature.settings?.by || places.includes(name)) continue;
    if (signature.choosesRuntime?.includes(name)) continue;
    const value = params[name]!;
    const usual = defaults.get(name);
    if (usual === undefined || !sameValue(usual, value)) kept[name] = value;
  }
  return kept;
}

/** Signatures do not change, and the instances of one may be many. */
const knownDefaults = new WeakMap<StageSignature, Map<string | undefined, ReadonlyMap<string, Json>>>();

function defaultsOf(signature: StageSignature, variant: string | undefined): ReadonlyMap<string, Json> {
  let ofVariants = knownDefaults.get(signature);
  if (!ofVariants)
    knownDefaults.set(signature, (ofVariants = new Map<string | undefined, ReadonlyMap<string, Json>>()));
  let defaults = ofVariants.get(variant);
  if (!defaults) {
    const schemas = Object.entries(parameterSchemas(signature, variant));
    const given = schemas.flatMap(([name, schema]) => {
      const value = defaultOf(schema);
      return value === undefined ? [] : [[name, value] as const];
    });
    ofVariants.set(variant, (defaults = new Map(given)));
  }
  return defaults;
}

function sameValue(a: Json, b: Json): boolean {
  if (a === b) return true;
  return typeof a === 'object' && typeof b === 'object' && canonicalJson(a) === canonicalJson(b);
}

function inputParts(inputs: KeyInput['inputs']): JsonObject {
  const parts: Record<string, Json> = {};
  for (const name in inputs) parts[name] = inputPart(inputs[name]!);
  return parts;
}

function inputPart(digest: InputDigest): Json {
  if (!('rows' in digest)) return { sha256: digest.sha256, type: digest.type };
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
