import type { Json } from '../base/json.js';
import { ok, type Result } from '../base/result.js';
import type { Broken } from './broken.js';
import { problem, withNote, type Diagnostic } from './diagnostic.js';
import { valueAt } from './explain-schema.js';
import { AxisValues, inputValues, ParamValues, type Values } from './expression.js';
import { paramsOnly, reasonsFor, type Settings } from './grid.js';
import type { Lattice } from './lines.js';
import type { BoundParam, Component, Definition } from './model.js';
import { celTypeOf, computable } from './param-types.js';
import { mappingAt } from './params.js';
import type { ParsedFile } from './parse.js';
import { ownEntry } from './signatures.js';
import { evaluatedProblems, filledParams, type Params } from './stage-params.js';
import type { StageSignature } from './stage.js';
import { evaluateTemplate, expressionsOf, type Template } from './templates.js';
import { textOf } from './terminal-text.js';

interface Context {
  readonly file: ParsedFile;
  /** Parameters of which something wrong was told. */
  readonly unreadable: ReadonlySet<string>;
  readonly settings: Settings;
  readonly problems: Diagnostic[];
}

/** The parameters of a definition's instances: computed once for each combination of the axes they depend on. */
export interface ParamTable {
  /** The axes that they depend on. */
  readonly axes: readonly number[];
  /** Nothing where one of them is wrong. */
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
  const axes = axesOf(definition.params, lattice);
  const values = valuesOf(lattice, context.settings.params);
  const columns = definition.params.map((param) => column(param, { axes, lattice, values }));
  const rows = new Map<number, Params>();
  const computed = columns.filter(({ constant }) => !constant);
  const { component, signature: inner = signature } = definition.implementation ?? {};
  const unknown = new Set(context.unreadable);
  const tell = teller(definition, lattice, { context, unknown });
  const fill = filler(signature, computed);

  /** What is given; every row has the same names in the same order. */
  function givenAt(position: readonly number[]): Params {
    const given: Record<string, Json> = {};
    for (const { name, cell } of columns) {
      const value = cell(position, context);
      if (value === undefined) unknown.add(name);
      else given[name] = value;
    }
    return given;
  }

  function row(position: readonly number[]): Params {
    const given = givenAt(position);
    if (computed.length > 0) tell.row(definition, signature, given, { position, file: context.file });
    if (unknown.size > 0) return {};
    const filled = fill(given);
    if (component === undefined) return filled;
    const made = componentParams(component, filled);
    if (!made.ok) {
      tell.failed(made.error);
      return {};
    }
    const { path, params, file } = component;
    tell.row({ name: definition.name, path, params }, inner, made.value, { position, file });
    return filledParams(inner, made.value);
  }
  return {
    axes,
    at(position) {
      const key = rowKey(axes, lattice, position);
      let params = rows.get(key);
      if (params === undefined) rows.set(key, (params = row(position)));
      return params;
    },
  };
}

/** What is written in `with` and is wrong, or was not understood: of these nothing more is said. */
export function unreadable(
  { path, params, signature }: Definition,
  { file, broken }: { readonly file: ParsedFile; readonly broken: Broken },
): ReadonlySet<string> {
  const place = [...path, 'with'];
  const written = Object.keys(mappingAt(valueAt(file, place)));
  const values = written.filter((name) => ownEntry(signature?.inputs, name) === undefined);
  const read = new Set(params.map(({ name }) => name));
  return new Set(values.filter((name) => broken.touches([...place, name]) || !read.has(name)));
}

type Parameterised = Parameters<typeof evaluatedProblems>[0];

interface Teller {
  row(
    definition: Parameterised,
    signature: StageSignature,
    given: Params,
    at: { readonly position: readonly number[]; readonly file: ParsedFile },
  ): void;
  /** An expression of a component. */
  failed(error: Diagnostic | undefined): void;
}

/** Tells what is wrong with a row, but for what was told of another row already. */
function teller(
  { params }: Definition,
  lattice: Lattice,
  { context, unknown }: { readonly context: Context; readonly unknown: ReadonlySet<string> },
): Teller {
  const told = new Set<string>();
  const say = (wrong: Diagnostic, identity: string): void => {
    if (told.size < mostProblems && told.size < told.add(identity).size) context.problems.push(wrong);
  };
  // Behind a component all that it is given may matter.
  const reasons = (decisive: readonly BoundParam[]) =>
    reasonsFor(
      decisive.map(({ template }) => template),
      context.settings,
    );
  return {
    row(definition, signature, given, { position, file }) {
      if (told.size >= mostProblems) return;
      const own = (decisive: readonly BoundParam[]) => (definition.params === params ? decisive : params);
      const found = evaluatedProblems(definition, signature, given, {
        file,
        because: (decisive) => reasons(own(decisive)),
        where: (decisive) => whereText(lattice, axesOf(own(decisive), lattice), position),
        unknown: (name) => unknown.has(name),
      });
      for (const { diagnostic, identity } of found) say(diagnostic, identity);
    },
    failed(error) {
      if (error === undefined) return;
      const { code, at, message, help } = error;
      say(problem(code, at, message, { help, related: reasons(params) }), `${at.file} ${at.start} ${code}`);
    },
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
function componentParams(component: Component, outer: Params): Result<Params, Diagnostic | undefined> {
  const given: [string, Json][] = [];
  const inputs = componentInputs(component, outer);
  for (const { name, template } of component.params) {
    const value = evaluateTemplate(template, { ...paramsOnly(new ParamValues()), inputs });
    if (!value.ok) return value;
    given.push([name, value.value]);
  }
  return ok(Object.fromEntries(given));
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
    const value = evaluateTemplate(template, values(position), context.settings.because);
    if (value.ok) return value.value;
    failed = true;
    const where = whereText(lattice, axes, position);
    if (value.error !== undefined) context.problems.push(withNote(value.error, where));
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

function axesOf(params: readonly BoundParam[], lattice: Lattice): number[] {
  return usedAxes(
    params.map(({ template }) => template),
    lattice,
  );
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
