import type { Graph } from './bind.js';
import { endOf, type WrongEdges } from './check-graph.js';
import { problem, type Diagnostic } from './diagnostic.js';
import {
  reasonsFor,
  templatesOf,
  type Grid,
  type GridAxis,
  type GridContext,
  type NodeGrid,
} from './grid.js';
import { decode, follow, gatherRows, isPresent, latticeOf, lineUp, type Fixed, type Rows } from './lines.js';
import { refNode, type BoundAfter, type BoundInput, type FixedAxis, type Node, type Ref } from './model.js';
import { fixedPositions, rowFilter, valuesText } from './selection.js';
import type { BoundExpression } from './templates.js';
import { listed, show, textOf } from './terminal-text.js';

/**
 * Every instance that is read must exist: values of axes that line up, and points of a matrix with rows. Of references
 * that are wrong already nothing is said. Returns the inputs that lead to something that is there.
 */
export function checkAlignment(
  graph: Graph,
  grid: Grid,
  context: GridContext & { readonly wrong: WrongEdges },
): ReadonlySet<BoundInput> {
  const loops = loopAxes(grid);
  const aligned = new Set<BoundInput>();
  for (const definition of graph.definitions) {
    const reader = grid.get(definition.node);
    for (const input of definition.inputs) {
      if (context.wrong.inputs.has(input)) continue;
      if (align(readingOf(definition.name, input), { reader, grid, loops, context })) aligned.add(input);
    }
    for (const after of definition.after)
      align(orderingOf(definition.name, after, definition.node), { reader, grid, loops, context });
  }
  for (const node of graph.nodes)
    for (const variable of node.state.values())
      for (const key of ['start', 'next'] as const) {
        const ref = variable[key];
        const own = grid.get(node);
        if (ref === undefined || own === undefined || context.wrong.ends.has(endOf(variable, key))) continue;
        const axes = own.axes.filter((axis) => key === 'next' || !axis.spec.loop);
        const at = () => context.file.at([...variable.path, key]);
        const written = `the ${key} of "${variable.name}"`;
        const fixed = key === 'start' ? variable.startAt : [];
        align(
          { name: node.name, written, at, ref, over: [], fixed, where: undefined, gather: false },
          { reader: { axes, present: own.present }, grid, loops, context },
        );
      }
  return aligned;
}

/** Names of axes that count the passes of some loop. */
export function loopAxes(grid: Grid): ReadonlySet<string> {
  return new Set([...grid.keys()].flatMap((node) => node.axes.filter((a) => a.loop).map((a) => a.name)));
}

interface Reading {
  readonly name: string;
  readonly written: string;
  readonly at: () => Diagnostic['at'];
  readonly ref: Ref;
  readonly over: readonly string[];
  readonly fixed: readonly FixedAxis[];
  readonly where: BoundExpression | undefined;
  /** It reads rows, at least one, instead of one artefact. */
  readonly gather: boolean;
}

function readingOf(name: string, input: BoundInput): Reading {
  const { written, at, ref, over = [], fixed, where } = input;
  return { name, written, at, ref, over, fixed, where, gather: over.length > 0 };
}

/** Order needs no choice: of axes that the reader does not have all values are waited for. */
export function orderingOf(name: string, { definition, written, at }: BoundAfter, node: Node): Reading {
  const own = node.axes.map((axis) => axis.name);
  const over = definition.node.axes.map((axis) => axis.name).filter((axis) => !own.includes(axis));
  const ref: Ref = { kind: 'output', definition, output: '' };
  return { name, written, at, ref, over, fixed: [], where: undefined, gather: over.length > 0 };
}

interface Alignment {
  readonly reader: NodeGrid | undefined;
  readonly grid: Grid;
  readonly loops: ReadonlySet<string>;
  readonly context: GridContext;
}

