import type { RelatedPlace, SourceRange } from './diagnostic.js';
import { valueAt } from './explain-schema.js';
import { furtherColumns } from './further-columns.js';
import { knownValues, type Known } from './known-values.js';
import { refNode, type BoundInput, type Definition, type Part, type Ref } from './model.js';
import { mappingAt } from './params.js';
import type { ParsedFile } from './parse.js';
import { givenFor, reasonsOf } from './places-of-names.js';
import { ownEntry } from './signatures.js';
import type { ColumnType } from './stage.js';

/** One of the tables that an input reads, with what a gather adds. */
export interface Table {
  /** `stages.imp.metrics`, and what tells it apart from others of the same input. */
  readonly name: string;
  /** The reference to it. */
  readonly at: () => SourceRange;
  /** What makes it, and why its columns are those. */
  readonly origin: () => RelatedPlace[];
  /** Columns that it has, in their order. */
  readonly always: ReadonlyMap<string, ColumnType>;
  /** Columns that it may have besides. */
  readonly perhaps: ReadonlySet<string>;
  /** Parameters that `perhaps` comes from, as `parameterOf` names them. */
  readonly follows: readonly string[];
}

export interface ColumnContext {
  readonly file: ParsedFile;
  /** Names of axes that count the passes of some loop: gathered, they add `level`. */
  readonly loops: ReadonlySet<string>;
  /** Of these something is wrong: nothing is said of their columns. */
  readonly wrong: ReadonlySet<BoundInput>;
  readonly known: Known | undefined;
}

/** One name for a parameter of all definitions. */
export const parameterOf = ({ index }: Definition, parameter: string): string => `${index} ${parameter}`;

/** Something that an input of a stage type reads, and what tells it apart from the others. */
export interface Source {
  readonly input: BoundInput;
  readonly parts: readonly Part[];
}

/**
 * What an input of a definition's stage type reads, behind a component what that is made of; undefined where something
 * that is written there was not understood.
 */
export function sourcesOf(
  definition: Definition,
  name: string,
  context: ColumnContext,
): readonly Source[] | undefined {
  const component = definition.implementation?.component;
  const wires = component === undefined ? [{ outer: name, part: undefined }] : component.wires.get(name);
  const found: Source[] = [];
  for (const { outer, part } of wires ?? []) {
    const inputs = definition.inputs.filter((input) => input.name === outer);
    if (inputs.length < sourcesWritten(definition, outer, context)) return undefined;
    if (inputs.some((input) => context.wrong.has(input) || !refNode(input.ref).axesKnown)) return undefined;
    found.push(
      ...inputs.map((input) => ({ input, parts: [input.part, part].filter((p) => p !== undefined) })),
    );
  }
  return found;
}

function sourcesWritten({ path }: Definition, name: string, { file }: ColumnContext): number {
  const value = ownEntry(mappingAt(valueAt(file, [...path, 'with'])), name);
  const { from } = mappingAt(value);
  if (typeof from === 'object') return Object.keys(mappingAt(from)).length;
  return value === undefined ? 0 : 1;
}

/** The tables of a source: one, or those that a state variable is; undefined where their columns are not known. */
export function tablesOf({ input, parts }: Source, context: ColumnContext): readonly Table[] | undefined {
  const outputs = outputsOf(input.ref);
  const added = new Map<string, ColumnType>(parts.map(({ axis }) => [axis, 'string']));
  for (const [name, type] of coordinatesOf(input, context.loops)) added.set(name, type);
  const tables: Table[] = [];
  for (const output of outputs) {
    const columns = columnsOf(output, context);
    if (columns === undefined) return undefined;
    const { definition, output: name } = output;
    const one = input.ref.kind === 'state' ? `${input.written} (${definition.name}.${name})` : input.written;
    const last = parts.at(-1);
    tables.push({
      ...{
        name: last === undefined ? one : `${one} ("${last.name}")`,
        at: () => input.at(),
        origin: () => [originOf(output, context), ...columns.because],
      },
      ...{ always: new Map([...added, ...columns.always, ...added]), perhaps: columns.perhaps },
      follows: columns.follows,
    });
  }
  return tables;
}

type Output = Extract<Ref, { kind: 'output' }>;

/** The outputs that a reference leads to: the value of a state variable is its start or its next. */
export function outputsOf(ref: Ref): readonly Output[] {
  const outputs: Output[] = [];
  const open: Ref[] = [ref];
  const seen = new Set<string>();
  for (let at = open.pop(); at !== undefined; at = open.pop()) {
    if (at.kind === 'output') outputs.push(at);
    else if (seen.size < seen.add(`${at.node.name}.${at.name}`).size) {
      const variable = at.node.state.get(at.name);
      open.push(...[variable?.next, variable?.start].filter((end) => end !== undefined));
    }
  }
  return outputs;
}

/** Where a file declares the columns of an output, or else the stage that has it. */
function originOf({ definition, output }: Output, { file }: ColumnContext): RelatedPlace {
  const { path, implementation, signature } = definition;
  const owner = implementation?.component ?? { file, path };
  const declared = [...owner.path, 'outputs', output, 'columns'];
  if (valueAt(owner.file, declared) !== undefined)
    return {
      message: `the columns of ${definition.name}.${output} are declared here`,
      at: owner.file.keyAt(declared),
    };
  const type = implementation?.signature.type ?? signature?.type ?? '';
  return { message: `the table is "${output}" of ${definition.name} (${type})`, at: file.keyAt(path) };
}

/** The coordinates that a gather adds. */
function coordinatesOf(
  { ref, over = [] }: BoundInput,
  loops: ReadonlySet<string>,
): readonly (readonly [string, ColumnType])[] {
  const gathered = refNode(ref).axes.filter((axis) => over.includes(axis.name));
  const added = gathered.map((axis) => [axis.name, axis.type] as const);
  const counts = gathered.some((axis) => axis.type === 'int' && loops.has(axis.name));
  return counts ? [...added, ['level', 'int']] : added;
}

function columnsOf(
  { definition, output }: Output,
  context: ColumnContext,
):
  | (Pick<Table, 'always' | 'perhaps' | 'follows'> & { readonly because: readonly RelatedPlace[] })
  | undefined {
  const { columns, furtherColumns: rules = [] } = definition.signature?.outputs[output] ?? {};
  if (columns === undefined) return undefined;
  const follows: string[] = [];
  const because: RelatedPlace[] = [];
  const perhaps = furtherColumns(rules, {
    parameter: (name) => {
      follows.push(parameterOf(definition, name));
      const own = givenFor(definition, name);
      if (own !== undefined) because.push(...reasonsOf(own, context.known?.settings));
      return knownValues(definition, name, context)?.map(({ value }) => value);
    },
    coordinates: (name) =>
      sourcesOf(definition, name, context)?.flatMap(({ input, parts }) => [
        ...parts.map(({ axis }) => axis),
        ...coordinatesOf(input, context.loops).map(([coordinate]) => coordinate),
      ]),
  });
  return perhaps && { always: new Map(Object.entries(columns)), perhaps, follows, because };
}
