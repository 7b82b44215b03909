import { code, describer, table } from './tables.mjs';

const { valueOf } = describer({}, () => undefined);

/** One chapter a stage type: inputs, parameters, named settings, outputs and their columns. */
export function stageType(stage) {
  const parts = [`### ${stage.type}`, stage.summary, facts(stage), inputs(stage)];
  parts.push(parameters(stage.params), named(stage, '*'));
  for (const [variant, own] of Object.entries(stage.variants?.of ?? {})) {
    const more = [parameters(own), named(stage, variant)].filter(Boolean);
    if (more.length > 0) parts.push(`With \`${stage.variants.by}: ${variant}\` also:`, ...more);
  }
  parts.push(outputs(stage));
  return parts.filter(Boolean).join('\n\n');
}

const bytes = {
  portable: 'Its bytes are the same on every machine.',
  node: "Its bytes may depend on Node's major version and the processor's architecture, which then are in the key.",
  gradient:
    "Its bytes may depend on what computes gradients, on Node's major version and on the processor's architecture, which then are in the key.",
};

function facts({ version, runtime, threads }) {
  const where =
    typeof runtime === 'string'
      ? bytes[runtime]
      : `${bytes[runtime.otherwise]} ${Object.entries(runtime.of)
          .map(([value]) => code(value))
          .join(', ')} as \`${runtime.by}\`: ${lowered(bytes[Object.values(runtime.of)[0]])}`;
  return `Version ${version}. ${where}${threads ? ' It can use several threads.' : ''}`;
}

const lowered = (text) => text.slice(0, 1).toLowerCase() + text.slice(1);

function inputs(stage) {
  const rows = Object.entries(stage.inputs).map(([name, input]) => [
    `\`${name}\`${input.optional ? '' : ' (required)'}`,
    [input.type].flat().join(' or ') + (input.gather ? ', gathered' : ''),
    input.doc + columnsNeeded(input.columns),
  ]);
  return rows.length === 0 ? '' : table(['input', 'type', ''], rows);
}

function columnsNeeded(columns) {
  return columns === undefined ? '' : ` It needs the columns ${columnList(columns)}.`;
}

const columnList = (columns) =>
  Object.entries(columns)
    .map(([column, type]) => `\`${column}\` (${type})`)
    .join(', ');

function parameters({ properties, required = [] }) {
  const rows = Object.entries(properties).map(([name, schema]) => [
    `\`${name}\`${required.includes(name) && schema.default === undefined ? ' (required)' : ''}`,
    valueOf(schema),
    schema.default === undefined ? '' : `\`${JSON.stringify(schema.default)}\``,
    schema.description ?? '',
  ]);
  if (rows.length === 0) return '';
  const elements = Object.entries(properties)
    .filter(([, { items }]) => items?.properties !== undefined)
    .map(([name, { items }]) => `Each element of \`${name}\`:\n\n${parameters(items)}`);
  return [table(['parameter', 'value', 'default', ''], rows), ...elements].join('\n\n');
}

/** What the named settings give instead of the defaults, those that give the same in one row. */
function named({ settings }, variant) {
  const rows = new Map();
  for (const [name, of] of Object.entries(settings?.of ?? {})) {
    const values = JSON.stringify(of[variant] ?? {});
    rows.set(values, [...(rows.get(values) ?? []), name]);
  }
  rows.delete('{}');
  if (rows.size === 0) return '';
  const given = [...rows].map(([values, names]) => [JSON.parse(values), names]);
  const columns = [...new Set(given.flatMap(([values]) => Object.keys(values)))];
  return table(
    [`\`${settings.by}\``, ...columns.map((column) => `\`${column}\``)],
    given.map(([values, names]) => [
      names.map((name) => code(name)).join(', '),
      ...columns.map((column) => (values[column] === undefined ? '' : JSON.stringify(values[column]))),
    ]),
  );
}

/** What a table may have besides, in words. */
function furtherColumns(rules = []) {
  if (rules.length === 0) return '';
  return ` And, where it has them: ${rules.map(furtherColumn).join('; ')}.`;
}

function furtherColumn({ names, parameter, without, coordinatesOf, prefixes }) {
  if (names !== undefined) return names.map(code).join(', ');
  if (parameter !== undefined)
    return `those that \`${parameter}\` names${without === undefined ? '' : ` but for \`${without}\``}`;
  const before = prefixes.filter((prefix) => prefix !== '').map(code);
  return `the coordinates of \`${coordinatesOf}\`${before.length === 0 ? '' : ` with ${before.join(' and ')} before them`}`;
}

function outputs(stage) {
  const rows = Object.entries(stage.outputs).map(([name, output]) => [
    `\`${name}\``,
    output.type,
    output.doc + (output.when ? ` Only with \`${output.when.parameter}\` above ${output.when.above}.` : ''),
  ]);
  const columns = Object.entries(stage.outputs)
    .filter(([, output]) => output.columns !== undefined)
    .map(
      ([name, output]) =>
        `Columns of \`${name}\`: ${columnList(output.columns)}.${furtherColumns(output.furtherColumns)}`,
    );
  return [table(['output', 'type', ''], rows), ...columns].join('\n\n');
}
