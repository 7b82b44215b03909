import type { Json } from '../base/json.js';
import type { Schema } from './schema-words.js';

/** Names of properties, and what rules depend on: texts, and expressions under a key. */
export interface Vocabulary {
  readonly keys: ReadonlySet<string>;
  readonly texts: ReadonlySet<string>;
}

/** Every property name of a schema, and every condition of a rule. */
export function vocabularyOf(schema: Schema): Vocabulary {
  const keys = new Set<string>();
  const texts = new Set<string>();
  visit(schema, (node) => {
    for (const key of Object.keys(objectAt(node.properties))) keys.add(key);
    const word = conditionOf(node);
    if (word !== undefined) texts.add(word);
  });
  return { keys, texts };
}

/** What a file has in common with a vocabulary. */
export function wordsOf(value: Json, vocabulary: Vocabulary): Vocabulary {
  const keys = new Set<string>();
  const texts = new Set<string>();
  const look = (at: Json): void => {
    if (typeof at === 'string') {
      if (vocabulary.texts.has(at)) texts.add(at);
    } else if (Array.isArray(at)) (at as Json[]).forEach(look);
    else
      for (const [key, member] of Object.entries(objectAt(at))) {
        if (vocabulary.keys.has(key)) keys.add(key);
        const expression = expressionUnder(key);
        if (typeof member === 'string' && member.includes('${') && vocabulary.texts.has(expression))
          texts.add(expression);
        look(member);
      }
  };
  look(value);
  return { keys, texts };
}

/**
 * The schema without what cannot apply to a file of these words: properties that the file nowhere has keep their name
 * only, and rules for values that it nowhere has are dropped. For that file it says the same as the whole.
 */
export function withoutUnused(schema: Schema, words: Vocabulary): Schema {
  return reduce(schema, words) as Schema;
}

function reduce(value: Json, words: Vocabulary): Json {
  if (Array.isArray(value)) return (value as Json[]).map((item) => reduce(item, words));
  if (typeof value !== 'object' || value === null) return value;
  const reduced: Record<string, Json> = {};
  for (const [key, member] of Object.entries(value as Schema)) {
    if (key === 'properties') reduced.properties = reduceProperties(objectAt(member), words);
    else if (key === 'allOf')
      reduced.allOf = (member as Json[])
        .filter((rule) => applies(objectAt(rule), words))
        .map((rule) => reduce(rule, words));
    else if (key !== 'enum' && key !== 'default' && key !== 'const') reduced[key] = reduce(member, words);
    else reduced[key] = member;
  }
  return reduced;
}

function reduceProperties(properties: Schema, words: Vocabulary): Schema {
  return Object.fromEntries(
    Object.entries(properties).map(([name, property]) => [
      name,
      words.keys.has(name) ? reduce(property, words) : { description: objectAt(property).description ?? '' },
    ]),
  );
}

function applies(rule: Schema, words: Vocabulary): boolean {
  const word = conditionOf(rule);
  return word === undefined || words.texts.has(word);
}

/** What a file must hold for a rule to apply: a text, or an expression under a key. Undefined where it needs neither. */
function conditionOf(rule: Schema): string | undefined {
  const condition = objectAt(rule.if);
  const [property] = Object.entries(objectAt(condition.properties));
  if (condition.required === undefined || property === undefined) return undefined;
  const [name, wanted] = [property[0], objectAt(property[1])];
  if (wanted.$ref === '#/definitions/expression') return expressionUnder(name);
  return typeof wanted.const === 'string' ? wanted.const : undefined;
}

function expressionUnder(key: string): string {
  return `${key}: ${'${'}`;
}

function visit(value: Json, look: (node: Schema) => void): void {
  if (Array.isArray(value)) for (const item of value as Json[]) visit(item, look);
  else if (typeof value === 'object' && value !== null) {
    look(value as Schema);
    for (const member of Object.values(value as Schema)) visit(member, look);
  }
}

function objectAt(value: Json | undefined): Schema {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Schema) : {};
}
