import { problem, type Diagnostic, type RelatedPlace } from './diagnostic.js';
import { valueAt } from './explain-schema.js';
import { namesIn } from './further-columns.js';
import { isComputed, knownValues } from './known-values.js';
import type { BoundInput, Definition } from './model.js';
import { nearest } from './near.js';
import { placeOfName } from './places-of-names.js';
import { ownEntry } from './signatures.js';
import type { StageSignature } from './stage.js';
import { parameterOf, sourcesOf, tablesOf, type ColumnContext, type Table } from './table-columns.js';
import { listed, show } from './terminal-text.js';

/** Something that is wrong with columns. */
interface Finding {
  readonly diagnostic: Diagnostic;
  /** The columns that are not there. */
  readonly names: readonly string[];
  /** The parameter that is wrong, as `parameterOf` names it. */
  readonly parameter?: string;
  /** Parameters that decide about the columns. */
  readonly follows: readonly string[];
}

/**
 * Columns that inputs need, and those that parameters name, must be among those of the tables, with the coordinates that
 * gathers add. Looked at once a definition. Nothing is said of tables whose columns are not declared, of values that are
 * not known yet, and of what follows from a name that is wrong itself. Returns the parameters of which something wrong
 * was told, those of `told` included, as `parameterOf` names them.
 */
export function checkColumns(
  definitions: readonly Definition[],
  context: ColumnContext & { readonly told: ReadonlySet<string> },
  problems: Diagnostic[],
): ReadonlySet<string> {
  const found = definitions.flatMap((definition) => {
    const missing = definition.inputs.flatMap((input) => missingColumns(definition, input, context));
    const told = missing.flatMap(({ names }) => names);
    const unknown = [...unknownColumns(definition, context), ...namesOutside(definition, context)];
    return [...missing, ...unknown.filter(({ names }) => !names.some((name) => told.includes(name)))];
  });
  const own = found.filter(({ parameter }) => parameter === undefined || !context.told.has(parameter));
  const wrong = new Set([...context.told, ...own.flatMap(({ parameter }) => parameter ?? [])]);
  for (const { diagnostic, follows } of own)
    if (!follows.some((parameter) => wrong.has(parameter))) problems.push(diagnostic);
  return wrong;
}

/** What an input needs and its tables do not have, or have with another type. */
function missingColumns(definition: Definition, input: BoundInput, context: ColumnContext): Finding[] {
  const wanted = Object.entries(input.signature.columns ?? {});
  if (wanted.length === 0 || context.wrong.has(input)) return [];
  const parts = input.part === undefined ? [] : [input.part];
  for (const table of tablesOf({ input, parts }, context) ?? []) {
    const lacking = wanted.flatMap(([name, type]) => {
      const has = table.always.get(name);
      if (has === type || (type === 'double' && has === 'int')) return [];
      if (has === undefined && table.perhaps.has(name)) return [];
      return [{ name, words: has === undefined ? `${name} (${type})` : `${name} as ${type} (it is ${has})` }];
    });
    const [first] = lacking;
    if (first === undefined) continue;
    const what = lacking.length === 1 ? 'a column' : 'columns';
    const message = `${definition.name} needs ${what} that ${table.name} does not have: ${listed(lacking.map(({ words }) => words))}.`;
    const columns = columnsOf([table]);
    const suggestion = table.always.has(first.name) ? undefined : nearest(first.name, columns);
    const related = [...askedFor(definition, input.name, first.name, context), ...table.origin()];
    const help = `Its columns are ${listed(columns, 40)}.`;
    const diagnostic = problem('MISSING_COLUMN', input.at(), message, { help, suggestion, related });
    return [{ diagnostic, follows: table.follows, names: lacking.map(({ name }) => name) }];
  }
  return [];
}

/** Where a file says that an input needs a column. */
function askedFor(
  { path, implementation }: Definition,
  input: string,
  column: string,
  { file }: ColumnContext,
): RelatedPlace[] {
  const owner = implementation?.component ?? { file, path };
  const at = [...owner.path, 'inputs', input, 'columns', column];
  if (valueAt(owner.file, at) === undefined) return [];
  return [{ message: `${column} is asked for here`, at: owner.file.keyAt(at) }];
}

