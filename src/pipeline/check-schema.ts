import { Ajv, type ErrorObject, type ValidateFunction } from 'ajv';
import type { Json } from '../base/json.js';
import type { Diagnostic } from './diagnostic.js';
import { nearest } from './near.js';
import type { ParsedFile } from './parse.js';
import type { Path } from './places.js';
import { explainSchemaError } from './explain-schema.js';
import { pipelineSchema } from './schema.js';
import { vocabularyOf, withoutUnused, wordsOf, type Vocabulary } from './schema-subset.js';
import type { Schema } from './schema-words.js';
import type { Signatures } from './signatures.js';

/** What ajv found, with the place as a path. */
export interface SchemaError {
  readonly path: Path;
  readonly keyword: string;
  readonly params: Readonly<Record<string, unknown>>;
  readonly parent: Readonly<Record<string, Json>>;
  readonly data: Json;
}

export interface SchemaCheck {
  readonly problems: readonly Diagnostic[];
  /** Where something is wrong: later passes leave these parts alone. */
  readonly broken: readonly Path[];
}

let shared: Ajv | undefined;

/**
 * One compiler for all schemas, made when the first is needed. The schemas are ours and tested: checking them against
 * the meta schema, or optimising code that runs once, would cost more than all the rest.
 */
function compiler(): Ajv {
  shared ??= new Ajv({
    allErrors: true,
    verbose: true,
    strict: false,
    validateSchema: false,
    addUsedSchema: false,
    meta: false,
    code: { optimize: false },
  });
  return shared;
}

interface Compiled {
  readonly schema: Schema;
  readonly vocabulary: Vocabulary;
  /** By the words that a file has in common with the schema. */
  readonly validators: Map<string, ValidateFunction>;
}

const compiled = new WeakMap<Signatures, Compiled>();

/** Checks a file against the schema of these stage types; one diagnostic a cause. */
export function checkAgainstSchema(file: ParsedFile, signatures: Signatures): SchemaCheck {
  const validate = validatorFor(file, signatures);
  if (validate(file.value)) return { problems: [], broken: [] };
  const errors = schemaErrors(validate.errors ?? []);
  const problems = errors.map((error) => explainSchemaError(error, file, signatures));
  return { problems, broken: errors.map(placeOf) };
}

/** Only what can apply to this file is compiled: a fraction of the whole, which has every parameter of every type. */
function validatorFor(file: ParsedFile, signatures: Signatures): ValidateFunction {
  let known = compiled.get(signatures);
  if (known === undefined) {
    const schema = pipelineSchema(signatures);
    compiled.set(signatures, (known = { schema, vocabulary: vocabularyOf(schema), validators: new Map() }));
  }
  const words = wordsOf(file.value, known.vocabulary);
  const key = JSON.stringify([[...words.keys].sort(), [...words.texts].sort()]);
  let validate = known.validators.get(key);
  if (validate === undefined)
    known.validators.set(key, (validate = compiler().compile(withoutUnused(known.schema, words))));
  return validate;
}

/** Compiles one schema for repeated use; the result lists what is wrong with a value. */
export function valueChecker(schema: object): (value: Json) => readonly SchemaError[] {
  const validate = compiler().compile(schema);
  return (value) => (validate(value) ? [] : schemaErrors(validate.errors ?? []));
}

function placeOf(error: SchemaError): Path {
  if (error.keyword === 'additionalProperties')
    return [...error.path, String(error.params.additionalProperty)];
  if (error.keyword === 'propertyNames') return [...error.path, String(error.params.propertyName)];
  return error.path;
}

/** Enough to mend a file by; a hostile one can have any number. */
const mostErrors = 1000;

