import type { Json } from '../base/json.js';
import type { Diagnostic } from './diagnostic.js';
import { AxisValues, inputValues, type ParamValues, type Values } from './expression.js';
import { paramsOnly, type Settings } from './grid.js';
import type { Lattice } from './lines.js';
import type { BoundParam, Component, Definition } from './model.js';
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
  const axes = usedAxes(
    definition.params.map((p) => p.template),
    lattice,
  );
  const values = valuesOf(lattice, context.settings.params);
  const columns = definition.params.map((param) => column(param, { axes, lattice, values }));
  const rows = new Map<number, Params>();
  const computed = columns.filter(({ constant }) => !constant);
  const { component } = definition.implementation ?? {};
  const check = rowChecker(definition, signature, (position) => whereText(lattice, axes, position), context);
  const fill = filler(signature, computed);

  /** What is given, with the computed values of one row; every row has the same names in the same order. */
  function givenAt(position: readonly number[]): Params | undefined {
    const given: Record<string, Json> = {};
    for (const { name, cell } of columns) {
      const value = cell(position, context);
      if (value === undefined) return undefined;
      given[name] = value;
    }
    return given;
  }

  function row(position: readonly number[]): Params {
    const given = givenAt(position);
    if (given === undefined) return {};
    if (computed.length > 0 && context.problems.length < mostProblems) check(given, position);
    const filled = fill(given);
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

/** Tells what is wrong with a row, but for what was told of another row already. */
function rowChecker(
  definition: Definition,
  signature: StageSignature,
  whereOf: (position: readonly number[]) => string,
  { file, settings, problems }: Context,
): (given: Params, position: readonly number[]) => void {
  const told = new Set<string>();
  const because = (name: string) => settings.because(name);
  return (given, position) => {
    const where = () => whereOf(position);
    for (const found of evaluatedProblems(definition, signature, given, { file, because, where })) {
      const identity = `${found.at.start} ${found.message.replace(where(), '')}`;
      if (told.has(identity)) continue;
      told.add(identity);
      problems.push(found);
    }
  };
}

/**
 * `filledParams` for rows that differ in some columns. Unless one of those picks the variant or the row of named
 * settings, all rows have the same fields, and only the values of those columns change from one to the next.
 */
function filler(signature: StageSignature, computed: readonly Column[]): (given: Params) => Params {
  const selectors = [signature.variants?.by, signature.settings?.by];
  if (computed.some(({ name }) => selectors.includes(name))) return (given) => filledParams(signature, given);
  let first: Params | undefined;
  return (given) => {
    if (first === undefined) return (first = filledParams(signature, given));
    const filled: Record<string, Json> = { ...first };
    for (const { name } of computed) if (Object.hasOwn(filled, name)) filled[name] = given[name]!;
    return filled;
  };
}

/** What the expressions of a component see. */
export function componentInputs(component: Component, outer: Params): NonNullable<Values['inputs']> {
  return inputValues(
    new Map(
      [...component.values].flatMap(([name, type]) => {
        const value = ownEntry(outer, name);
        return value === undefined
          ? []
          : [[name, { value: computable(type, value), type: celTypeOf(type) }] as const];
      }),
    ),
  );
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
  const inputs = componentInputs(component, outer);
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
  readonly constant: boolean;
  /** Undefined when its expression failed, which is reported once. */
  readonly cell: (position: readonly number[], context: Context) => Json | undefined;
}

interface Table {
  /** The axes that the whole row depends on. */
  readonly axes: readonly number[];
  readonly lattice: Lattice;
  readonly values: (position: readonly number[]) => Values;
}

function column({ name, template }: BoundParam, { axes: all, lattice, values }: Table): Column {
  if (template.kind === 'constant') return { name, constant: true, cell: () => template.value };
  const axes = usedAxes([template], lattice);
  const cells = new Map<number, Json | undefined>();
  let failed = false;
  const evaluate: Column['cell'] = (position, context) => {
    if (failed) return undefined;
    const value = evaluateTemplate(template, values(position));
    if (value.ok) return value.value;
    failed = true;
    const where = whereText(lattice, axes, position);
    context.problems.push({ ...value.error, message: value.error.message.replace(/\.$/, `${where}.`) });
    return undefined;
  };
  // Rows are made once each: one that depends on all their axes is not asked for twice.
  if (axes.length === all.length) return { name, constant: false, cell: evaluate };
  return {
    name,
    constant: false,
    cell(position, context) {
      const key = rowKey(axes, lattice, position);
      if (cells.has(key)) return cells.get(key);
      const value = evaluate(position, context);
      cells.set(key, value);
      return value;
    },
  };
}

/** The positions of the axes that some templates depend on. */
export function usedAxes(templates: readonly Template[], lattice: Lattice): number[] {
  const names = new Set(templates.flatMap(expressionsOf).flatMap((e) => e.expression.axes));
  return lattice.axes.flatMap((axis, i) => (names.has(axis.spec.name) ? [i] : []));
}

function rowKey(axes: readonly number[], lattice: Lattice, position: readonly number[]): number {
  let key = 0;
  for (const a of axes) key += (position[a] ?? 0) * (lattice.strides[a] ?? 1);
  return key;
}

/** What expressions see at a position. Always the same object: an expression keeps nothing of it. */
export function valuesOf(lattice: Lattice, params: ParamValues): Table['values'] {
  const matrix = new AxisValues() as Record<string, unknown>;
  const loop: Record<string, unknown> = {};
  const values: Values = { params, matrix, loop };
  return (position) => {
    lattice.axes.forEach(({ spec, cel }, a) => {
      (spec.loop ? loop : matrix)[spec.name] = cel[position[a] ?? 0];
    });
    return values;
  };
}

export function whereText(lattice: Lattice, axes: readonly number[], position: readonly number[]): string {
  if (axes.length === 0) return '';
  const parts = axes.map(
    (a) => `${lattice.axes[a]?.spec.name} = ${textOf(lattice.axes[a]?.values[position[a] ?? 0])}`,
  );
  return ` at ${parts.join(', ')}`;
}