/** True when all that is read is known to be there. */
function align(reading: Reading, alignment: Alignment): boolean {
  const { reader, grid, context } = alignment;
  const source = grid.get(refNode(reading.ref));
  if (reader === undefined || source === undefined) return false;
  const fixed = fixedPositions(reading, source.axes, context);
  if (!fixed.ok) {
    if (fixed.error !== undefined) context.problems.push(fixed.error);
    return false;
  }
  const before = context.problems.length;
  for (const axis of source.axes) {
    if (reading.over.includes(axis.spec.name) || fixed.value.has(axis.spec.name)) continue;
    const mine = reader.axes.find((other) => other.spec.name === axis.spec.name);
    if (mine !== undefined) checkValues(reading, mine, axis, context);
  }
  const whole = source.present === undefined && reading.where === undefined;
  if (context.problems.length === before && !whole)
    checkPoints(reading, { reader, source, fixed: fixed.value }, alignment);
  return context.problems.length === before;
}

function checkValues(reading: Reading, mine: GridAxis, axis: GridAxis, context: GridContext): void {
  if (mine.values === axis.values) return;
  const missing = mine.values.filter((value) => axis.position(value) === undefined);
  if (missing.length === 0) return;
  const owner = refNode(reading.ref).name;
  const message = `${reading.name} reads ${reading.written} at ${axis.spec.name} = ${listed(missing.map(show), 8)}, but ${owner} has only ${axis.spec.name} = ${valuesText(axis)}.`;
  const related = reasonsFor([...templatesOf(mine.spec), ...templatesOf(axis.spec)], context.settings);
  context.problems.push(
    problem('AXIS_VALUE_MISSING', reading.at(), message, {
      help: `Use values of ${axis.spec.name} that ${owner} has.`,
      related,
    }),
  );
}

/** Costs a look at each of the reader's points: only where the source is not a full product, or rows are chosen. */
function checkPoints(
  reading: Reading,
  { reader, source, fixed }: { readonly reader: NodeGrid; readonly source: NodeGrid; readonly fixed: Fixed },
  { loops, context }: Alignment,
): void {
  const before = context.problems.length;
  const from = latticeOf(source);
  const own = latticeOf(reader);
  const keep = rowFilter(reading.where, source.axes, context);
  const rows: Rows = gatherRows(from, { over: reading.over, loopAxes: loops, keep });
  if (context.problems.length > before) return;
  const line = lineUp(reader.axes, reading.ref, { over: reading.over, fixed, source: from });
  const position: number[] = [];
  for (let point = 0; point < own.count; point++) {
    if (!isPresent(own, point)) continue;
    const at = follow(line, decode(own, point, position));
    if (rows.offsets.some((offset) => isPresent(from, at + offset))) continue;
    context.problems.push(nothingThere(reading, { reader, source }, position, context));
    return;
  }
}

function nothingThere(
  reading: Reading,
  { reader, source }: { readonly reader: NodeGrid; readonly source: NodeGrid },
  position: readonly number[],
  { settings }: GridContext,
): Diagnostic {
  const axes = [...source.axes, ...reader.axes].flatMap(({ spec }) => templatesOf(spec));
  const related = reasonsFor(reading.where === undefined ? axes : [reading.where, ...axes], settings);
  const at = reader.axes.map((axis, a) => `${axis.spec.name} = ${textOf(axis.values[position[a] ?? 0])}`);
  const where = at.length === 0 ? '' : ` at ${at.join(', ')}`;
  if (reading.gather)
    return problem(
      'EMPTY_GATHER',
      reading.at(),
      `${reading.name} gathers ${reading.written}, but no instance is left${where}.`,
      { help: 'Loosen where, or exclude less from the matrix of the source.', related },
    );
  const owner = refNode(reading.ref).name;
  return problem(
    'POINT_MISSING',
    reading.at(),
    `${reading.name} reads ${reading.written}${where}, which the matrix of ${owner} leaves out.`,
    {
      help: `Exclude it from the matrix of ${reading.name} too, or include it in that of ${owner}.`,
      related,
    },
  );
}
