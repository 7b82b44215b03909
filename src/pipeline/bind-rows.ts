import type { Json } from '../base/json.js';
import { itemsType, itemType } from './bind-axes.js';
import type { CelScalar } from './cel-values.js';
import { problem } from './diagnostic.js';
import type { AxisSpec, MatrixRow, MatrixRows } from './model.js';
import { nearest } from './near.js';
import { mappingAt } from './params.js';
import type { Path } from './places.js';
import { compileTemplate, type Template, type TemplateContext } from './templates.js';
import { listed } from './terminal-text.js';

/** Axes that stand in a matrix beside its rows. */
interface Declared {
  /** Those that could be read. */
  readonly axes: readonly AxisSpec[];
  /** Of all of them. */
  readonly names: readonly string[];
}

interface RowContext extends TemplateContext {
  /** Whether something was said of a row already. */
  readonly isBroken: (path: Path) => boolean;
}

/**
 * Reads `include` and `exclude` of a matrix. A matrix of nothing but `include` has the axes of its rows. Undefined,
 * with the problem reported, when a row does not fit the axes.
 */
export function bindRows(
  matrix: { readonly [key: string]: Json },
  declared: Declared,
  path: Path,
  context: RowContext,
): { readonly axes: readonly AxisSpec[]; readonly rows: MatrixRows | undefined } | undefined {
  if (matrix.include === undefined && matrix.exclude === undefined)
    return { axes: declared.axes, rows: undefined };
  const include = compileRows(matrix.include, [...path, 'include'], context);
  const exclude = compileRows(matrix.exclude, [...path, 'exclude'], context);
  const axes = declared.names.length > 0 ? declared.axes : axesOf(include.rows, context);
  if (axes === undefined) return undefined;
  const known = { axes, names: declared.names.length > 0 ? declared.names : axes.map(({ name }) => name) };
  const fits = [
    ...include.rows.map((row) => rowFits(row, known, context) && isComplete(row, known, context)),
    ...exclude.rows.map((row) => rowFits(row, known, context)),
  ];
  if (!include.whole || !exclude.whole || !fits.every((fit) => fit)) return undefined;
  return { axes, rows: { include: include.rows, exclude: exclude.rows } };
}

/** The rows that could be read, and whether those are all. */
function compileRows(
  value: Json | undefined,
  path: Path,
  context: RowContext,
): { readonly rows: readonly MatrixRow[]; readonly whole: boolean } {
  const rows = Array.isArray(value) ? (value as readonly Json[]) : [];
  const compiled = rows.map((row, i) => {
    if (context.isBroken([...path, i])) return undefined;
    const cells = Object.entries(mappingAt(row)).map(
      ([axis, cell]) => [axis, compileTemplate(cell, [...path, i, axis], context)] as const,
    );
    return cells.every((cell): cell is readonly [string, Template] => cell[1] !== undefined)
      ? { path: [...path, i], cells: new Map(cells) }
      : undefined;
  });
  const read = compiled.filter((row) => row !== undefined);
  return { rows: read, whole: read.length === rows.length };
}

/** The axes of a matrix that has rows only. */
function axesOf(include: readonly MatrixRow[], context: TemplateContext): AxisSpec[] | undefined {
  const axes: AxisSpec[] = [];
  const [first] = include;
  for (const name of first?.cells.keys() ?? []) {
    const path = [...(first?.path ?? []), name];
    const type = itemsType(include.flatMap((row) => row.cells.get(name) ?? []));
    if (type === 'unknown') return undefined;
    if (type === undefined) {
      const message = `The values of the axis "${name}" are not all of one type.`;
      context.problems.push(problem('BAD_AXIS', context.file.at(path), message, { help: scalars }));
      return undefined;
    }
    axes.push({ name, type, path, loop: false, source: [], fromRows: true });
  }
  return axes;
}

const scalars = 'An axis is a list of numbers, of texts, or of true and false.';

function rowFits(row: MatrixRow, { axes, names }: Declared, { file, problems }: TemplateContext): boolean {
  const before = problems.length;
  for (const [name, template] of row.cells) {
    const axis = axes.find((other) => other.name === name);
    const path = [...row.path, name];
    if (!names.includes(name))
      problems.push(
        problem('AXIS_UNKNOWN', file.keyAt(path), `This matrix has no axis "${name}".`, {
          help: `Its axes: ${listed(names)}.`,
          suggestion: nearest(name, names),
        }),
      );
    else if (axis !== undefined && !isOfType(template, axis.type))
      problems.push(
        problem('BAD_AXIS', file.at(path), `The values of the axis "${name}" are not all of one type.`, {
          help: `The others are ${axis.type}.`,
        }),
      );
  }
  return problems.length === before;
}

function isOfType(template: Template, type: CelScalar): boolean {
  const own = itemType(template);
  return own === 'unknown' || own === type || (own === 'int' && type === 'double');
}

function isComplete(row: MatrixRow, { names }: Declared, { file, problems }: TemplateContext): boolean {
  const missing = names.filter((name) => !row.cells.has(name));
  if (missing.length === 0) return true;
  const message = `This row gives no value of the ${missing.length === 1 ? 'axis' : 'axes'} ${listed(missing)}.`;
  const help = `A row of include gives all axes: ${listed(names)}.`;
  problems.push(problem('INCOMPLETE_ROW', file.at(row.path), message, { help }));
  return false;
}
