import type { Json } from '../base/json.js';
import type { Graph } from './bind.js';
import { longestList } from './cel-functions.js';
import { toCel } from './cel-values.js';
import { problem, type Diagnostic, type RelatedPlace } from './diagnostic.js';
import { AxisValues, type ParamValues, type Values } from './expression.js';
import type { AxisSpec, BoundInput, Node, Ref } from './model.js';
import { refNode } from './model.js';
import type { ParsedFile } from './parse.js';
import type { Path } from './places.js';
import {
  evaluateBound,
  evaluateTemplate,
  expressionsOf,
  type BoundExpression,
  type Template,
} from './templates.js';
import { listed, show } from './terminal-text.js';

/** An axis with its values. */
export interface GridAxis {
  readonly spec: AxisSpec;
  readonly values: readonly Json[];
  /** The values as expressions see them. */
  readonly cel: readonly unknown[];
  /** Where a value stands. */
  position(value: Json): number | undefined;
}

/** One set of parameter values. */
export interface Settings {
  readonly params: ParamValues;
  /** Added to messages when it is not the set that was asked for, for example ` (with preset smoke)`. */
  readonly note: string;
  /** Why a parameter has its value. */
  because(param: string): RelatedPlace | undefined;
}

export type Grid = ReadonlyMap<Node, readonly GridAxis[]>;

interface GridContext {
  readonly file: ParsedFile;
  readonly settings: Settings;
  readonly problems: Diagnostic[];
}

/** The values of every axis under one set of parameters. Stages with an unreadable axis are left out. */
export function evaluateGrid(graph: Graph, context: GridContext): Grid {
  const lists = new Map<string, readonly Json[]>();
  const grid = new Map<Node, readonly GridAxis[]>();
  for (const node of graph.nodes) {
    if (!node.axesKnown) continue;
    const axes: GridAxis[] = [];
    for (const spec of node.axes) {
      const axis = evaluateAxis(spec, lists, context);
      if (axis !== undefined) axes.push(axis);
    }
    if (axes.length === node.axes.length) grid.set(node, axes);
  }
  return grid;
}

export function paramsOnly(params: ParamValues): Values {
  return { params, matrix: new AxisValues(), loop: {} };
}

/** Axes with the same expression share one list, so that lining them up is free. */
function evaluateAxis(
  spec: AxisSpec,
  lists: Map<string, readonly Json[]>,
  context: GridContext,
): GridAxis | undefined {
  const cacheKey =
    typeof spec.source === 'object' && 'kind' in spec.source
      ? `${spec.loop}${spec.source.expression.code}`
      : undefined;
  let values = cacheKey === undefined ? undefined : lists.get(cacheKey);
  if (values === undefined) {
    values = spec.loop ? passes(spec, context) : listValues(spec, context);
    if (values === undefined) return undefined;
    if (cacheKey !== undefined) lists.set(cacheKey, values);
  }
  let positions: Map<Json, number> | undefined;
  return {
    spec,
    values,
    cel: values.map((value) => toCel(value, spec.type)),
    position: (value) => (positions ??= new Map(values.map((v, i) => [v, i]))).get(value),
  };
}

function passes(spec: AxisSpec, context: GridContext): readonly Json[] | undefined {
  const path = [...spec.path.slice(0, -1), 'times'];
  const source = spec.source as BoundExpression | number;
  const times = typeof source === 'number' ? source : valueOf(source, context);
  if (times === undefined) return undefined;
  if (typeof times === 'number' && Number.isInteger(times) && times >= 1 && times <= longestList)
    return Array.from({ length: times }, (_, i) => i + 1);
  reportAxis(spec, context, {
    code: 'BAD_TIMES',
    path: path,
    message: `times must be a whole number from 1 to ${longestList}, not ${show(times)}${context.settings.note}.`,
  });
  return undefined;
}

function listValues(spec: AxisSpec, context: GridContext): readonly Json[] | undefined {
  const source = spec.source as readonly Template[] | BoundExpression;
  const list = 'kind' in source ? valueOf(source, context) : templateValues(source, context);
  if (!Array.isArray(list)) return undefined;
  const values = list as readonly Json[];
  if (values.length === 0) {
    reportAxis(spec, context, {
      code: 'EMPTY_AXIS',
      path: spec.path,
      message: `The axis "${spec.name}" has no values${context.settings.note}.`,
    });
    return undefined;
  }
  const seen = new Set<Json>();
  const repeated = values.find((value) => seen.size === seen.add(value).size);
  if (repeated === undefined) return values;
  reportAxis(spec, context, {
    code: 'BAD_AXIS',
    path: spec.path,
    message: `The axis "${spec.name}" has the value ${show(repeated)} twice${context.settings.note}.`,
  });
  return undefined;
}

