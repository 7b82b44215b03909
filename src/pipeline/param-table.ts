import type { Json } from '../base/json.js';
import type { Diagnostic } from './diagnostic.js';
import { AxisValues, inputValues, type ParamValues, type Values } from './expression.js';
import { paramsOnly, type GridAxis, type Settings } from './grid.js';
import type { Lattice } from './lines.js';
import type { Component, Definition } from './model.js';
import { celTypeOf, computable } from './param-types.js';
import type { ParsedFile } from './parse.js';
import { ownEntry } from './signatures.js';
import { evaluatedProblems, filledParams, type Params } from './stage-params.js';
import type { StageSignature } from './stage.js';
import { evaluateTemplate, expressionsOf, type Template } from './templates.js';
import { textOf } from './terminal-text.js';

interface Context {
  readonly file: ParsedFile;
  readonly settings: Settings;
  readonly problems: Diagnostic[];
}

/** The parameters of a definition's instances: computed once for each combination of the axes they depend on. */
export interface ParamTable {
  at(position: readonly number[]): Params;
}

/** More of the same says nothing new. */
const mostProblems = 20;

export function paramTable(
  definition: Definition,
  signature: StageSignature,
  lattice: Lattice,
  context: Context,
): ParamTable {
  const columns = definition.params.map((param) => column(param.name, param.template, lattice));
  const axes = usedAxes(
    definition.params.map((p) => p.template),
    lattice,
  );
  const rows = new Map<number, Params>();
  const computed = definition.params.some((p) => p.template.kind !== 'constant');

  function row(position: readonly number[]): Params {
    const given: [string, Json][] = [];
    for (const { name, cell } of columns) {
      const value = cell(position, context);
      if (value === undefined) return {};
      given.push([name, value]);
    }
    const params = Object.fromEntries(given);
    if (computed && context.problems.length < mostProblems)
      context.problems.push(
        ...evaluatedProblems(definition, signature, params, {
          file: context.file,
          because: (name) => context.settings.because(name),
          where: () => whereText(lattice, axes, position),
        }),
      );
    const filled = filledParams(signature, params);
    const { component } = definition.implementation ?? {};
    if (component === undefined) return filled;
    return componentParams(definition, component, filled, () => ({
      where: whereText(lattice, axes, position),
      ...context,
    }));
  }
  return {
    at(position) {
      const key = rowKey(axes, lattice, position);
      let params = rows.get(key);
      if (params === undefined) rows.set(key, (params = row(position)));
      return params;
    },
  };
}

/** The parameters of a component's stage type, made from those of the component. */
function componentParams(
  definition: Definition,
  component: Component,
  outer: Params,
  so: () => Context & { readonly where: string },
): Params {
  const { settings, problems, where } = so();
  const inner = definition.implementation?.signature;
  const given: [string, Json][] = [];
  const inputs = inputValues(
    new Map(
      [...component.values].flatMap(([name, type]) => {
        const value = ownEntry(outer, name);
        return value === undefined
          ? []
          : [[name, { value: computable(type, value), type: celTypeOf(type) }] as const];
      }),
    ),
  );
  for (const { name, template } of component.params) {
    const value = evaluateTemplate(template, { ...paramsOnly(settings.params), inputs });
    if (value.ok) given.push([name, value.value]);
    else {
      if (problems.length < mostProblems) problems.push(value.error);
      return {};
    }
  }
  const params = Object.fromEntries(given);
  if (inner === undefined) return params;
  if (problems.length < mostProblems)
    problems.push(
      ...evaluatedProblems(
        { name: definition.name, path: component.path, params: component.params },
        inner,
        params,
        {
          file: component.file,
          because: (name) => settings.because(name),
          where: () => where,
        },
      ),
    );
  return filledParams(inner, params);
}

interface Column {
  readonly name: string;
  /** Undefined when its expression failed, which is reported once. */
  readonly cell: (position: readonly number[], context: Context) => Json | undefined;
}

function column(name: string, template: Template, lattice: Lattice): Column {
  if (template.kind === 'constant') return { name, cell: () => template.value };
  const axes = usedAxes([template], lattice);
  const cells = new Map<number, Json | undefined>();
  let failed = false;
  return {
    name,
    cell(position, context) {
      const key = rowKey(axes, lattice, position);
      if (cells.has(key) || failed) return cells.get(key);
      const value = evaluateTemplate(template, valuesAt(lattice, position, context.settings.params));
      if (!value.ok) {
        failed = true;
        const where = whereText(lattice, axes, position);
        context.problems.push({ ...value.error, message: value.error.message.replace(/\.$/, `${where}.`) });
      }
      cells.set(key, value.ok ? value.value : undefined);
      return cells.get(key);
    },
  };
}

/** The positions of the axes that some templates depend on. */
function usedAxes(templates: readonly Template[], lattice: Lattice): number[] {
  const names = new Set(templates.flatMap(expressionsOf).flatMap((e) => e.expression.axes));
  return lattice.axes.flatMap((axis, i) => (names.has(axis.spec.name) ? [i] : []));
}

function rowKey(axes: readonly number[], lattice: Lattice, position: readonly number[]): number {
  let key = 0;
  for (const a of axes) key += (position[a] ?? 0) * (lattice.strides[a] ?? 1);
  return key;
}

function valuesAt(lattice: Lattice, position: readonly number[], params: ParamValues): Values {
  const matrix: Record<string, unknown> = {};
  const loop: Record<string, unknown> = {};
  lattice.axes.forEach((axis: GridAxis, a) => {
    (axis.spec.loop ? loop : matrix)[axis.spec.name] = axis.cel[position[a] ?? 0];
  });
  return { params, matrix: Object.assign(new AxisValues(), matrix), loop };
}

function whereText(lattice: Lattice, axes: readonly number[], position: readonly number[]): string {
  if (axes.length === 0) return '';
  const parts = axes.map(
    (a) => `${lattice.axes[a]?.spec.name} = ${textOf(lattice.axes[a]?.values[position[a] ?? 0])}`,
  );
  return ` at ${parts.join(', ')}`;
}
