import type { Json } from '../base/json.js';
import type { Broken } from './broken.js';
import { commonType, type CelScalar, type CelType } from './cel-values.js';
import { problem } from './diagnostic.js';
import { bindRows } from './bind-rows.js';
import type { AxisNames, AxisSpec, MatrixRows } from './model.js';
import { mappingAt } from './params.js';
import type { Path } from './places.js';
import { compileTemplate, type BoundExpression, type Template, type TemplateContext } from './templates.js';
import { identifier } from './schema-words.js';

export interface BoundAxes {
  readonly axes: readonly AxisSpec[];
  /** False when one is wrong, or depends on something wrong. */
  readonly known: boolean;
  readonly names: AxisNames | undefined;
  readonly rows: MatrixRows | undefined;
}

const isName = new RegExp(identifier.pattern as string);

/** Reads `matrix` and `iterate`: the axes of a stage, the loop axis last. */
export function bindAxes(
  stage: { readonly [key: string]: Json },
  path: Path,
  context: TemplateContext,
  broken: Broken,
): BoundAxes {
  const bound = bindMatrix(mappingAt(stage.matrix), [...path, 'matrix'], context, broken);
  if (stage.iterate === undefined) return bound;
  const { axes, names, rows } = bound;
  const iterate = mappingAt(stage.iterate);
  const loopPath = [...path, 'iterate'];
  if (typeof iterate.axis !== 'string' || broken.touches([...loopPath, 'axis']))
    return { axes, known: false, names: undefined, rows };
  const named = names && { ...names, loop: iterate.axis };
  if (axes.some((axis) => axis.name === iterate.axis)) {
    const message = `"${iterate.axis}" is an axis of the matrix already.`;
    const help = 'Give the loop another axis name.';
    context.problems.push(problem('BAD_AXIS', context.file.at([...loopPath, 'axis']), message, { help }));
    return { axes, known: false, names: named, rows };
  }
  const readable = !broken.touches([...loopPath, 'times']);
  const loop = readable ? loopAxis(iterate.axis, iterate.times ?? 1, loopPath, context) : undefined;
  if (loop === undefined) return { axes, known: false, names: named, rows };
  return { axes: [...axes, loop], known: bound.known, names: named, rows };
}

function bindMatrix(
  matrix: { readonly [key: string]: Json },
  path: Path,
  context: TemplateContext,
  broken: Broken,
): BoundAxes {
  const axes: AxisSpec[] = [];
  const types = new Map<string, CelType>();
  let known = !broken.touches(path);
  for (const [name, value] of Object.entries(matrix)) {
    if (name === 'include' || name === 'exclude') continue;
    const axisPath = [...path, name];
    const axis = broken.touches(axisPath) ? undefined : matrixAxis(name, value, axisPath, context);
    types.set(name, axis?.type ?? 'dyn');
    if (axis === undefined) known = false;
    else axes.push(axis);
  }
  const legible = !broken.around(path) && [...types.keys()].every((name) => isName.test(name));
  if (!legible) return { axes, known: false, names: undefined, rows: undefined };
  const declared = { axes, names: [...types.keys()] };
  const bound = bindRows(matrix, declared, path, { ...context, isBroken: (row) => broken.touches(row) });
  // A matrix of rows has the axes that these name.
  for (const { name, type } of bound?.axes ?? []) types.set(name, type);
  const names = bound === undefined && types.size === 0 ? undefined : { matrix: types, loop: undefined };
  if (!known || bound === undefined) return { axes, known: false, names, rows: undefined };
  return { ...bound, known, names };
}

function matrixAxis(name: string, value: Json, path: Path, context: TemplateContext): AxisSpec | undefined {
  const source = Array.isArray(value)
    ? listItems(value as readonly Json[], path, context)
    : compileTemplate(value, path, context);
  if (source === undefined) return undefined;
  const type = isList(source) ? itemsType(source) : elementType(source);
  if (type === 'unknown') return undefined;
  if (type !== undefined && (isList(source) || source.kind === 'expression'))
    return { name, type, path, loop: false, source };
  const given =
    !isList(source) && source.kind === 'expression'
      ? `; this expression gives ${source.expression.type}`
      : '';
  const message = isList(source)
    ? `The values of the axis "${name}" are not all of one type.`
    : `The axis "${name}" needs a list of values${given}.`;
  context.problems.push(
    problem('BAD_AXIS', context.file.at(path), message, {
      help: 'An axis is a list of numbers, of texts, or of true and false.',
    }),
  );
  return undefined;
}

function listItems(
  list: readonly Json[],
  path: Path,
  context: TemplateContext,
): readonly Template[] | undefined {
  const items = list.map((item, i) => compileTemplate(item, [...path, i], context));
  return items.every((item) => item !== undefined) ? items : undefined;
}

function loopAxis(name: string, times: Json, path: Path, context: TemplateContext): AxisSpec | undefined {
  const axis = { name, type: 'int' as const, path: [...path, 'axis'], loop: true };
  if (typeof times === 'number') return { ...axis, source: times };
  const source = compileTemplate(times, [...path, 'times'], context);
  if (source?.kind !== 'expression') return undefined;
  if (source.expression.type === 'int') return { ...axis, source };
  if (source.expression.type === 'dyn') return undefined;
  context.problems.push(
    problem(
      'BAD_TIMES',
      context.file.at([...path, 'times']),
      `times needs a whole number; this expression gives ${source.expression.type}.`,
      {
        help: 'int() converts.',
      },
    ),
  );
  return undefined;
}

function isList(source: Template | readonly Template[]): source is readonly Template[] {
  return Array.isArray(source);
}

/** `unknown` where a parameter is to blame that was reported already. */
function elementType(template: Template): CelScalar | 'unknown' | undefined {
  if (template.kind !== 'expression') return undefined;
  if (template.expression.type === 'dyn') return 'unknown';
  const element = /^list<(int|double|bool|string)>$/.exec(template.expression.type)?.[1];
  return element as CelScalar | undefined;
}

export function itemsType(items: readonly Template[]): CelScalar | 'unknown' | undefined {
  const types = items.map(itemType);
  if (types.includes('unknown')) return 'unknown';
  const distinct = new Set(types);
  if (distinct.size === 0) return 'int';
  const [first] = distinct;
  if (distinct.size === 1) return first;
  return distinct.size === 2 && distinct.has('int') && distinct.has('double') ? 'double' : undefined;
}

export function itemType(template: Template): CelScalar | 'unknown' | undefined {
  if (template.kind === 'constant') return commonType([template.value]);
  if (template.kind === 'text') return 'string';
  if (template.kind !== 'expression') return undefined;
  const { type } = (template satisfies BoundExpression).expression;
  if (type === 'dyn') return 'unknown';
  return (['int', 'double', 'bool', 'string'] as const).find((t) => t === type);
}
