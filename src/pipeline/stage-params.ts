import type { Json } from '../base/json.js';
import { schemaErrors, type SchemaError } from './check-schema.js';
import { rootChecker } from './checkers.js';
import { shortcoming } from './requirement.js';
import { problem, type Diagnostic, type DiagnosticCode, type RelatedPlace } from './diagnostic.js';
import type { BoundParam } from './model.js';
import { nearest } from './near.js';
import type { ParsedFile } from './parse.js';
import type { Path } from './places.js';
import { paramsName } from './root-schemas.js';
import { paramsSchema } from './schema-with.js';
import { defaultOf, ownEntry, parameterSchemas, variantOf } from './signatures.js';
import type { StageSignature } from './stage.js';
import { textOf } from './terminal-text.js';

export type Params = Readonly<Record<string, Json>>;

/** All parameters of a stage: those given, then the row of named settings that it picks, then the defaults. */
export function filledParams(signature: StageSignature, given: Params): Params {
  const variant = variantOf(signature, given);
  const schemas = parameterSchemas(signature, variant);
  const row = settingsRow(signature, given, variant);
  const filled: Record<string, Json> = {};
  for (const name of Object.keys(schemas)) {
    const value = ownEntry(given, name) ?? ownEntry(row, name) ?? defaultOf(schemas[name]);
    if (value !== undefined) filled[name] = value;
  }
  return filled;
}

function settingsRow(signature: StageSignature, given: Params, variant: string | undefined): Params {
  if (signature.settings === undefined) return {};
  const { by, of } = signature.settings;
  const name = ownEntry(given, by) ?? defaultOf(signature.params.properties[by]);
  const rows = typeof name === 'string' ? ownEntry(of, name) : undefined;
  return { ...ownEntry(rows, '*'), ...(variant === undefined ? {} : ownEntry(rows, variant)) };
}

/** Checks evaluated parameters against the stage type's own schema, without expressions. */
function checkParams(signature: StageSignature, given: Params): readonly SchemaError[] {
  const variant = variantOf(signature, given);
  const schema = () => paramsSchema(signature, variant);
  const errors = schemaErrors(rootChecker(signature, paramsName(signature, variant), schema)(given));
  // Which parameters there are is not known where the variant is none.
  const misnamed = errors.some(({ path }) => path[0] !== undefined && path[0] === signature.variants?.by);
  return misnamed ? errors.filter(({ path }) => path.length > 0) : errors;
}

export interface ParamReport {
  readonly file: ParsedFile;
  /** Why some parameters have their values. */
  readonly because: (params: readonly BoundParam[]) => RelatedPlace[];
  /** Where on the axes that some parameters depend on, for example ` at method = random, k = 3`. */
  readonly where: (params: readonly BoundParam[]) => string;
  /** Whether a parameter has a value of which nothing is known. */
  readonly unknown: (name: string) => boolean;
}

/** What is wrong with a parameter. */
export interface ParamProblem {
  readonly diagnostic: Diagnostic;
  /** The same for the same problem elsewhere on the axes. */
  readonly identity: string;
}

/** What is wrong with parameters whose values came out of expressions, each with the place of the expression. */
export function evaluatedProblems(
  definition: { readonly name: string; readonly path: Path; readonly params: readonly BoundParam[] },
  signature: StageSignature,
  given: Params,
  report: ParamReport,
): ParamProblem[] {
  const by = signature.variants?.by ?? '';
  // Which parameters there are depends on it.
  if (report.unknown(by)) return [];
  const paramOf = (name: string) => definition.params.find((param) => param.name === name);
  const chosen = paramOf(by);
  const computed = chosen !== undefined && chosen.template.kind !== 'constant';
  return checkParams(signature, given).flatMap((error) => {
    const name = String(error.path[0] ?? error.params.additionalProperty ?? error.params.missingProperty);
    const shared = ownEntry(signature.params.properties, name) !== undefined;
    // Which are missing, or too many, is known without values unless the variant is computed.
    const known = error.path.length === 0 && (shared || !computed);
    if (known || report.unknown(name)) return [];
    const param = paramOf(name);
    const at = report.file.at(param?.path ?? [...definition.path, 'with']);
    const decisive = [param, shared ? undefined : chosen].filter((one) => one !== undefined);
    const { code, says, suggestion, help } = explained({ error, name, by }, given);
    const message = says(`${definition.name}${report.where(decisive)}`);
    const diagnostic = problem(code, at, message, { related: report.because(decisive), suggestion, help });
    // Words that are none are misspelt each in its own way; a number out of bounds says it all.
    const rule = error.keyword === 'enum' ? says('') : [error.keyword, ...error.path].join(' ');
    return [{ diagnostic, identity: `${at.file} ${at.start} ${rule}` }];
  });
}

interface Explained {
  readonly code: DiagnosticCode;
  readonly says: (owner: string) => string;
  readonly help?: string;
  readonly suggestion?: string | undefined;
}

function explained(
  { error, name, by }: { readonly error: SchemaError; readonly name: string; readonly by: string },
  given: Params,
): Explained {
  const chosen = `${by}: ${textOf(given[by])}`;
  if (error.keyword === 'additionalProperties' && error.path.length === 0)
    return {
      code: 'OTHER_VARIANT',
      says: (owner) => `"${name}" is not a parameter of ${chosen}, which ${owner} has.`,
      help: 'Remove it, or choose another one.',
    };
  if (error.keyword === 'required' && error.path.length === 0) {
    const variant = by === '' ? '' : `, with ${chosen},`;
    return {
      code: 'MISSING_KEY',
      says: (owner) => `The parameter "${name}" of ${owner}${variant} is missing.`,
      help: `Add  ${name}: ...`,
    };
  }
  const words = error.keyword === 'enum' && typeof error.data === 'string' ? error.parent.enum : [];
  return {
    code: error.keyword === 'type' ? 'WRONG_TYPE' : 'BAD_VALUE',
    says: (owner) => `"${name}" of ${owner} ${shortcoming(error)}.`,
    suggestion: nearest(textOf(error.data), (words as readonly Json[]).map(textOf)),
  };
}
