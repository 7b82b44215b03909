import type { Json } from '../base/json.js';
import { schemaErrors, type SchemaError } from './check-schema.js';
import { rootChecker } from './checkers.js';
import { shortcoming } from './requirement.js';
import { problem, type Diagnostic, type RelatedPlace } from './diagnostic.js';
import type { BoundParam } from './model.js';
import { nearest } from './near.js';
import type { ParsedFile } from './parse.js';
import type { Path } from './places.js';
import { paramsName } from './root-schemas.js';
import { paramsSchema } from './schema-with.js';
import { defaultOf, ownEntry, parameterSchemas, variantOf } from './signatures.js';
import type { StageSignature } from './stage.js';
import { expressionsOf } from './templates.js';
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
  readonly because: (param: string) => RelatedPlace | undefined;
  /** Where on its axes, for example ` (method=random, k=3)`. */
  readonly where: () => string;
}

/** What is wrong with parameters whose values came out of expressions, each with the place of the expression. */
export function evaluatedProblems(
  definition: { readonly name: string; readonly path: Path; readonly params: readonly BoundParam[] },
  signature: StageSignature,
  given: Params,
  report: ParamReport,
): Diagnostic[] {
  return checkParams(signature, given).map((error) => {
    const name = String(error.path[0] ?? error.params.additionalProperty ?? error.params.missingProperty);
    const param = definition.params.find((p) => p.name === name);
    const at =
      param === undefined ? report.file.at([...definition.path, 'with']) : report.file.at(param.path);
    const related = param === undefined ? [] : blame(param, report);
    const owner = `${definition.name}${report.where()}`;
    if (error.keyword === 'additionalProperties' && error.path.length === 0) {
      const by = signature.variants?.by ?? '';
      const message = `"${name}" is not a parameter of ${by}: ${textOf(given[by])}, which ${owner} has.`;
      return problem('OTHER_VARIANT', at, message, { help: 'Remove it, or choose another one.' });
    }
    if (error.keyword === 'required' && error.path.length === 0) {
      const variant =
        signature.variants === undefined
          ? ''
          : `, with ${signature.variants.by}: ${textOf(given[signature.variants.by])},`;
      return problem('MISSING_KEY', at, `The parameter "${name}" of ${owner}${variant} is missing.`, {
        help: `Add  ${name}: ...`,
      });
    }
    const message = `"${name}" of ${owner} ${shortcoming(error)}.`;
    const words = error.keyword === 'enum' && typeof error.data === 'string' ? error.parent.enum : [];
    const suggestion = nearest(textOf(error.data), (words as readonly Json[]).map(textOf));
    const code = error.keyword === 'type' ? 'WRONG_TYPE' : 'BAD_VALUE';
    return problem(code, at, message, { related, suggestion });
  });
}

function blame(param: BoundParam, report: ParamReport): RelatedPlace[] {
  const names = new Set(expressionsOf(param.template).flatMap((e) => e.expression.params));
  return [...names].flatMap((name) => report.because(name) ?? []);
}
