import type { Json } from '../base/json.js';
import type { Checker, LocatedFault } from './checkers.js';
import { quantity, type ParamType } from './param-types.js';
import { bytesHint, bytesPattern, durationHint, durationPattern } from './quantities.js';
import type { Schema } from './schema-words.js';

/** What a mapping may have: values of declared types, and members that are checked otherwise. */
export interface Declared {
  /** The closed mapping, for what is said of it. */
  readonly schema: () => Schema;
  readonly required: readonly string[];
  readonly values: ReadonlyMap<string, ParamType>;
  readonly others?: ReadonlyMap<string, Checker>;
  /** Whether an expression may stand for a value or an element. */
  readonly expressions?: boolean;
}

type Finding = Pick<LocatedFault, 'keyword' | 'params'>;
type Found = (at: { path: string; schema: Schema; data: Json }, findings: readonly Finding[]) => void;

/**
 * The checker of a program's or a component's own declarations. It finds what ajv finds with the schemas of these
 * types, which every command would have to load and compile first.
 */
export function declaredChecker(declared: Declared): Checker {
  const { schema, required, values, others, expressions = false } = declared;
  return (value) => {
    const faults: LocatedFault[] = [];
    const found: Found = ({ path, schema: parentSchema, data }, findings) => {
      for (const finding of findings)
        faults.push({ ...finding, instancePath: path, schemaPath: '', parentSchema, data });
    };
    const mapping = value as { readonly [key: string]: Json };
    const missing = required.filter((name) => !Object.hasOwn(mapping, name));
    const strays = Object.keys(mapping).filter((name) => !values.has(name) && others?.has(name) !== true);
    if (missing.length + strays.length > 0)
      found({ path: '', schema: schema(), data: value }, [
        ...missing.map((name) => ({ keyword: 'required', params: { missingProperty: name } })),
        ...strays.map((name) => ({ keyword: 'additionalProperties', params: { additionalProperty: name } })),
      ]);
    for (const [name, member] of Object.entries(mapping)) {
      const type = values.get(name);
      if (type !== undefined) checkValue(type, { value: member, path: `/${name}`, expressions }, found);
      for (const fault of others?.get(name)?.(member) ?? [])
        faults.push({ ...fault, instancePath: `/${name}${fault.instancePath}` });
    }
    return faults;
  };
}

function checkValue(
  type: ParamType,
  { value, path, expressions }: { value: Json; path: string; expressions: boolean },
  found: Found,
): void {
  if (expressions && typeof value === 'string' && value.includes('${')) return;
  const schema = valueSchema(type);
  if (type.shape === 'one') {
    found({ path, schema, data: value }, scalarFindings(type, schema, value));
    return;
  }
  const members = type.shape === 'list' ? (Array.isArray(value) ? value : undefined) : mappingOf(value);
  if (members === undefined) {
    found({ path, schema, data: value }, [{ keyword: 'type', params: { type: schema.type } }]);
    return;
  }
  const one = scalarSchema(type);
  for (const [step, member] of Object.entries(members) as [string, Json][])
    checkValue(
      { ...type, shape: 'one' },
      { value: member, path: `${path}/${step.replaceAll('~', '~0').replaceAll('/', '~1')}`, expressions },
      found,
    );
  const equals = type.unique && Array.isArray(value) ? value.filter((v: Json) => isOfType(v, one.type)) : [];
  if (new Set(equals).size < equals.length)
    found({ path, schema, data: value }, [{ keyword: 'uniqueItems', params: {} }]);
}

function scalarFindings({ scalar, rules }: ParamType, schema: Schema, value: Json): Finding[] {
  const findings: Finding[] = [];
  const add = (keyword: string, params: Finding['params']) => findings.push({ keyword, params });
  if (!isOfType(value, schema.type)) add('type', { type: schema.type });
  if (rules.enum?.includes(value) === false) add('enum', { allowedValues: rules.enum });
  if (findings.length > 0) return findings;
  if (typeof schema.pattern === 'string' && !new RegExp(schema.pattern, 'u').test(value as string))
    return [{ keyword: 'pattern', params: { pattern: schema.pattern } }];
  const size = quantity(scalar, value) ?? 0;
  const bound = (limit: Json | undefined, otherwise: number) => quantity(scalar, limit) ?? otherwise;
  if (size < bound(rules.min, -Infinity)) add('minimum', { limit: rules.min });
  if (size > bound(rules.max, Infinity)) add('maximum', { limit: rules.max });
  return findings;
}

/** The JSON Schema of a value, as stage types declare theirs. */
export function valueSchema(type: ParamType): Schema {
  const one = scalarSchema(type);
  if (type.shape === 'map') return { type: 'object', additionalProperties: one };
  if (type.shape === 'one') return one;
  return { type: 'array', items: one, ...(type.unique ? { uniqueItems: true } : {}) };
}

function scalarSchema({ scalar, rules }: ParamType): Schema {
  if (scalar === 'duration') return { type: 'string', pattern: durationPattern, patternHint: durationHint };
  if (scalar === 'bytes') return { type: 'string', pattern: bytesPattern, patternHint: bytesHint };
  const names = { int: 'integer', double: 'number', bool: 'boolean', string: 'string' } as const;
  return {
    type: names[scalar],
    ...(rules.enum === undefined ? {} : { enum: rules.enum }),
    ...(rules.min === undefined ? {} : { minimum: rules.min }),
    ...(rules.max === undefined ? {} : { maximum: rules.max }),
    ...(rules.pattern === undefined ? {} : { pattern: rules.pattern.source }),
  };
}

function isOfType(value: Json, type: Json | undefined): boolean {
  return type === 'integer' ? Number.isInteger(value) : typeof value === type;
}

function mappingOf(value: Json): object | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? value : undefined;
}
