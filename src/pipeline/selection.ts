import type { Json } from '../base/json.js';
import { err, ok, type Result } from '../base/result.js';
import { toCel } from './cel-values.js';
import { problem, type Diagnostic } from './diagnostic.js';
import { AxisValues } from './expression.js';
import { evaluateUnder, reasonsFor, templatesOf, type GridAxis, type Settings } from './grid.js';
import type { Fixed, Keep } from './lines.js';
import { refNode, type FixedAxis, type Ref } from './model.js';
import type { ParsedFile } from './parse.js';
import { evaluateBound, type BoundExpression } from './templates.js';
import { listed, show } from './terminal-text.js';

/** `at:` under one set of parameters: where each fixed axis stands. Unknown axes were reported before. */
export function fixedPositions(
  reading: {
    readonly name: string;
    readonly written: string;
    readonly ref: Ref;
    readonly fixed: readonly FixedAxis[];
  },
  source: readonly GridAxis[],
  { settings, file }: { readonly settings: Settings; readonly file: ParsedFile },
): Result<Fixed, Diagnostic | undefined> {
  const positions = new Map<string, number>();
  for (const { axis: name, template, path } of reading.fixed) {
    const axis = source.find((other) => other.spec.name === name);
    if (axis === undefined) continue;
    if (template === undefined) return err(undefined);
    const value = evaluateUnder(template, settings);
    if (!value.ok) return value;
    const at = value.value === 'last' ? axis.values.length - 1 : axis.position(value.value);
    if (at === undefined) {
      const owner = refNode(reading.ref).name;
      const message = `${reading.name} reads ${reading.written} at ${name} = ${show(value.value)}, but ${owner} has only ${name} = ${valuesText(axis)}.`;
      const related = reasonsFor([template, ...templatesOf(axis.spec)], settings);
      return err(
        problem('AXIS_VALUE_MISSING', file.at(path), message, {
          help: `Use a value of ${name} that ${owner} has, or  last.`,
          related,
        }),
      );
    }
    positions.set(name, at);
  }
  return ok(positions);
}

export function valuesText(axis: GridAxis): string {
  if (axis.spec.loop && axis.values.length > 2) return `1 to ${axis.values.length}`;
  return listed(axis.values.map(show), 8);
}

/** Which rows `where` takes; what goes wrong is told once. */
export function rowFilter(
  where: BoundExpression | undefined,
  axes: readonly GridAxis[],
  { settings, problems }: { readonly settings: Settings; readonly problems: Diagnostic[] },
): Keep | undefined {
  if (where === undefined) return undefined;
  const types = new Map(axes.map((axis) => [axis.spec.name, axis.spec.type]));
  let failed = false;
  return (coords) => {
    if (failed) return true;
    const loop = Object.fromEntries(
      Object.entries(coords).map(([name, value]) => [name, toCel(value, types.get(name) ?? 'int')]),
    );
    const values = { params: settings.params, matrix: new AxisValues(), loop };
    const holds = evaluateBound(where, values, settings.because);
    if (holds.ok && typeof holds.value === 'boolean') return holds.value;
    failed = true;
    const wrong = holds.ok ? notBoolean(where, holds.value) : holds.error;
    if (wrong !== undefined) problems.push(wrong);
    return true;
  };
}

function notBoolean(where: BoundExpression, value: Json): Diagnostic {
  const at = where.range(0, where.expression.code.length);
  return problem('EXPRESSION_TYPE', at, `where needs true or false; this gives ${show(value)}.`, {
    help: 'For example  where: k >= 5',
  });
}
