import type { Json } from '../base/json.js';
import type { Binder } from './bind-edge.js';
import type { CelType } from './cel-values.js';
import { problem } from './diagnostic.js';
import { scopeWithNames } from './expression.js';
import type { Node } from './model.js';
import type { Path } from './places.js';
import { compileCode, compileTemplate, type BoundExpression } from './templates.js';

/** `where: k >= 5`, with or without `${}`: which rows of a gather are taken. Sees params and the gathered axes, by their names. */
export function bindWhere(
  value: Json | undefined,
  path: Path,
  of: { readonly source: Node; readonly over: readonly string[] | undefined; readonly binder: Binder },
): BoundExpression | undefined {
  const { source, over = [], binder } = of;
  if (typeof value !== 'string' || !source.axesKnown || binder.broken.around(path)) return undefined;
  const { file, params, problems } = binder;
  const names = new Map<string, CelType>();
  const loops = new Set(
    [...binder.nodes.values()].flatMap((n) => n.axes.flatMap((a) => (a.loop ? a.name : []))),
  );
  for (const { name, type } of source.axes.filter((axis) => over.includes(axis.name))) {
    names.set(name, type);
    if (loops.has(name) && type === 'int') names.set('level', 'int');
  }
  const context = { file, scope: scopeWithNames(params, names), problems };
  const template = value.includes('${')
    ? compileTemplate(value, path, context)
    : compileCode(value, path, context);
  if (template === undefined) return undefined;
  if (template.kind === 'expression' && ['bool', 'dyn'].includes(template.expression.type)) return template;
  const given = template.kind === 'expression' ? template.expression.type : 'a text';
  problems.push(
    problem('EXPRESSION_TYPE', file.at(path), `where needs true or false; this gives ${given}.`, {
      help: 'For example  where: k >= 5',
    }),
  );
  return undefined;
}
