import type { Json } from '../base/json.js';
import { problem, type Diagnostic } from './diagnostic.js';
import { valueAt } from './explain-schema.js';
import { refNode, type BoundInput, type BoundParam, type Definition } from './model.js';
import { nearest } from './near.js';
import { mappingAt } from './params.js';
import type { ParsedFile } from './parse.js';
import { ownEntry } from './signatures.js';
import type { ColumnType } from './stage.js';
import { listed, show } from './terminal-text.js';

/**
 * The columns that an input needs must be among those of its source, or among the coordinates that a gather adds, with
 * their types. Nothing is said of a source whose columns are not declared.
 *
 * @param loops names of axes that count the passes of some loop: gathered, they add `level`.
 */
export function checkColumns(
  definition: Definition,
  input: BoundInput,
  { loops, problems }: { readonly loops: ReadonlySet<string>; readonly problems: Diagnostic[] },
): void {
  const { signature, written } = input;
  const own = declaredColumns(input);
  if (own === undefined || signature.columns === undefined) return;
  const columns = { ...own, ...coordinates(input, loops) };
  const wrong = Object.entries(signature.columns).flatMap(([name, wanted]) => {
    const has = ownEntry(columns, name);
    if (has === wanted || (wanted === 'double' && has === 'int')) return [];
    return [has === undefined ? `${name} (${wanted})` : `${name} as ${wanted} (it is ${has})`];
  });
  if (wrong.length === 0) return;
  const message = `${definition.name} needs ${wrong.length === 1 ? 'a column' : 'columns'} that ${written} does not have: ${listed(wrong)}.`;
  const help = `Its columns are ${listed(Object.keys(columns), 40)}.`;
  problems.push(problem('MISSING_COLUMN', input.at(), message, { help }));
}

/**
 * The columns that parameters name (`y: test_accuracy`) must be among those of the table they are about. Said of values
 * that are written out only, and of no table that has a source whose columns are not declared.
 */
export function checkNamedColumns(
  definition: Definition,
  so: { readonly loops: ReadonlySet<string>; readonly file: ParsedFile; readonly problems: Diagnostic[] },
): void {
  const rule = definition.signature?.columnNames;
  if (rule === undefined || definition.implementation?.component !== undefined) return;
  const inputs = definition.inputs.filter(({ name }) => name === rule.input);
  // A source that was not understood has columns too.
  if (inputs.length < sourcesWritten(valueAt(so.file, [...definition.path, 'with', rule.input]))) return;
  const tables = inputs.map((input) => columnsOf(input, so.loops));
  if (tables.length === 0 || tables.some((table) => table === undefined)) return;
  const every = new Set(tables.flatMap((table) => [...(table ?? [])]));
  const constant = definition.params.filter(({ template }) => template.kind === 'constant');
  for (const param of constant) {
    const named = namesIn(param.template.kind === 'constant' ? param.template.value : null);
    const wrong = rule.all.includes(param.name) ? named.filter((name) => !every.has(name)) : [];
    const none =
      rule.oneOf?.includes(param.name) === true &&
      named.length > 0 &&
      tables.some((table) => !named.some((name) => table?.has(name)));
    for (const name of none ? named.slice(0, 1) : wrong)
      so.problems.push(noSuchColumn(definition, { param, name, columns: [...every] }, so.file));
  }
}

function noSuchColumn(
  { name: owner }: Definition,
  { param, name, columns }: { readonly param: BoundParam; readonly name: string; readonly columns: string[] },
  file: ParsedFile,
): Diagnostic {
  const message = `"${param.name}" of ${owner} names the column ${show(name)}, which its table does not have.`;
  return problem('UNKNOWN_COLUMN', file.at(param.path), message, {
    help: `Its columns are ${listed(columns, 40)}.`,
    suggestion: nearest(name, columns),
  });
}

/** A text, the texts of a list, or the keys of a mapping; an empty text names nothing. */
function namesIn(value: Json): string[] {
  if (typeof value === 'string') return value === '' ? [] : [value];
  if (Array.isArray(value)) return (value as readonly Json[]).filter((item) => typeof item === 'string');
  return Object.keys(mappingAt(value));
}

function sourcesWritten(value: Json | undefined): number {
  const { from } = mappingAt(value);
  return typeof from === 'object' ? Object.keys(mappingAt(from)).length : 1;
}

/** Undefined where they are not declared, or their coordinates are not known. */
function columnsOf(input: BoundInput, loops: ReadonlySet<string>): ReadonlySet<string> | undefined {
  const own = declaredColumns(input);
  if (own === undefined || !refNode(input.ref).axesKnown) return undefined;
  const part = input.part === undefined ? [] : [input.part.axis];
  return new Set([...part, ...Object.keys(coordinates(input, loops)), ...Object.keys(own)]);
}

function declaredColumns({ ref }: BoundInput): Readonly<Record<string, ColumnType>> | undefined {
  return ref.kind === 'output' ? ref.definition.signature?.outputs[ref.output]?.columns : undefined;
}

function coordinates(
  { ref, over = [] }: BoundInput,
  loops: ReadonlySet<string>,
): Readonly<Record<string, ColumnType>> {
  const gathered = refNode(ref).axes.filter((axis) => over.includes(axis.name));
  const added = Object.fromEntries(gathered.map((axis) => [axis.name, axis.type]));
  const counts = gathered.some((axis) => axis.type === 'int' && loops.has(axis.name));
  return counts ? { ...added, level: 'int' } : added;
}
