import type { Json } from '../base/json.js';
import { problem, type Diagnostic, type SourceRange } from './diagnostic.js';
import { contradict, misfit, type Misfit, type ParamType, type ScalarName } from './param-types.js';
import type { ParsedFile } from './parse.js';
import { slowReason, wholeText } from './pattern.js';
import type { Path } from './places.js';
import { countedUp } from './quantities.js';
import { kindOf, show, textOf } from './terminal-text.js';

/** A value and where it came from: `default`, `preset smoke`, `params file p.yaml` or `-P`. */
export interface ParamValue {
  readonly value: Json;
  readonly origin: string;
  readonly at: () => SourceRange;
  /** It is none that the parameter may have, as was reported: nothing is known of what uses it. */
  readonly wrong?: true;
}

export interface Declaration {
  readonly name: string;
  readonly type: ParamType;
  readonly initial: ParamValue | undefined;
  readonly at: () => SourceRange;
}

/** What `-P`, a preset or a default gives a parameter that it must not have. */
export function badParamValue(declaration: Declaration, given: ParamValue, wrong: Misfit): Diagnostic {
  const source =
    given.origin === 'default'
      ? 'its default is'
      : given.origin === '-P'
        ? '-P gives'
        : `${given.origin} gives`;
  const { name, type } = declaration;
  // Of a list that is one, what it holds is wrong, or how much.
  const shown = type.shape === 'list' && Array.isArray(given.value) ? show(given.value) : kindOf(given.value);
  const message = `The parameter "${name}" (${type.name}) ${wrong.must}; ${source} ${shown}.`;
  const related =
    given.origin === 'default' ? [] : [{ message: `"${name}" is declared here`, at: declaration.at() }];
  const help = given.origin === '-P' ? listMeant(declaration, given.value) : undefined;
  return problem('BAD_PARAM_VALUE', given.at(), message, { help, suggestion: wrong.suggestion, related });
}

/** `-P seeds=1,2`, and `-P seeds=[1, 2]` of which a shell makes two words. */
function listMeant({ name, type }: Declaration, value: Json): string | undefined {
  if (!type.name.startsWith('list') || Array.isArray(value)) return undefined;
  const elements =
    countedUp(textOf(value)) ??
    textOf(value)
      .replace(/^\[|\]$/g, '')
      .replace('..', ',...,')
      .split(/[, ]+/)
      .filter((one) => /^[\w.-]+$/.test(one));
  const more = textOf(value).startsWith('[') ? ['...'] : [];
  return `Write a list in quotes:  -P '${name}=[${[...elements, ...more].join(',')}]'`;
}

/** Reads `params:`; declarations that the schema refused are left out. */
export function readDeclarations(
  file: ParsedFile,
  isBroken: (path: Path) => boolean,
  problems: Diagnostic[],
): Map<string, Declaration> {
  const declarations = new Map<string, Declaration>();
  for (const [name, value] of Object.entries(mappingAt(file.value.params))) {
    const path = ['params', name];
    if (isBroken(path)) continue;
    const declaration = readDeclaration(file, name, mappingAt(value), problems);
    if (declaration === undefined) continue;
    const { initial, type } = declaration;
    const wrong = initial && misfit(type, initial.value);
    declarations.set(name, wrong ? { ...declaration, initial: { ...initial, wrong: true } } : declaration);
    if (wrong) problems.push(badParamValue(declaration, initial, wrong));
  }
  return declarations;
}

/** A declaration as the schema lets it through. */
export interface RawParam {
  readonly type?: string;
  readonly default?: Json;
  readonly enum?: readonly Json[];
  readonly min?: Json;
  readonly max?: Json;
  readonly pattern?: string;
  readonly items?: RawParam;
  readonly unique?: boolean;
  readonly min_items?: number;
  readonly max_items?: number;
}

function readDeclaration(
  file: ParsedFile,
  name: string,
  raw: RawParam,
  problems: Diagnostic[],
): Declaration | undefined {
  const path = ['params', name];
  const type = readType(raw, path, { file, problems });
  if (type === undefined) return undefined;
  const initial =
    raw.default === undefined
      ? undefined
      : { value: raw.default, origin: 'default', at: () => file.at([...path, 'default']) };
  return { name, type, initial, at: () => file.keyAt(path) };
}

/** The type of a parameter, or of a scalar input of a component; undefined, with the problem reported, when it is wrong. */
export function readType(
  raw: RawParam,
  path: Path,
  { file, problems }: { readonly file: ParsedFile; readonly problems: Diagnostic[] },
): ParamType | undefined {
  const [, shape = 'one', element] = /^(list|map)<(\w+)>$/.exec(raw.type ?? '') ?? [];
  const rules = element === undefined ? raw : (raw.items ?? {});
  const written = element ?? raw.type ?? 'string';
  const scalar = (written === 'enum' ? 'string' : written) as ScalarName;
  const bad = badRules(scalar, rules);
  if (bad !== undefined) {
    const at = file.at([...path, ...(element === undefined ? [] : ['items']), bad.key]);
    problems.push(problem('BAD_PARAM_DECLARATION', at, bad.message, { help: bad.help }));
    return undefined;
  }
  return {
    name: raw.type ?? 'string',
    scalar,
    shape: shape as ParamType['shape'],
    rules: {
      ...(rules.enum === undefined ? {} : { enum: rules.enum }),
      ...(rules.min === undefined ? {} : { min: rules.min }),
      ...(rules.max === undefined ? {} : { max: rules.max }),
      ...(rules.pattern === undefined ? {} : { pattern: wholeText(rules.pattern) }),
    },
    unique: raw.unique === true,
    minItems: raw.min_items ?? 0,
    maxItems: raw.max_items ?? Infinity,
  };
}

function badRules(
  scalar: ScalarName,
  rules: RawParam,
): { key: string; message: string; help: string } | undefined {
  if (contradict(scalar, rules))
    return {
      key: 'max',
      message: `No value is at least ${textOf(rules.min)} and at most ${textOf(rules.max)}.`,
      help: 'Exchange min and max.',
    };
  if (rules.pattern === undefined) return undefined;
  const slow = slowReason(rules.pattern);
  if (slow !== undefined)
    return {
      key: 'pattern',
      message: `Matching the pattern could take forever: ${slow}.`,
      help: 'Write it simpler, or list the values with enum.',
    };
  try {
    wholeText(rules.pattern);
    return undefined;
  } catch {
    return {
      key: 'pattern',
      message: 'The pattern is not a regular expression.',
      help: 'Patterns are JavaScript regular expressions; \\ quotes a special character.',
    };
  }
}

/** The mapping at a place of the file, or an empty one where the file has something else. */
export function mappingAt(value: Json | undefined): { readonly [key: string]: Json } {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as { readonly [key: string]: Json })
    : {};
}