/** How many of the gathered tables must have what a parameter names. */
type Rule = 'all' | 'any' | 'oneOf';
const rules: readonly Rule[] = ['all', 'any', 'oneOf'];

/** The names in parameters that are no columns of the table that they are about. */
function unknownColumns(definition: Definition, context: ColumnContext): Finding[] {
  const named = stageTypeOf(definition)?.columnNames;
  if (named === undefined) return [];
  const sources = sourcesOf(definition, named.input, context) ?? [];
  const tables: Table[] = [];
  for (const source of sources) {
    const own = tablesOf(source, context);
    if (own === undefined) return [];
    tables.push(...own);
  }
  if (tables.length === 0) return [];
  const implied = impliedColumns(definition, tables, context);
  if (implied.length > 0) return implied;
  // What is the same under all settings was looked at before there were any.
  const again = context.known === undefined || tables.some(({ follows }) => follows.length > 0);
  return rules.flatMap((rule) =>
    (named[rule] ?? [])
      .filter((parameter) => again || isComputed(definition, parameter))
      .flatMap((parameter) => wrongNames(definition, { parameter, rule, tables }, context)),
  );
}

const stageTypeOf = ({ implementation, signature }: Definition): StageSignature | undefined =>
  implementation?.component === undefined ? signature : implementation.signature;

/** Columns that a kind of figure draws, whatever else is said; the tables that lack some. */
function impliedColumns(definition: Definition, tables: readonly Table[], context: ColumnContext): Finding[] {
  const implied = stageTypeOf(definition)?.columnNames?.implied;
  if (implied === undefined) return [];
  const { by, of } = implied;
  const kinds = new Set(
    knownValues(definition, by, context)?.flatMap(({ value }) => (typeof value === 'string' ? [value] : [])),
  );
  return [...kinds].flatMap((kind) => {
    const wanted = ownEntry(of, kind) ?? [];
    return tables.flatMap((table) => {
      const names = wanted.filter((name) => !has(table, name));
      if (names.length === 0) return [];
      const what = names.length === 1 ? 'a column' : 'columns';
      const message = `${definition.name} needs ${what} that ${table.name} does not have: ${listed(names)}.`;
      const help = `Its columns are ${listed(columnsOf([table]), 40)}.`;
      const place = placeOfName(definition, { parameter: by, name: kind }, context);
      const why = { message: `${by} is ${show(kind)} here`, at: place.at };
      const related = [why, ...place.related, ...table.origin()];
      const diagnostic = problem('MISSING_COLUMN', table.at(), message, { help, related });
      return [{ diagnostic, names, follows: table.follows }];
    });
  });
}

/** Names that are to be some of those in another parameter, and are not. */
function namesOutside(definition: Definition, context: ColumnContext): Finding[] {
  const among = stageTypeOf(definition)?.columnNames?.among;
  if (among === undefined) return [];
  const whole = knownValues(definition, among.of, context);
  if (whole === undefined) return [];
  const known = [...new Set(whole.flatMap(({ value }) => namesIn(value)))];
  const follows = [parameterOf(definition, among.of)];
  return among.names.flatMap((path) => {
    const [parameter = '', member] = path.split('.');
    const values = knownValues(definition, parameter, context) ?? [];
    const names = new Set(values.flatMap(({ value }) => namesIn(value, member)));
    return [...names]
      .filter((name) => !known.includes(name))
      .slice(0, mostNames)
      .map((name) => {
        const place = placeOfName(definition, { parameter, member, name }, context);
        const message = `"${place.parameter}" of ${place.owner} names the column ${show(name)}${place.byDefault}, which "${among.of}" does not name.`;
        const help =
          known.length === 0 ? `"${among.of}" names none.` : `"${among.of}" names ${listed(known, 40)}.`;
        const details = { help, suggestion: nearest(name, known), related: place.related };
        const diagnostic = problem('UNKNOWN_COLUMN', place.at, message, details);
        return { diagnostic, names: [name], parameter: parameterOf(definition, parameter), follows };
      });
  });
}

