import { capital, describer, linkTo, table } from './tables.mjs';

/** Headings of the mappings that a file can have besides `with`, by their titles, in the order of the page. */
const order = [
  'a stage',
  'a stage with run',
  'a stage with shell',
  'a stage with steps',
  'iterate',
  'a state variable',
  'a matrix',
  'a gather',
  'a gather of several stages',
  'one of many',
  'a declared input',
  'an output',
  'resources',
  'retry',
  'checkpoint',
  'a variable',
  'defaults',
  'a preset',
];

/** The tables of a file's keys: what is the same in several kinds of stages stands once. */
export function mappings(pipeline, component) {
  const found = collect(pipeline);
  const headingOf = (schema) => {
    const title = titleOf(schema ?? {});
    return title !== undefined && order.includes(title) ? title : undefined;
  };
  const { keyTable, valueOf } = describer(pipeline.definitions, headingOf);
  checkSteps(pipeline.definitions);
  const stage = found.get('a stage').properties;
  const section = (title) => {
    const schema = found.get(title);
    const heading = `### ${capital(title)}\n\n`;
    if (title === 'a declared input') return heading + declaredInput(keyTable(schema));
    if (!/ with (run|shell)$/.test(title)) return heading + keyTable(schema);
    return heading + ownKeys(schema, stage, keyTable);
  };
  const sections = order.map(section);
  sections.splice(
    order.indexOf('iterate'),
    0,
    '### A step\n\nA stage, a stage with run or a stage with shell, without `matrix`: it has the axes of the stage around it.',
  );
  return {
    'keys of the file': keyTable(pipeline),
    'kinds of mappings': sections.join('\n\n'),
    'keys of a component file': componentFile(component, headingOf),
    'types of parameters': parameterTypes(pipeline.definitions.param, valueOf),
  };
}

/** Every mapping by its title. */
function collect(pipeline) {
  const found = new Map();
  const look = (schema) => {
    if (Array.isArray(schema)) return schema.forEach(look);
    if (typeof schema !== 'object' || schema === null) return undefined;
    const title = titleOf(schema);
    // A declared input is open before its type is known.
    const closed = title !== 'a declared input' || schema.additionalProperties === false;
    if (title !== undefined && closed && !found.has(title)) found.set(title, schema);
    return Object.values(schema).forEach(look);
  };
  for (const [name, definition] of Object.entries(pipeline.definitions))
    if (!name.startsWith('with-') && name !== 'param') look(definition);
  look(pipeline.properties);
  const unknown = [...found.keys()].filter((title) => !order.includes(title) && !/^a step\b/.test(title));
  if (unknown.length > 0) throw new Error(`docs/reference.md has no place for ${unknown.join(', ')}`);
  return found;
}

/** Messages call two mappings "an input"; declarations of values stand under parameters. */
function titleOf({ title, properties }) {
  if (typeof title !== 'string' || properties === undefined) return undefined;
  if (/^(a parameter|the elements|the values) /.test(title)) return undefined;
  if (title === 'an input') return properties.from === undefined ? 'a declared input' : 'one of many';
  return title;
}

function declaredInput(keys) {
  return `${keys}\n\nOr a plain value: its declaration is that of [a parameter](#parameters-of-a-pipeline); without a \`default\` it must be given.`;
}

/** The keys that a stage with uses has not, and the names of the others. */
function ownKeys(schema, stage, keyTable) {
  const same = Object.keys(schema.properties).filter((key) => stage[key] !== undefined && key !== 'with');
  const own = Object.entries(schema.properties).filter(([key]) => !same.includes(key));
  const names = same.map((key) => `\`${key}\``).join(', ');
  return `${keyTable({ ...schema, properties: Object.fromEntries(own) })}\n\nAnd ${names}, as [a stage](#a-stage) has them.`;
}

/** That a step is a stage without a matrix is said instead of shown: so it has to be true. */
function checkSteps(definitions) {
  for (const [stage, step] of [
    ['simple', 'step-simple'],
    ['stage-run', 'step-run'],
    ['stage-shell', 'step-shell'],
  ]) {
    const { matrix: _, ...expected } = definitions[stage].properties;
    if (JSON.stringify(expected) !== JSON.stringify(definitions[step].properties))
      throw new Error(`${step} differs from ${stage} in more than its matrix: docs/reference.md must say so`);
  }
}

function componentFile(schema, headingOf) {
  const { keyTable } = describer(schema.definitions, headingOf);
  const { then: run, else: others } = schema.definitions.component;
  const { then: shell, else: simple } = others;
  const programs = [run, shell].map(({ title, properties }) => {
    const keys = Object.keys(properties).map((key) => `\`${key}\``);
    return `${capital(title)} has ${keys.join(', ')}, as ${linkTo(title.replace('component', 'stage'))} has them.`;
  });
  return [keyTable(schema), '### A component', keyTable(simple), ...programs].join('\n\n');
}

function parameterTypes({ allOf }, valueOf) {
  const rows = allOf.map(({ if: condition, then }) => {
    const { type: _, doc: _doc, default: usual, ...rules } = then.properties;
    const names = Object.entries(rules).map(([name, { properties }]) =>
      properties === undefined ? `\`${name}\`` : elementRules(name, properties),
    );
    return [`\`${condition.properties.type.const}\``, valueOf(usual ?? {}), names.filter(Boolean).join(', ')];
  });
  return table(['type', 'values', 'rules, besides `default` and `doc`'], rows);
}

/** Booleans have no rules: `items` has nothing to say of them. */
function elementRules(name, properties) {
  const rules = Object.keys(properties).map((rule) => `\`${rule}\``);
  return rules.length === 0 ? '' : `\`${name}\` (${rules.join(', ')})`;
}
