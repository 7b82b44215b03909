import { canonicalJson, type Json } from '../base/json.js';
import type { Check, Compiling, Fault } from './json-schema.js';

type Schema = { readonly [key: string]: Json };
type Keyword = (of: Compiling) => Check;

/** Every keyword that a schema may have; others are refused, so that none is ignored in silence. */
export const keywords: Readonly<Record<string, Keyword | 'annotation'>> = {
  ...Object.fromEntries(
    [
      ...['$schema', '$id', '$comment', 'title', 'description', 'default', 'examples', 'definitions'],
      // Read together with `if`.
      ...['then', 'else'],
      ...['enumDescriptions', 'markdownDescription', 'defaultSnippets', 'patternHint'],
    ].map((name) => [name, 'annotation' as const]),
  ),
  $ref: (of) => of.reference(of.schema['$ref'] as string),
  type: (of) => {
    const wanted = of.schema['type'] as string | readonly string[];
    const types = typeof wanted === 'string' ? [wanted] : wanted;
    return (value, path, faults) => {
      if (!types.some((type) => isOfType(value, type)))
        report(of, { value, path, params: { type: wanted } }, faults);
    };
  },
  enum: (of) => {
    const allowed = of.schema['enum'] as readonly Json[];
    return (value, path, faults) => {
      if (!allowed.some((one) => same(one, value)))
        report(of, { value, path, params: { allowedValues: allowed } }, faults);
    };
  },
  const: (of) => {
    const allowed = of.schema['const'] ?? null;
    return (value, path, faults) => {
      if (!same(allowed, value)) report(of, { value, path, params: { allowedValue: allowed } }, faults);
    };
  },
  minimum: limit((value, bound) => value >= bound),
  maximum: limit((value, bound) => value <= bound),
  exclusiveMinimum: limit((value, bound) => value > bound),
  exclusiveMaximum: limit((value, bound) => value < bound),
  multipleOf: (of) => {
    const multipleOf = of.schema['multipleOf'] as number;
    return (value, path, faults) => {
      if (typeof value === 'number' && !Number.isInteger(value / multipleOf))
        report(of, { value, path, params: { multipleOf } }, faults);
    };
  },
  minLength: size(textLength, (length, bound) => length >= bound),
  maxLength: size(textLength, (length, bound) => length <= bound),
  minItems: size(listLength, (length, bound) => length >= bound),
  maxItems: size(listLength, (length, bound) => length <= bound),
  minProperties: size(mappingSize, (length, bound) => length >= bound),
  maxProperties: size(mappingSize, (length, bound) => length <= bound),
  pattern: (of) => {
    const pattern = new RegExp(of.schema['pattern'] as string, 'u');
    return (value, path, faults) => {
      if (typeof value === 'string' && !pattern.test(value))
        report(of, { value, path, params: { pattern: of.schema['pattern'] } }, faults);
    };
  },
  uniqueItems: (of) => (value, path, faults) => {
    if (of.schema['uniqueItems'] !== true || !Array.isArray(value)) return;
    const texts = (value as readonly Json[]).map(canonicalJson);
    if (new Set(texts).size < texts.length) report(of, { value, path }, faults);
  },
  items: (of) => {
    const items = of.schema['items'] ?? true;
    const each = Array.isArray(items)
      ? (items as readonly Json[]).map((item, i) => of.below(item, `${of.at}/items/${i}`))
      : of.below(items, `${of.at}/items`);
    return (value, path, faults) => {
      if (!Array.isArray(value)) return;
      (value as readonly Json[]).forEach((item, i) => {
        const check = Array.isArray(each) ? (each as readonly Check[])[i] : each;
        check?.(item, `${path}/${i}`, faults);
      });
    };
  },
  required: (of) => {
    const names = of.schema['required'] as readonly string[];
    return (value, path, faults) => {
      if (!isMapping(value)) return;
      for (const name of names)
        if (!Object.hasOwn(value, name))
          report(of, { value, path, params: { missingProperty: name } }, faults);
    };
  },
  properties: (of) => {
    const schemas = of.schema['properties'] as Schema;
    const members = new Map(
      Object.entries(schemas).map(([name, schema]) => {
        const step = `/${pointer(name)}`;
        return [name, { step, check: of.below(schema, `${of.at}/properties${step}`) }];
      }),
    );
    return (value, path, faults) => {
      if (!isMapping(value)) return;
      for (const name of Object.keys(value)) {
        const member = members.get(name);
        member?.check(value[name] ?? null, path + member.step, faults);
      }
    };
  },
  additionalProperties: (of) => {
    const schema = of.schema['additionalProperties'] ?? true;
    const check = schema === false ? undefined : of.below(schema, `${of.at}/additionalProperties`);
    const known = new Set(Object.keys((of.schema['properties'] ?? {}) as Schema));
    return (value, path, faults) => {
      if (!isMapping(value)) return;
      for (const [name, member] of Object.entries(value)) {
        if (known.has(name)) continue;
        if (check !== undefined) check(member, `${path}/${pointer(name)}`, faults);
        else report(of, { value, path, params: { additionalProperty: name } }, faults);
      }
    };
  },
  propertyNames: (of) => {
    const check = of.below(of.schema['propertyNames'] ?? true, `${of.at}/propertyNames`);
    return (value, path, faults) => {
      if (!isMapping(value)) return;
      for (const name of Object.keys(value)) {
        const found: Fault[] = [];
        check(name, path, found);
        if (found.length === 0) continue;
        faults.push(...found.map((fault) => ({ ...fault, propertyName: name })));
        report(of, { value, path, params: { propertyName: name } }, faults);
      }
    };
  },
  allOf: (of) => {
    const checks = alternatives(of);
    return (value, path, faults) => {
      for (const check of checks) check(value, path, faults);
    };
  },
  anyOf: (of) => {
    const checks = alternatives(of);
    return (value, path, faults) => {
      const before = faults.length;
      for (const check of checks) {
        const mark = faults.length;
        check(value, path, faults);
        if (faults.length > mark) continue;
        faults.length = before;
        return;
      }
      report(of, { value, path }, faults);
    };
  },
  not: (of) => {
    const check = of.below(of.schema['not'] ?? true, `${of.at}/not`);
    return (value, path, faults) => {
      if (holds(check, value)) report(of, { value, path }, faults);
    };
  },
  if: (of) => {
    const condition = of.below(of.schema['if'] ?? true, `${of.at}/if`);
    const [yes, no] = (['then', 'else'] as const).map((branch) => {
      const schema = of.schema[branch];
      return schema === undefined ? undefined : of.below(schema, `${of.at}/${branch}`);
    });
    return (value, path, faults) => {
      const before = faults.length;
      const met = holds(condition, value);
      (met ? yes : no)?.(value, path, faults);
      if (faults.length > before)
        report(of, { value, path, params: { failingKeyword: met ? 'then' : 'else' } }, faults);
    };
  },
};

