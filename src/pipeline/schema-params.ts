import type { Json } from '../base/json.js';
import { byteSize, closed, duration, oneOfWords, text, type Schema } from './schema-words.js';

const scalarTypes = ['int', 'double', 'bool', 'string', 'enum', 'duration', 'bytes'] as const;
type ScalarType = (typeof scalarTypes)[number];
const elementTypes = ['int', 'double', 'bool', 'string', 'duration', 'bytes'] as const;

/** A declaration under `params:`; which constraints it may have depends on its type. */
export function paramSchema(): Schema {
  const { types, rules } = declarationRules();
  return {
    title: 'a parameter declaration',
    type: 'object',
    required: ['type'],
    properties: { type: oneOfWords(types, 'Type of the value.'), doc: text('What it is, and its unit.') },
    allOf: rules,
  };
}

/** The types of plain values, and what a declaration of each may have beside its type. */
export function declarationRules(): { readonly types: readonly string[]; readonly rules: readonly Schema[] } {
  return {
    types: [
      ...scalarTypes,
      ...elementTypes.map((e) => `list<${e}>`),
      ...elementTypes.map((e) => `map<${e}>`),
    ],
    rules: [...scalarTypes.map(scalarRule), ...elementTypes.map(listRule), ...elementTypes.map(mapRule)],
  };
}

function scalarRule(type: ScalarType): Schema {
  const keys = { ...commonKeys(type, valueSchema(type)), ...constraints(type) };
  return rule(
    type,
    closed(`a parameter of type ${type}`, keys, type === 'enum' ? ['type', 'enum'] : ['type']),
  );
}

function listRule(element: ScalarType): Schema {
  const type = `list<${element}>`;
  const keys = {
    ...commonKeys(type, { type: 'array', items: valueSchema(element) }),
    items: closed(`the elements of a ${type}`, constraints(element)),
    unique: { type: 'boolean', description: 'Whether every element must differ from the others.' },
    min_items: { type: 'integer', minimum: 0, description: 'Least number of elements.' },
    max_items: { type: 'integer', minimum: 0, description: 'Largest number of elements.' },
  };
  return rule(type, closed(`a parameter of type ${type}`, keys, ['type']));
}

function mapRule(member: ScalarType): Schema {
  const type = `map<${member}>`;
  const keys = {
    ...commonKeys(type, { type: 'object', additionalProperties: valueSchema(member) }),
    items: closed(`the values of a ${type}`, constraints(member)),
  };
  return rule(type, closed(`a parameter of type ${type}`, keys, ['type']));
}

function rule(type: string, then: Schema): Schema {
  return { if: { properties: { type: { const: type } }, required: ['type'] }, then };
}

function commonKeys(type: string, value: Schema): Record<string, Schema> {
  return {
    type: { const: type },
    default: { ...value, description: 'Value when neither a preset nor -P gives one.' },
    doc: text('What it is, and its unit.'),
  };
}

function constraints(type: ScalarType): Record<string, Schema> {
  const value = valueSchema(type);
  const bounds = {
    min: { ...value, description: 'Least value.' },
    max: { ...value, description: 'Largest value.' },
  };
  const choice = {
    enum: {
      type: 'array',
      items: value,
      minItems: 1,
      uniqueItems: true,
      description: 'All values it may have.',
    },
  };
  if (type === 'bool') return {};
  if (type === 'enum') return choice;
  if (type === 'duration' || type === 'bytes') return bounds;
  if (type === 'string')
    return { ...choice, pattern: text('Regular expression that the whole text must match.') };
  return { ...choice, ...bounds };
}

function valueSchema(type: ScalarType): Schema {
  if (type === 'duration') return duration;
  if (type === 'bytes') return byteSize;
  const names: Record<Exclude<ScalarType, 'duration' | 'bytes'>, Json> = {
    int: 'integer',
    double: 'number',
    bool: 'boolean',
    string: 'string',
    enum: 'string',
  };
  return { type: names[type] };
}
