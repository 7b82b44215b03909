import type { Json } from '../base/json.js';
import { compileSchema, type CompileOptions, type Fault, type Validator } from './compile-schema.js';
import { rootSchemas } from './root-schemas.js';
import type { Schema } from './schema-words.js';
import type { Signatures } from './signatures.js';
import type { StageSignature } from './stage.js';

/** A fault with what explaining it takes. */
export interface LocatedFault extends Fault {
  /** The schema that has the keyword, and the value that it was applied to. */
  readonly parentSchema: Schema;
  readonly data: Json;
}

/** What is wrong with a value: the first faults that were found. */
export type Checker = (value: Json) => readonly LocatedFault[];

/** Enough to mend a file by; a hostile one can have any number. */
const mostFaults = 1000;

/** What is ready for these signatures as a whole, or for one of them, by the name of the root schema. */
const ready = new WeakMap<Signatures | StageSignature, Map<string, Checker>>();

/** From now on these signatures are checked with these validators, written for exactly them. */
export function prepare(signatures: Signatures, validators: Readonly<Record<string, Validator>>): void {
  const made = new Map<string, Schema>();
  // Only for what is wrong.
  const schemaOf = (root: string): Schema => {
    let schema = made.get(root);
    if (schema === undefined) made.set(root, (schema = rootSchemas(signatures).get(root)?.() ?? {}));
    return schema;
  };
  for (const [root, validate] of Object.entries(validators)) {
    const [, type] = root.split(':');
    useChecker(signatures.get(type ?? '') ?? signatures, root, checker(validate, schemaOf));
  }
}

export function useChecker(owner: Signatures | StageSignature, root: string, check: Checker): void {
  const known = ready.get(owner) ?? new Map<string, Checker>();
  ready.set(owner, known.set(root, check));
}

/** The checker for one of the root schemas of these signatures, or of this one: ready, or compiled now. */
export function rootChecker(owner: Signatures | StageSignature, root: string, schema: () => Schema): Checker {
  let check = ready.get(owner)?.get(root);
  if (check === undefined) useChecker(owner, root, (check = schemaChecker(schema())));
  return check;
}

/** A checker for any schema. @throws Error for what is no schema. */
export function schemaChecker(schema: Schema, options?: CompileOptions): Checker {
  return checker(compileSchema(schema, options), () => schema);
}

function checker(validate: Validator, schemaOf: (root: string) => Schema): Checker {
  return (value) => {
    if (validate(value)) return [];
    return (validate.errors ?? []).slice(0, mostFaults).map((fault) => {
      const [root = '', pointer = ''] = fault.schemaPath.split('#');
      return {
        ...fault,
        parentSchema: at(schemaOf(root), steps(decodeURIComponent(pointer)).slice(0, -1)) as Schema,
        data: at(value, steps(fault.instancePath)),
      };
    });
  };
}

/** The steps of a JSON Pointer (RFC 6901). */
export function steps(pointer: string): string[] {
  return pointer
    .split('/')
    .slice(1)
    .map((step) => step.replaceAll('~1', '/').replaceAll('~0', '~'));
}

function at(value: Json, path: readonly string[]): Json {
  let found: Json | undefined = value;
  for (const step of path) found = (found as { readonly [key: string]: Json } | undefined)?.[step];
  return found ?? null;
}
