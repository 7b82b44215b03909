import { orderingOf } from './alignment.js';
import type { Diagnostic } from './diagnostic.js';
import type { Grid, Settings } from './grid.js';
import {
  finder,
  gatherRows,
  lineUp,
  sizeOf,
  type Finder,
  type Lattice,
  type Line,
  type Rows,
} from './lines.js';
import { refNode, type BoundInput, type Definition } from './model.js';
import type { ParsedFile } from './parse.js';
import { fixedPositions, rowFilter } from './selection.js';

/** Where the points of a reader lead. */
export interface Source {
  readonly line: Line;
  /** Undefined where each point leads to one instance. */
  readonly rows: Rows | undefined;
}

/** An input of a definition; its `rows` are undefined for an input that takes one artefact. */
export interface Reading extends Source {
  readonly input: BoundInput;
}

/** Values under which everything was found right. */
interface RightContext {
  readonly file: ParsedFile;
  readonly settings: Settings;
  readonly problems: Diagnostic[];
}

export interface ReadingContext {
  /** Of the reader. */
  readonly lattice: Lattice;
  readonly find: Finder;
  readonly loops: ReadonlySet<string>;
  readonly context: RightContext;
}

/** Follows references under one set of values. */
export function finderUnder(grid: Grid, context: RightContext): Finder {
  return finder(grid, (variable, source) => {
    const { name, start, startAt } = variable;
    if (start === undefined) return new Map();
    const fixed = fixedPositions({ name, written: name, ref: start, fixed: startAt }, source.axes, context);
    if (!fixed.ok) throw new Error('Internal error: a start that was not checked');
    return fixed.value;
  });
}

export function readings(definition: Definition, reader: ReadingContext): Reading[] {
  return definition.inputs.map((input) => readingOf(definition, input, reader));
}

export function readingOf(
  definition: Definition,
  input: BoundInput,
  { lattice, find, loops, context }: ReadingContext,
): Reading {
  const source = find.lattice(refNode(input.ref));
  const { over = [], where, part } = input;
  const fixed = fixedPositions({ ...input, name: definition.name }, source.axes, context);
  if (!fixed.ok) throw new Error('Internal error: an input that was not checked');
  const line = lineUp(lattice.axes, input.ref, { over, fixed: fixed.value, source });
  if (input.signature.gather !== true) return { input, line, rows: undefined };
  const keep = rowFilter(where, source.axes, context);
  const rows = gatherRows(source, { over, loopAxes: loops, keep });
  if (part === undefined) return { input, line, rows };
  const coords = rows.coords.map((own) => ({ ...own, [part.axis]: part.name }));
  return { input, line, rows: { ...rows, coords } };
}

export function orderings(definition: Definition, { lattice, find }: ReadingContext): Source[] {
  return definition.after.map((after) => {
    const source = find.lattice(after.definition.node);
    const { ref, over } = orderingOf(definition.name, after, definition.node);
    const line = lineUp(lattice.axes, ref, { over, fixed: new Map(), source });
    return { line, rows: gatherRows(source, { over, loopAxes: new Set(), keep: undefined }) };
  });
}

/** Number of edges into a definition's instances, at most. */
export function edgesOf(definition: Definition, lattice: Lattice, find: Finder): number {
  const inputs = definition.inputs.map(({ ref, over = [] }) => product(find.lattice(refNode(ref)), over));
  const after = definition.after.map((bound) => {
    const { over } = orderingOf(definition.name, bound, definition.node);
    return product(find.lattice(bound.definition.node), over);
  });
  return sizeOf(lattice) * [...inputs, ...after].reduce((a, b) => a + b, 0);
}

function product(source: Lattice, over: readonly string[]): number {
  return source.axes.reduce((n, axis) => (over.includes(axis.spec.name) ? n * axis.values.length : n), 1);
}
