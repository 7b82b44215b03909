// Writes the generated parts of docs/reference.md from the emitted schemas, between its marks; with --check it only
// compares, and fails when the page is stale.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { format, resolveConfig } from 'prettier';

const root = join(fileURLToPath(new URL('.', import.meta.url)), '..');
const page = join(root, 'docs/reference.md');
const readJson = (file) => JSON.parse(readFileSync(join(root, 'schemas', file), 'utf8'));
const pipeline = readJson('pipeline.schema.json');
const { stages } = readJson('stages.schema.json');

const parts = {
  'keys of the file': keyTable(pipeline),
  'kinds of mappings': mappings(),
  'types of parameters': parameterTypes(),
  'stage types': stages.map(stageType).join('\n'),
};

const before = readFileSync(page, 'utf8');
let after = before;
for (const [name, text] of Object.entries(parts)) {
  const marks = [`<!-- generated: ${name} -->`, `<!-- end of ${name} -->`];
  const [start, end] = marks.map((mark) => after.indexOf(mark));
  if (start < 0 || end < start) throw new Error(`docs/reference.md has no ${marks.join(' ... ')}`);
  after = `${after.slice(0, start)}${marks[0]}\n\n${text}\n\n${after.slice(end)}`;
}
after = await format(after, { ...(await resolveConfig(page)), parser: 'markdown' });
if (!process.argv.includes('--check')) writeFileSync(page, after);
else if (after !== before) {
  console.error('docs/reference.md does not match the schemas: run "npm run reference" and commit it.');
  process.exitCode = 1;
}

/** Every closed mapping that a file can have besides `with`, titled as messages title it. */
function mappings() {
  const found = new Map();
  const look = (schema) => {
    if (Array.isArray(schema)) return schema.forEach(look);
    if (typeof schema !== 'object' || schema === null) return undefined;
    const { title, properties } = schema;
    if (
      typeof title === 'string' &&
      properties !== undefined &&
      !title.startsWith('a parameter') &&
      !found.has(title)
    )
      found.set(title, schema);
    return Object.values(schema).forEach(look);
  };
  for (const [name, definition] of Object.entries(pipeline.definitions))
    if (!name.startsWith('with-') && name !== 'param') look(definition);
  look(pipeline.properties);
  return [...found]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([title, schema]) => `### ${capital(title)}\n\n${keyTable(schema)}`)
    .join('\n\n');
}

function parameterTypes() {
  const rows = pipeline.definitions.param.allOf.map(({ if: condition, then }) => {
    const { type, doc, default: usual, ...rest } = then.properties;
    const names = Object.entries(rest).map(([name, schema]) =>
      schema.properties === undefined ? `\`${name}\`` : `\`${name}\` (${listOfNames(schema.properties)})`,
    );
    return [`\`${condition.properties.type.const}\``, valueOf(usual ?? {}), names.join(', ')];
  });
  return table(['type', 'values', 'rules, besides `default` and `doc`'], rows);
}

function listOfNames(properties) {
  return Object.keys(properties)
    .map((name) => `\`${name}\``)
    .join(', ');
}

function stageType(stage) {
  const lines = [`### ${stage.type}`, '', stage.summary, ''];
  const inputs = Object.entries(stage.inputs).map(([name, input]) => [
    `\`${name}\`${input.optional ? '' : ' (required)'}`,
    [input.type].flat().join(' or ') + (input.gather ? ', gathered' : ''),
    input.doc,
  ]);
  if (inputs.length > 0) lines.push(table(['input', 'type', ''], inputs), '');
  lines.push(parameterTable(stage.params, stage.settings?.of), '');
  for (const [variant, own] of Object.entries(stage.variants?.of ?? {}))
    if (Object.keys(own.properties).length > 0)
      lines.push(`With \`${stage.variants.by}: ${variant}\` also:`, '', parameterTable(own), '');
  const outputs = Object.entries(stage.outputs).map(([name, output]) => [
    `\`${name}\``,
    output.type,
    output.doc + (output.when ? ` Only with \`${output.when.parameter}\` above ${output.when.above}.` : ''),
  ]);
  lines.push(table(['output', 'type', ''], outputs), '');
  const columns = Object.entries(stage.outputs).filter(([, output]) => output.columns !== undefined);
  for (const [name, output] of columns)
    lines.push(
      `Columns of \`${name}\`: ${Object.entries(output.columns)
        .map(([column, type]) => `\`${column}\` (${type})`)
        .join(', ')}.`,
      '',
    );
  return lines.join('\n');
}

function parameterTable({ properties, required = [] }) {
  const rows = Object.entries(properties).map(([name, schema]) => [
    `\`${name}\`${required.includes(name) && schema.default === undefined ? ' (required)' : ''}`,
    valueOf(schema),
    schema.default === undefined ? '' : `\`${JSON.stringify(schema.default)}\``,
    schema.description ?? '',
  ]);
  return rows.length === 0 ? '' : table(['parameter', 'value', 'default', ''], rows);
}