interface Found {
  readonly value: Json;
  readonly path: string;
  readonly params?: Readonly<Record<string, unknown>>;
}

function report(
  { schema, keyword, at }: Compiling,
  { value, path, params = {} }: Found,
  faults: Fault[],
): void {
  const schemaPath = `${at}/${keyword}`;
  faults.push({ instancePath: path, schemaPath, keyword, params, parentSchema: schema, data: value });
}

function limit(fits: (value: number, bound: number) => boolean): Keyword {
  return (of) => {
    const bound = of.schema[of.keyword] as number;
    return (value, path, faults) => {
      if (typeof value === 'number' && !fits(value, bound))
        report(of, { value, path, params: { limit: bound } }, faults);
    };
  };
}

/** @param measure undefined for values that the keyword does not speak of. */
function size(
  measure: (value: Json) => number | undefined,
  fits: (length: number, bound: number) => boolean,
): Keyword {
  return (of) => {
    const bound = of.schema[of.keyword] as number;
    return (value, path, faults) => {
      const length = measure(value);
      if (length !== undefined && !fits(length, bound))
        report(of, { value, path, params: { limit: bound } }, faults);
    };
  };
}

/** In code points. */
function textLength(value: Json): number | undefined {
  return typeof value === 'string' ? [...value].length : undefined;
}

function listLength(value: Json): number | undefined {
  return Array.isArray(value) ? value.length : undefined;
}

function mappingSize(value: Json): number | undefined {
  return isMapping(value) ? Object.keys(value).length : undefined;
}

function alternatives(of: Compiling): Check[] {
  return (of.schema[of.keyword] as readonly Json[]).map((schema, i) =>
    of.below(schema, `${of.at}/${of.keyword}/${i}`),
  );
}

function holds(check: Check, value: Json): boolean {
  const faults: Fault[] = [];
  check(value, '', faults);
  return faults.length === 0;
}

function isOfType(value: Json, type: string): boolean {
  switch (type) {
    case 'integer':
      return Number.isInteger(value);
    case 'number':
      return typeof value === 'number' && Number.isFinite(value);
    case 'array':
      return Array.isArray(value);
    case 'object':
      return isMapping(value);
    case 'null':
      return value === null;
    default:
      return typeof value === type;
  }
}

function isMapping(value: Json): value is Schema {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function same(a: Json, b: Json): boolean {
  if (a === b) return true;
  return typeof a === 'object' && typeof b === 'object' && canonicalJson(a) === canonicalJson(b);
}

function pointer(name: string): string {
  return name.replaceAll('~', '~0').replaceAll('/', '~1');
}