function templateValues(items: readonly Template[], context: GridContext): Json[] | undefined {
  const values: Json[] = [];
  for (const item of items) {
    const value = evaluateTemplate(item, paramsOnly(context.settings.params));
    if (!value.ok) {
      context.problems.push(value.error);
      return undefined;
    }
    values.push(value.value);
  }
  return values;
}

function valueOf(source: BoundExpression, context: GridContext): Json | undefined {
  const value = evaluateBound(source, paramsOnly(context.settings.params));
  if (value.ok) return value.value;
  context.problems.push(value.error);
  return undefined;
}

const axisHelp = {
  EMPTY_AXIS: 'Give it at least one value.',
  BAD_AXIS: 'Each value may stand there once.',
  BAD_TIMES: 'It is the number of passes.',
} as const;

function reportAxis(
  spec: AxisSpec,
  context: GridContext,
  what: { readonly code: keyof typeof axisHelp; readonly path: Path; readonly message: string },
): void {
  const related = reasons(spec, context.settings);
  const { code, path, message } = what;
  context.problems.push(problem(code, context.file.at(path), message, { help: axisHelp[code], related }));
}

/** Which parameters an axis has its values from. */
export function reasons(spec: AxisSpec, settings: Settings): RelatedPlace[] {
  const { source } = spec;
  if (typeof source === 'number') return [];
  const expressions = 'kind' in source ? [source] : source.flatMap(expressionsOf);
  const names = new Set(expressions.flatMap((e) => e.expression.params));
  return [...names].flatMap((name) => settings.because(name) ?? []);
}

/** Every value of an axis that a reader shares with its source must exist in the source. */
export function checkAlignment(graph: Graph, grid: Grid, context: GridContext): void {
  for (const definition of graph.definitions)
    for (const input of definition.inputs)
      alignInput(definition.name, input, { reader: grid.get(definition.node), grid, context });
  for (const node of graph.nodes)
    for (const variable of node.state.values())
      for (const key of ['start', 'next'] as const) {
        const ref = variable[key];
        const at = () => context.file.at([...variable.path, key]);
        const reader = grid.get(node)?.filter((axis) => key === 'next' || !axis.spec.loop);
        if (ref !== undefined)
          align(
            { name: node.name, written: `the ${key} of "${variable.name}"`, at, ref, over: [] },
            { reader, grid, context },
          );
      }
}

interface Reading {
  readonly name: string;
  readonly written: string;
  readonly at: () => Diagnostic['at'];
  readonly ref: Ref;
  readonly over: readonly string[];
}

interface Alignment {
  readonly reader: readonly GridAxis[] | undefined;
  readonly grid: Grid;
  readonly context: GridContext;
}

function alignInput(name: string, input: BoundInput, alignment: Alignment): void {
  const { written, at, ref, over = [] } = input;
  align({ name, written, at, ref, over }, alignment);
}

function align(reading: Reading, { reader, grid, context }: Alignment): void {
  const source = grid.get(refNode(reading.ref));
  if (reader === undefined || source === undefined || source === reader) return;
  for (const axis of source) {
    if (reading.over.includes(axis.spec.name)) continue;
    const mine = reader.find((other) => other.spec.name === axis.spec.name);
    if (mine === undefined || mine.values === axis.values) continue;
    const missing = mine.values.filter((value) => axis.position(value) === undefined);
    if (missing.length === 0) continue;
    const owner = refNode(reading.ref).name;
    const message = `${reading.name} reads ${reading.written} at ${axis.spec.name} = ${listed(missing.map(show), 8)}, but ${owner} has only ${axis.spec.name} = ${valuesText(axis)}${context.settings.note}.`;
    const related = [...reasons(mine.spec, context.settings), ...reasons(axis.spec, context.settings)];
    context.problems.push(
      problem('AXIS_VALUE_MISSING', reading.at(), message, {
        help: `Use values of ${axis.spec.name} that ${owner} has.`,
        related,
      }),
    );
  }
}

function valuesText(axis: GridAxis): string {
  if (axis.spec.loop && axis.values.length > 2) return `1 to ${axis.values.length}`;
  return listed(axis.values.map(show), 8);
}