function keyTable({ properties, required = [] }) {
  return table(
    ['key', 'value', ''],
    Object.entries(properties).map(([name, schema]) => [
      `\`${name}\`${required.includes(name) ? ' (required)' : ''}`,
      valueOf(schema),
      descriptionOf(schema),
    ]),
  );
}

function descriptionOf(schema) {
  const { description } = schema;
  return description ?? (schema.$ref === undefined ? '' : (referenced(schema.$ref).description ?? ''));
}

function referenced(reference) {
  return pipeline.definitions[reference.slice('#/definitions/'.length)];
}

/** What a value may be, in a few words. */
function valueOf(schema) {
  if (schema.$ref !== undefined) return referencedValue(schema.$ref);
  if (schema.enum !== undefined) return schema.enum.map((value) => code(value)).join(', ');
  if (schema.const !== undefined) return code(schema.const);
  if (schema.anyOf !== undefined) return [...new Set(schema.anyOf.map(valueOf))].filter(Boolean).join(' or ');
  if (schema.allOf !== undefined && schema.type === undefined) return valueOf(schema.allOf[0]);
  const types = [schema.type ?? []].flat();
  return types.map((type) => typed(type, schema)).join(' or ');
}

function code(value) {
  return `\`${typeof value === 'string' ? value : JSON.stringify(value)}\``;
}

function referencedValue(reference) {
  const name = reference.slice('#/definitions/'.length);
  const known = {
    expression: 'an expression',
    identifier: 'a name',
    edge: 'a reference',
    param: '[a declaration](#parameters-of-a-pipeline)',
    stage: '[a stage](#a-stage)',
    step: '[a step](#a-step)',
  };
  return (
    known[name] ?? (referenced(reference).title !== undefined ? linkTo(referenced(reference).title) : name)
  );
}

function linkTo(title) {
  return `[${title}](#${title
    .toLowerCase()
    .replaceAll(' ', '-')
    .replace(/[^\w-]/g, '')})`;
}

function typed(type, schema) {
  switch (type) {
    case 'integer':
    case 'number':
      return (type === 'integer' ? 'a whole number' : 'a number') + bounds(schema);
    case 'string':
      return schema.patternHint ?? 'a text';
    case 'boolean':
      return '`true` or `false`';
    case 'array':
      return `a list${schema.items === undefined || Array.isArray(schema.items) ? '' : ` of ${valueOf(schema.items)}`}`;
    case 'object': {
      if (schema.properties !== undefined && typeof schema.title === 'string') return linkTo(schema.title);
      const member =
        typeof schema.additionalProperties === 'object' ? valueOf(schema.additionalProperties) : '';
      return member === '' ? 'a mapping' : `names, each with ${member}`;
    }
    default:
      return 'nothing';
  }
}

function bounds({ minimum, maximum, exclusiveMinimum, exclusiveMaximum }) {
  const low =
    minimum !== undefined ? `≥ ${minimum}` : exclusiveMinimum !== undefined ? `> ${exclusiveMinimum}` : '';
  const huge = maximum === Number.MAX_SAFE_INTEGER;
  const high =
    maximum !== undefined
      ? `≤ ${huge ? '2⁵³ − 1' : maximum}`
      : exclusiveMaximum !== undefined
        ? `< ${exclusiveMaximum}`
        : '';
  const all = [low, high].filter(Boolean).join(', ');
  return all === '' ? '' : ` ${all}`;
}

function table(heads, rows) {
  const line = (cells) => `| ${cells.map((cell) => plain(cell)).join(' | ')} |`;
  return [line(heads), line(heads.map(() => '---')), ...rows.map(line)].join('\n');
}

/** Text in a cell: bars, line ends and what Markdown would take for HTML, outside code. */
function plain(cell) {
  return cell
    .replaceAll('|', '\\|')
    .replaceAll('\n', ' ')
    .replace(/(`[^`]*`)|</g, (_, code) => code ?? '\\<');
}

function capital(text) {
  return text.slice(0, 1).toUpperCase() + text.slice(1);
}