/** ajv reports every branch it tried; what is left here is one error a cause. */
function schemaErrors(raw: readonly ErrorObject[]): SchemaError[] {
  const kept = raw.slice(0, mostErrors).filter((e) => !isNoise(e));
  const unions = kept.filter((e) => e.keyword === 'anyOf');
  const chosen = kept.filter((e) => {
    if (e.keyword === 'anyOf' && commentOf(e) === 'parameter') return false;
    const union = unions.find((u) => u !== e && isBranch(e, u));
    return union === undefined || commentOf(union) === 'parameter' || isGatherDetail(e, union);
  });
  const gathers = chosen.filter((e) => e.keyword === 'anyOf' && commentOf(e) === 'gather-input');
  const final = chosen.filter((e) => !(gathers.includes(e) && isObject(e.data)));
  return dropFollowers(unique(final.map(toSchemaError)));
}

function isNoise(e: ErrorObject): boolean {
  if (e.keyword === 'if' || commentOf(e) === 'expression') return true;
  return e.propertyName !== undefined && e.keyword !== 'propertyNames';
}

/** An error inside one of the alternatives of `union`. References start a schema path of their own. */
function isBranch(e: ErrorObject, union: ErrorObject): boolean {
  const below = e.instancePath === union.instancePath || e.instancePath.startsWith(`${union.instancePath}/`);
  if (!below) return false;
  const comment = commentOf(e);
  const referenced =
    comment === 'edge' || comment === 'gather' || e.schemaPath.startsWith('#/definitions/gather/');
  if (commentOf(union) === 'gather-input') return referenced;
  return e.schemaPath.startsWith(`${union.schemaPath}/`);
}

/** A gather that is a mapping is explained by what is wrong inside it, not as "no edge". */
function isGatherDetail(e: ErrorObject, union: ErrorObject): boolean {
  return commentOf(union) === 'gather-input' && isObject(union.data) && commentOf(e) !== 'edge';
}

function toSchemaError(e: ErrorObject): SchemaError {
  return {
    path: e.instancePath.split('/').slice(1).map(unescapePointer),
    keyword: e.keyword,
    params: e.params as Record<string, unknown>,
    parent: e.parentSchema ?? {},
    data: e.data as Json,
  };
}

function unescapePointer(step: string): string {
  return step.replaceAll('~1', '/').replaceAll('~0', '~');
}

function unique(errors: readonly SchemaError[]): SchemaError[] {
  const seen = new Set<string>();
  return errors.filter((e) => {
    const identity = JSON.stringify([e.path, e.keyword, e.params]);
    return seen.has(identity) ? false : seen.add(identity);
  });
}

/** Where the type itself is wrong, or a word of a choice, further complaints about the same value say nothing new. */
function dropFollowers(errors: readonly SchemaError[]): SchemaError[] {
  const key = (path: Path) => JSON.stringify(path);
  const wrong = new Set(
    errors.filter((e) => ['type', 'enum', 'const'].includes(e.keyword)).map((e) => key(e.path)),
  );
  const kept = errors.filter((e) => ['type', 'enum', 'const'].includes(e.keyword) || !wrong.has(key(e.path)));
  const choice = new Set(kept.filter((e) => e.keyword === 'enum').map((e) => key(e.path)));
  const strays = new Map<string, string[]>();
  for (const e of kept)
    if (e.keyword === 'additionalProperties')
      strays.set(key(e.path), [...(strays.get(key(e.path)) ?? []), String(e.params.additionalProperty)]);
  return kept
    .filter((e) => !((e.keyword === 'const' || e.keyword === 'type') && choice.has(key(e.path))))
    .filter((e) => !isMisspelt(e, strays));
}

/** A key is not missing where the mapping has a misspelt one (`strays`: unknown keys by place). */
function isMisspelt(missing: SchemaError, strays: ReadonlyMap<string, readonly string[]>): boolean {
  if (missing.keyword !== 'required') return false;
  const wanted = [String(missing.params.missingProperty)];
  const beside = strays.get(JSON.stringify(missing.path)) ?? [];
  return beside.some((stray) => nearest(stray, wanted) !== undefined);
}

function commentOf(e: ErrorObject): unknown {
  return (e.parentSchema as { $comment?: unknown } | undefined)?.$comment;
}

function isObject(value: unknown): boolean {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