/** More of the same says nothing new. */
const mostNames = 20;

interface Naming {
  readonly parameter: string;
  readonly rule: Rule;
  readonly tables: readonly Table[];
}

function wrongNames(definition: Definition, naming: Naming, context: ColumnContext): Finding[] {
  const { parameter, rule, tables } = naming;
  const told = new Set<string>();
  const findings: Finding[] = [];
  for (const { value, where } of knownValues(definition, parameter, context) ?? []) {
    const names = namesIn(value);
    for (const asked of rule === 'oneOf' ? [names] : names.map((name) => [name])) {
      const lacking = tables.filter((table) => !asked.some((name) => has(table, name)));
      const enough = rule === 'any' ? lacking.length < tables.length : lacking.length === 0;
      if (asked.length === 0 || enough || told.has(asked.join('\n')) || told.size >= mostNames) continue;
      told.add(asked.join('\n'));
      const diagnostic = noSuchColumn(definition, { ...naming, names: asked, lacking, where }, context);
      const follows = lacking.flatMap((table) => table.follows);
      findings.push({ diagnostic, names: asked, parameter: parameterOf(definition, parameter), follows });
    }
  }
  return findings;
}

interface Wrong extends Naming {
  /** One name, or several of which each table needs one. */
  readonly names: readonly string[];
  readonly lacking: readonly Table[];
  readonly where: string;
}

function noSuchColumn(definition: Definition, wrong: Wrong, context: ColumnContext): Diagnostic {
  const { parameter, names, lacking, where } = wrong;
  const [only = '', second] = names;
  const place = placeOfName(definition, { parameter, name: second === undefined ? only : '' }, context);
  const columns = usable(wrong);
  const some = lacking.length < wrong.tables.length;
  const whose = some ? listed(lacking.map((table) => table.name)) : 'its table';
  const plural = some && lacking.length > 1;
  const which =
    second === undefined
      ? `the column ${show(only)}${place.byDefault}, which ${whose} ${plural ? 'do' : 'does'} not have`
      : `the columns ${listed(names.map(show))}${place.byDefault}, none of which ${whose} ${plural ? 'have' : 'has'}`;
  const message = `"${place.parameter}" of ${place.owner}${where} names ${which}.`;
  const near = names.map((name) => nearest(name, columns)).find((word) => word !== undefined);
  return problem('UNKNOWN_COLUMN', place.at, message, {
    help: `${ownersOf(wrong)}${intro(wrong)} ${listed(columns, 40)}.`,
    suggestion: some ? undefined : near,
    related: [...place.related, ...lacking.flatMap(({ origin }) => origin())],
  });
}

/** The columns that could be named instead. */
function usable({ rule, tables, lacking }: Wrong): string[] {
  if (rule === 'any') return columnsOf(tables);
  return commonColumns(rule === 'all' ? tables : lacking);
}

function intro({ rule, tables, lacking }: Wrong): string {
  if (rule === 'oneOf' && lacking.length < tables.length)
    return lacking.length === 1 ? 'The other has' : 'The others all have';
  return rule === 'any' || tables.length === 1 ? 'Its columns are' : 'All of its tables have';
}

function ownersOf({ names, tables, lacking }: Wrong): string {
  const owners = tables.filter((table) => !lacking.includes(table)).map((table) => table.name);
  if (owners.length === 0) return '';
  return `Only ${listed(owners)} ${owners.length === 1 ? 'has' : 'have'} ${names.length > 1 ? 'one of them' : 'it'}. `;
}

const has = (table: Table, name: string): boolean => table.always.has(name) || table.perhaps.has(name);

/** The names of all columns, each once. */
function columnsOf(tables: readonly Table[]): string[] {
  return [...new Set(tables.flatMap(({ always, perhaps }) => [...always.keys(), ...perhaps]))];
}

function commonColumns(tables: readonly Table[]): string[] {
  return columnsOf(tables).filter((name) => tables.every((table) => has(table, name)));
}
