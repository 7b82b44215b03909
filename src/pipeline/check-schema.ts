import type { Json } from '../base/json.js';
import { rootChecker, steps, type Checker, type LocatedFault } from './checkers.js';
import type { Diagnostic } from './diagnostic.js';
import { nearest } from './near.js';
import type { ParsedFile } from './parse.js';
import type { Path } from './places.js';
import { explainSchemaError } from './explain-schema.js';
import { pipelineSchema } from './schema.js';
import type { Signatures } from './signatures.js';

/** One thing that the schema does not allow, with the place as a path. */
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

/** Checks a file against the schema of these stage types; one diagnostic a cause. */
export function checkAgainstSchema(file: ParsedFile, signatures: Signatures): SchemaCheck {
  const check = rootChecker(signatures, 'pipeline', () => pipelineSchema(signatures));
  return checkPart(file, { path: [], value: file.value, check, signatures });
}

/** Checks a value inside a file against a schema of its own. */
export function checkPart(
  file: ParsedFile,
  { path, value, check, signatures }: { path: Path; value: Json; check: Checker; signatures: Signatures },
): SchemaCheck {
  const errors = schemaErrors(check(value)).map((e) => ({ ...e, path: [...path, ...e.path] }));
  const problems = errors.map((error) => explainSchemaError(error, file, signatures));
  return { problems, broken: errors.map(placeOf) };
}

function placeOf(error: SchemaError): Path {
  if (error.keyword === 'additionalProperties')
    return [...error.path, String(error.params.additionalProperty)];
  if (error.keyword === 'propertyNames') return [...error.path, String(error.params.propertyName)];
  // What stands beside a key that is missing may be right.
  if (error.keyword === 'required') return [...error.path, String(error.params.missingProperty)];
  return error.path;
}

/** Every branch that was tried has been reported; what is left here is one error a cause. */
export function schemaErrors(raw: readonly LocatedFault[]): SchemaError[] {
  if (raw.length === 0) return [];
  const kept = raw.filter((e) => !isNoise(e));
  const unions = kept.filter((e) => e.keyword === 'anyOf');
  const chosen = kept.filter((e) => {
    if (e.keyword === 'anyOf' && commentOf(e) === 'parameter') return false;
    const union = unions.find((u) => u !== e && isBranch(e, u));
    return union === undefined || commentOf(union) === 'parameter' || isGatherDetail(e, union);
  });
  const final = chosen.filter((e) => !(isInputUnion(e) && isObject(e.data)));
  return dropFollowers(unique(final.map(toSchemaError)));
}

function isNoise(e: LocatedFault): boolean {
  if (e.keyword === 'if' || commentOf(e) === 'expression') return true;
  return e.propertyName !== undefined && e.keyword !== 'propertyNames';
}

/** An error inside one of the alternatives of `union`. References start a schema path of their own. */
function isBranch(e: LocatedFault, union: LocatedFault): boolean {
  const below = e.instancePath === union.instancePath || e.instancePath.startsWith(`${union.instancePath}/`);
  if (!below) return false;
  const comment = commentOf(e);
  const referenced =
    comment === 'edge' ||
    comment === 'gather' ||
    comment === 'pick' ||
    /#\/definitions\/(gather|gather-one|gather-several|pick)\//.test(e.schemaPath);
  if (isInputUnion(union)) return referenced;
  return e.schemaPath.startsWith(`${union.schemaPath}/`);
}

/** A gather that is a mapping is explained by what is wrong inside it, not as "no edge". */
function isGatherDetail(e: LocatedFault, union: LocatedFault): boolean {
  return isInputUnion(union) && isObject(union.data) && commentOf(e) !== 'edge';
}

/** What an input takes: an edge, or a mapping with `from`. */
function isInputUnion(e: LocatedFault): boolean {
  return e.keyword === 'anyOf' && (commentOf(e) === 'gather-input' || commentOf(e) === 'input');
}

function toSchemaError(e: LocatedFault): SchemaError {
  return {
    path: steps(e.instancePath),
    keyword: e.keyword,
    params: e.params,
    parent: e.parentSchema,
    data: e.data,
  };
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
    .filter((e) => !isMisspelt(e, strays) && !isSource(e, strays));
}

/** What `from` is does not matter where several sources are given to an input that takes one. */
function isSource({ path, keyword }: SchemaError, strays: ReadonlyMap<string, readonly string[]>): boolean {
  if (keyword !== 'type' || path.at(-1) !== 'from') return false;
  return strays.get(JSON.stringify(path.slice(0, -1)))?.includes('as') === true;
}

/** A key is not missing where the mapping has a misspelt one (`strays`: unknown keys by place). */
function isMisspelt(missing: SchemaError, strays: ReadonlyMap<string, readonly string[]>): boolean {
  if (missing.keyword !== 'required') return false;
  const wanted = [String(missing.params.missingProperty)];
  const beside = strays.get(JSON.stringify(missing.path)) ?? [];
  return beside.some((stray) => nearest(stray, wanted) !== undefined);
}

function commentOf(e: LocatedFault): unknown {
  return e.parentSchema.$comment;
}

function isObject(value: unknown): boolean {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
