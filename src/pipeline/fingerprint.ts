import { hash } from 'node:crypto';
import { byCodeUnit, canonicalJson, sortedKeys, type Json } from '../base/json.js';
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
  const { key, parts } = keyAndParts(input);
  return { key, K: JSON.parse(parts) as JsonObject };
}

/** The same, with what the key is made of as canonical JSON: nobody asks for more while everything is in the store. */
export function keyAndParts(input: KeyInput): { key: string; parts: string } {
  const { signature, params, inputs, files = {}, rt, code, env = {} } = input;
  // In the order of canonical JSON. Absent parts are left out, so that a new kind of part changes no key without it.
  let parts = '{';
  if (code !== undefined) parts += `"code":${canonicalJson(code)},`;
  if (!isEmpty(env)) parts += `"env":${canonicalJson(env)},`;
  if (!isEmpty(files)) parts += `"files":${canonicalJson(files)},`;
  parts += `"in":${inputParts(inputs)},`;
  if (rt !== undefined) parts += `"rt":${JSON.stringify(rt)},`;
  parts += `"type":${JSON.stringify(signature.type)},"ver":${signature.version},`;
  parts += `"with":${parameterParts(signature, params)}}`;
  return { key: keyOfText(parts), parts };
}

/** The key that parts make, given as canonical JSON. */
export function keyOfText(parts: string): string {
  return hash('sha256', `ticketlab-key/1\0${parts}`);
}

/**
 * The parameters that differ from their defaults: a new parameter whose default changes nothing invalidates nothing.
 * The selector of named settings is left out too: only the values it stands for count; and so are a folder whose files
 * count by their bytes and the choice of a runtime class, which counts itself.
 */
function parameterParts(signature: StageSignature, params: Readonly<Record<string, Json>>): string {
  const known = fieldsOf(signature, variantOf(signature, params));
  const places = signature.files === undefined ? [] : placeParameters(signature, params);
  let parts = '';
  for (const name of sortedKeys(params)) {
    if (name === signature.settings?.by || places.includes(name)) continue;
    if (signature.choosesRuntime?.includes(name)) continue;
    const field = fieldText(known, name, params[name]!);
    if (field !== '') parts += parts === '' ? field : `,${field}`;
  }
  return `{${parts}}`;
}

/** The parameters of a signature: their defaults, and the text of the value that each had last. */
interface Fields {
  readonly defaults: ReadonlyMap<string, Json>;
  readonly last: Map<string, { readonly value: Json; readonly text: string }>;
}

/** Instances are many, and most of their values are those of the instance before. */
function fieldText({ defaults, last }: Fields, name: string, value: Json): string {
  const before = last.get(name);
  if (before !== undefined && before.value === value) return before.text;
  const usual = defaults.get(name);
  const isUsual = usual !== undefined && sameValue(usual, value);
  const text = isUsual ? '' : `${JSON.stringify(name)}:${canonicalJson(value)}`;
  last.set(name, { value, text });
  return text;
}

/** Signatures do not change, and the instances of one may be many. */
const knownFields = new WeakMap<StageSignature, Map<string | undefined, Fields>>();

function fieldsOf(signature: StageSignature, variant: string | undefined): Fields {
  let ofVariants = knownFields.get(signature);
  if (!ofVariants) knownFields.set(signature, (ofVariants = new Map<string | undefined, Fields>()));
  let fields = ofVariants.get(variant);
  if (!fields) {
    const schemas = Object.entries(parameterSchemas(signature, variant));
    const given = schemas.flatMap(([name, schema]) => {
      const value = defaultOf(schema);
      return value === undefined ? [] : [[name, value] as const];
    });
    ofVariants.set(variant, (fields = { defaults: new Map(given), last: new Map() }));
  }
  return fields;
}

function sameValue(a: Json, b: Json): boolean {
  if (a === b) return true;
  return typeof a === 'object' && typeof b === 'object' && canonicalJson(a) === canonicalJson(b);
}

function inputParts(inputs: KeyInput['inputs']): string {
  let parts = '';
  for (const name of sortedKeys(inputs))
    parts += `${parts === '' ? '' : ','}${JSON.stringify(name)}:${inputPart(inputs[name]!)}`;
  return `{${parts}}`;
}

function inputPart(digest: InputDigest): string {
  if (!('rows' in digest)) return `{"sha256":"${digest.sha256}","type":${JSON.stringify(digest.type)}}`;
  const rows = digest.rows
    .map(({ coords, type, sha256 }) => ({ order: canonicalJson(coords), type, sha256 }))
    .sort((a, b) => byCodeUnit(a.order, b.order) || byCodeUnit(a.sha256, b.sha256))
    .map(
      ({ order, type, sha256 }) => `{"coords":${order},"sha256":"${sha256}","type":${JSON.stringify(type)}}`,
    );
  return `[${rows.join(',')}]`;
}

function isEmpty(record: object): boolean {
  for (const _ in record) return false;
  return true;
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
