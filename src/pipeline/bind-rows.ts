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

/**
 * Reads `include` and `exclude` of a matrix. A matrix of nothing but `include` has the axes of its rows. Undefined,
 * with the problem reported, when a row does not fit the axes.
 */
export function bindRows(
  matrix: { readonly [key: string]: Json },
  declared: readonly AxisSpec[],
  path: Path,
  context: TemplateContext,
): { readonly axes: readonly AxisSpec[]; readonly rows: MatrixRows | undefined } | undefined {
  if (matrix.include === undefined && matrix.exclude === undefined)
    return { axes: declared, rows: undefined };
  const include = compileRows(matrix.include, [...path, 'include'], context);
  const exclude = compileRows(matrix.exclude, [...path, 'exclude'], context);
  if (include === undefined || exclude === undefined) return undefined;
  const axes = declared.length > 0 ? declared : axesOf(include, context);
  if (axes === undefined) return undefined;
  const fits = [
    ...include.map((row) => rowFits(row, axes, context) && isComplete(row, axes, context)),
    ...exclude.map((row) => rowFits(row, axes, context)),
  ];
  return fits.every((fit) => fit) ? { axes, rows: { include, exclude } } : undefined;
}

function compileRows(
  value: Json | undefined,
  path: Path,
  context: TemplateContext,
): readonly MatrixRow[] | undefined {
  const rows = Array.isArray(value) ? (value as readonly Json[]) : [];
  const compiled = rows.map((row, i) => {
    const cells = Object.entries(mappingAt(row)).map(
      ([axis, cell]) => [axis, compileTemplate(cell, [...path, i, axis], context)] as const,
    );
    return cells.every((cell): cell is readonly [string, Template] => cell[1] !== undefined)
      ? { path: [...path, i], cells: new Map(cells) }
      : undefined;
  });
  return compiled.every((row) => row !== undefined) ? compiled : undefined;
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

function rowFits(row: MatrixRow, axes: readonly AxisSpec[], { file, problems }: TemplateContext): boolean {
  const names = axes.map((axis) => axis.name);
  const before = problems.length;
  for (const [name, template] of row.cells) {
    const axis = axes.find((other) => other.name === name);
    const path = [...row.path, name];
    if (axis === undefined)
      problems.push(
        problem('AXIS_UNKNOWN', file.keyAt(path), `This matrix has no axis "${name}".`, {
          help: `Its axes: ${listed(names)}.`,
          suggestion: nearest(name, names),
        }),
      );
    else if (!isOfType(template, axis.type))
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

function isComplete(row: MatrixRow, axes: readonly AxisSpec[], { file, problems }: TemplateContext): boolean {
  const missing = axes.map((axis) => axis.name).filter((name) => !row.cells.has(name));
  if (missing.length === 0) return true;
  const message = `This row gives no value of the ${missing.length === 1 ? 'axis' : 'axes'} ${listed(missing)}.`;
  const help = `A row of include gives all axes: ${listed(axes.map((axis) => axis.name))}.`;
  problems.push(problem('INCOMPLETE_ROW', file.at(row.path), message, { help }));
  return false;
}
