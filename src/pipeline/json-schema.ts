import { canonicalJson, type Json } from '../base/json.js';
import { keywords } from './json-schema-keywords.js';

type Schema = { readonly [key: string]: Json };

/** One thing that is wrong with a value, in ajv's words (https://ajv.js.org/api.html#validation-errors). */
export interface Fault {
  /** JSON Pointer into the value. */
  readonly instancePath: string;
  /** JSON Pointer into the schema; what a reference stands for has a path of its own. */
  readonly schemaPath: string;
  readonly keyword: string;
  readonly params: Readonly<Record<string, unknown>>;
  /** The schema that has the keyword, and the value that it was applied to. */
  readonly parentSchema: Schema;
  readonly data: Json;
  /** Set where a name of a property is checked, not its value. */
  readonly propertyName?: string;
}

/** Adds what is wrong with `value`, which stands at `path`. */
export type Check = (value: Json, path: string, faults: Fault[]) => void;

/** What a keyword is compiled with. */
export interface Compiling {
  /** The schema that has the keyword. */
  readonly schema: Schema;
  readonly keyword: string;
  /** Path of `schema`. */
  readonly at: string;
  /** A schema below, compiled when it is first needed. */
  below(schema: Json, at: string): Check;
  /** The check of `#/definitions/...`. */
  reference(to: string): Check;
}

/**
 * Compiles JSON Schema (draft-07, without formats and remote references) into closures, each part when a value first
 * needs it: the schema of all stage types costs nothing but what a file uses of it. ajv, which the tests hold this
 * against, writes and compiles JavaScript for the whole: faster by the value, and too slow by the command.
 */
export function compileSchema(root: Schema): (value: Json) => readonly Fault[] {
  const definitions = new Map<string, Check>();
  const reference = (to: string): Check => {
    let check = definitions.get(to);
    if (check === undefined) definitions.set(to, (check = below(resolve(root, to), to)));
    return check;
  };
  const below = (schema: Json, at: string): Check => {
    let compiled: Check | undefined;
    return (value, path, faults) => {
      compiled ??= compile(schema, at, { below, reference });
      compiled(value, path, faults);
    };
  };
  const check = below(root, '#');
  return (value) => {
    const faults: Fault[] = [];
    check(value, '', faults);
    return faults;
  };
}

function compile(schema: Json, at: string, tools: Pick<Compiling, 'below' | 'reference'>): Check {
  if (schema === true) return () => undefined;
  if (typeof schema !== 'object' || schema === null || Array.isArray(schema))
    throw new Error(`Internal error: ${at} is no schema: ${canonicalJson(schema)}`);
  const owner = schema as Schema;
  const checks = Object.keys(owner).flatMap((keyword) => {
    const make = Object.hasOwn(keywords, keyword) ? keywords[keyword] : undefined;
    if (make === undefined) throw new Error(`Internal error: the keyword ${keyword} at ${at} is not known`);
    return make === 'annotation' ? [] : [make({ schema: owner, keyword, at, ...tools })];
  });
  return (value, path, faults) => {
    for (const check of checks) check(value, path, faults);
  };
}

function resolve(root: Schema, reference: string): Json {
  let found: Json | undefined = root;
  for (const step of reference.split('/').slice(1))
    found = (found as Schema | undefined)?.[step.replaceAll('~1', '/').replaceAll('~0', '~')];
  if (found === undefined) throw new Error(`Internal error: the schema has no ${reference}`);
  return found;
}
