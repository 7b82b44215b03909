import type { Json } from '../base/json.js';
import { problem } from './diagnostic.js';
import { evaluateUnder, gridAxis, reasons, type GridAxis, type GridContext, type NodeGrid } from './grid.js';
import type { MatrixRow, Node } from './model.js';

/** A row's value on each axis; undefined where it gives none. */
type Row = readonly (Json | undefined)[];

/** Beyond this, the combinations of a matrix with rows are not even counted. */
const mostCombinations = 4_000_000;

/**
 * The product of the axes, without what `exclude` names, with what `include` adds. Values that no combination has are no
 * values of their axis.
 */
export function applyRows(node: Node, axes: readonly GridAxis[], context: GridContext): NodeGrid | undefined {
  const matrix = axes.filter((axis) => !axis.spec.loop);
  const include = readRows(node.rows?.include ?? [], matrix, context);
  const exclude = readRows(node.rows?.exclude ?? [], matrix, context);
  if (include === undefined || exclude === undefined) return undefined;
  const wide = matrix.map((axis, a) =>
    gridAxis(axis.spec, [...new Set([...axis.values, ...include.flatMap((row) => row[a] ?? [])])]),
  );
  const lengths = wide.map((axis) => axis.values.length);
  if (lengths.reduce((a, b) => a * b, 1) > mostCombinations) {
    report(
      node,
      context,
      'TOO_MANY_INSTANCES',
      `The matrix of ${node.name} has more than ${mostCombinations} combinations`,
    );
    return undefined;
  }
  const present = mark(wide, lengths, { base: matrix.map((axis) => axis.values.length), exclude, include });
  const trimmed = trim(wide, present);
  if (trimmed === undefined) {
    report(node, context, 'EMPTY_AXIS', `The matrix of ${node.name} has no combination left`);
    return undefined;
  }
  const narrow = trimmed.axes.map((axis, a) =>
    axis.values.length === matrix[a]?.values.length && sameValues(axis, matrix[a]) ? matrix[a] : axis,
  );
  return { axes: [...narrow, ...axes.filter((axis) => axis.spec.loop)], present: trimmed.present };
}

function readRows(
  rows: readonly MatrixRow[],
  matrix: readonly GridAxis[],
  context: GridContext,
): readonly Row[] | undefined {
  const read: Row[] = [];
  for (const { cells } of rows) {
    const row: (Json | undefined)[] = [];
    for (const axis of matrix) {
      const cell = cells.get(axis.spec.name);
      const value = cell && evaluateUnder(cell, context.settings);
      if (value?.ok === false) {
        if (value.error !== undefined) context.problems.push(value.error);
        return undefined;
      }
      row.push(value?.value);
    }
    read.push(row);
  }
  return read;
}

interface Marks {
  /** Values of each axis that are in the product; those after them come from rows of `include`. */
  readonly base: readonly number[];
  readonly exclude: readonly Row[];
  readonly include: readonly Row[];
}

function mark(wide: readonly GridAxis[], lengths: readonly number[], marks: Marks): Uint8Array {
  const present = new Uint8Array(lengths.reduce((a, b) => a * b, 1));
  const fill = (ranges: readonly (readonly [number, number])[], value: 0 | 1): void => {
    const visit = (a: number, point: number): void => {
      if (a === ranges.length) present[point] = value;
      else
        for (let i = ranges[a]?.[0] ?? 0; i < (ranges[a]?.[1] ?? 0); i++)
          visit(a + 1, point * (lengths[a] ?? 1) + i);
    };
    visit(0, 0);
  };
  const rangesOf = (row: Row): (readonly [number, number])[] | undefined => {
    const ranges = row.map((value, a): readonly [number, number] | undefined => {
      if (value === undefined) return [0, lengths[a] ?? 0];
      const at = wide[a]?.position(value);
      return at === undefined ? undefined : [at, at + 1];
    });
    return ranges.every((range) => range !== undefined) ? ranges : undefined;
  };
  fill(
    marks.base.map((length) => [0, length]),
    1,
  );
  for (const row of marks.exclude) {
    const ranges = rangesOf(row);
    if (ranges !== undefined) fill(ranges, 0);
  }
  for (const row of marks.include) fill(rangesOf(row) ?? [], 1);
  return present;
}

/** Without the values that no combination has; undefined when nothing is left. */
function trim(wide: readonly GridAxis[], present: Uint8Array): NodeGrid | undefined {
  const used = wide.map((axis) => new Uint8Array(axis.values.length));
  const points: number[][] = [];
  for (let point = 0; point < present.length; point++) {
    if (present[point] === 0) continue;
    const position: number[] = [];
    let rest = point;
    for (let a = wide.length - 1; a >= 0; a--) {
      const length = wide[a]?.values.length ?? 1;
      position[a] = rest % length;
      rest = Math.floor(rest / length);
    }
    position.forEach((at, a) => {
      const flags = used[a];
      if (flags !== undefined) flags[at] = 1;
    });
    points.push(position);
  }
  if (points.length === 0) return undefined;
  const axes = wide.map((axis, a) =>
    gridAxis(
      axis.spec,
      axis.values.filter((_, i) => used[a]?.[i] === 1),
    ),
  );
  const count = axes.reduce((n, axis) => n * axis.values.length, 1);
  if (count === points.length) return { axes, present: undefined };
  const kept = new Uint8Array(count);
  for (const position of points) {
    const at = axes.reduce((n, axis, a) => {
      const value = wide[a]?.values[position[a] ?? 0] ?? null;
      return n * axis.values.length + (axis.position(value) ?? 0);
    }, 0);
    kept[at] = 1;
  }
  return { axes, present: kept };
}

/** Axes that share one list line up for free. */
function sameValues(a: GridAxis, b: GridAxis): boolean {
  return a.values.every((value, i) => value === b.values[i]);
}

function report(
  node: Node,
  { file, settings, problems }: GridContext,
  code: 'EMPTY_AXIS' | 'TOO_MANY_INSTANCES',
  what: string,
): void {
  const related = node.axes.flatMap((axis) => reasons(axis, settings));
  const help = code === 'EMPTY_AXIS' ? 'Exclude less, or include some.' : 'Use fewer values on its axes.';
  problems.push(problem(code, file.keyAt([...node.path, 'matrix']), `${what}.`, { help, related }));
}
