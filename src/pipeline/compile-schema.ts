import { createRequire } from 'node:module';
import type * as ajvModule from 'ajv';
import type { Schema } from './schema-words.js';

/** One thing that is wrong with a value, in ajv's words (https://ajv.js.org/api.html#validation-errors). */
export interface Fault {
  /** JSON Pointer into the value. */
  readonly instancePath: string;
  /** Where the broken rule stands: the name of a root schema, and a JSON Pointer into it (`pipeline#/required`). */
  readonly schemaPath: string;
  readonly keyword: string;
  readonly params: Readonly<Record<string, unknown>>;
  /** Set where a name of a property is checked, not its value. */
  readonly propertyName?: string;
}

/** Checks a value; the faults of the last one are its property. */
export interface Validator {
  (value: unknown): boolean;
  errors?: readonly Fault[] | null | undefined;
}

/** All faults, and never what a value only inherits; messages are our own. */
export const validatorOptions = {
  ...{ strict: false, allErrors: true, ownProperties: true, messages: false },
  validateSchema: false,
} as const;

/** Keywords of ours that only editors and messages read. */
export const annotations = ['patternHint', 'enumDescriptions', 'markdownDescription', 'defaultSnippets'];

/** `strictSchema`: unknown keywords are refused. */
export interface CompileOptions {
  readonly strictSchema?: boolean;
}

/** ajv's code for one definition, which calls its place `#`, with the place's own name; what it holds inlined has one. */
export function labelled(code: string, place: string): string {
  return code.replaceAll(/schemaPath:"#(?!\/definitions\/)/g, `schemaPath:"${place}`);
}

/**
 * Compiles a schema that nobody knew when ticketlab was built. This takes some 70 ms: what can be known then is in
 * `precompiled.js`.
 *
 * @throws Error in ajv's words for what is no schema (draft-07).
 */
export function compileSchema(schema: Schema, options: CompileOptions = {}): Validator {
  const places = new Map<unknown, string>(
    Object.entries((schema.definitions ?? {}) as Readonly<Record<string, Schema>>).map(
      ([name, definition]) => [definition, `#/definitions/${name}`],
    ),
  );
  const process = (code: string, of?: { readonly schema: unknown }) =>
    labelled(code, places.get(of?.schema) ?? '#');
  const compiler = new (ajv().Ajv)({ ...validatorOptions, code: { process }, ...options });
  compiler.addVocabulary([...annotations]);
  return compiler.compile(schema);
}

/** The library, loaded when it is needed: most commands go without it. */
function ajv(): typeof ajvModule {
  return createRequire(import.meta.url)('ajv') as typeof ajvModule;
}
