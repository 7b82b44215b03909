import type { Json } from '../base/json.js';
import type { Graph } from './bind.js';
import { longestList } from './cel-functions.js';
import { toCel } from './cel-values.js';
import { problem, type Diagnostic, type RelatedPlace } from './diagnostic.js';
import { AxisValues, type ParamValues, type Values } from './expression.js';
import { applyRows } from './matrix-rows.js';
import type { AxisSpec, Node } from './model.js';
import type { ParsedFile } from './parse.js';
import type { Path } from './places.js';
import {
  evaluateTemplate,
  expressionsOf,
  type Because,
  type BoundExpression,
  type Evaluated,
  type Template,
} from './templates.js';
import { show } from './terminal-text.js';

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
  readonly because: Because;
}

/** The axes of a stage, and which points of their product there are. */
export interface NodeGrid {
  readonly axes: readonly GridAxis[];
  /** 1 for each combination of the axes but that of the loop that there is; undefined when all are. */
  readonly present: Uint8Array | undefined;
}

export type Grid = ReadonlyMap<Node, NodeGrid>;

export interface GridContext {
  readonly file: ParsedFile;
  readonly settings: Settings;
  readonly problems: Diagnostic[];
}

/** The values of every axis under one set of parameters. Stages with an unreadable axis are left out. */
export function evaluateGrid(graph: Graph, context: GridContext): Grid {
  const lists = new Map<string, readonly Json[] | undefined>();
  const grid = new Map<Node, NodeGrid>();
  for (const node of graph.nodes) {
    if (!node.axesKnown) continue;
    const axes: GridAxis[] = [];
    for (const spec of node.axes) {
      const axis = evaluateAxis(spec, lists, context);
      if (axis !== undefined) axes.push(axis);
    }
    if (axes.length < node.axes.length) continue;
    const applied = node.rows === undefined ? { axes, present: undefined } : applyRows(node, axes, context);
    if (applied !== undefined) grid.set(node, applied);
  }
  return grid;
}

export function paramsOnly(params: ParamValues): Values {
  return { params, matrix: new AxisValues(), loop: {} };
}

/** The value of a template over parameters alone. */
export function evaluateUnder(template: Template, settings: Settings): Evaluated {
  return evaluateTemplate(template, paramsOnly(settings.params), settings.because);
}

/** Axes with the same expression share one list, so that lining them up is free; what is wrong with it is told once. */
function evaluateAxis(
  spec: AxisSpec,
  lists: Map<string, readonly Json[] | undefined>,
  context: GridContext,
): GridAxis | undefined {
  const cacheKey =
    typeof spec.source === 'object' && 'kind' in spec.source
      ? `${spec.loop}${spec.source.expression.code}`
      : undefined;
  const known = cacheKey !== undefined && lists.has(cacheKey);
  const values = known ? lists.get(cacheKey) : spec.loop ? passes(spec, context) : listValues(spec, context);
  if (cacheKey !== undefined) lists.set(cacheKey, values);
  return values && gridAxis(spec, values);
}

export function gridAxis(spec: AxisSpec, values: readonly Json[]): GridAxis {
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
    message: `times must be a whole number from 1 to ${longestList}, not ${show(times)}.`,
  });
  return undefined;
}

function listValues(spec: AxisSpec, context: GridContext): readonly Json[] | undefined {
  const source = spec.source as readonly Template[] | BoundExpression;
  const list = 'kind' in source ? valueOf(source, context) : templateValues(source, context);
  if (!Array.isArray(list)) return undefined;
  const values = list as readonly Json[];
  if (values.length === 0 && spec.fromRows !== true) {
    reportAxis(spec, context, {
      code: 'EMPTY_AXIS',
      path: spec.path,
      message: `The axis "${spec.name}" has no values.`,
    });
    return undefined;
  }
  const seen = new Set<Json>();
  const repeated = values.find((value) => seen.size === seen.add(value).size);
  if (repeated === undefined) return values;
  reportAxis(spec, context, {
    code: 'BAD_AXIS',
    path: spec.path,
    message: `The axis "${spec.name}" has the value ${show(repeated)} twice.`,
  });
  return undefined;
}

function templateValues(items: readonly Template[], context: GridContext): Json[] | undefined {
  const values: Json[] = [];
  for (const item of items) {
    const value = evaluateUnder(item, context.settings);
    if (!value.ok) {
      if (value.error !== undefined) context.problems.push(value.error);
      return undefined;
    }
    values.push(value.value);
  }
  return values;
}

function valueOf(source: BoundExpression, context: GridContext): Json | undefined {
  const value = evaluateUnder(source, context.settings);
  if (value.ok) return value.value;
  if (value.error !== undefined) context.problems.push(value.error);
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
  return reasonsFor(templatesOf(spec), settings);
}

export function templatesOf({ source }: AxisSpec): readonly Template[] {
  if (typeof source === 'number') return [];
  return 'kind' in source ? [source] : source;
}

/** The parameters that some templates use, and why they are what they are. */
export function reasonsFor(templates: readonly Template[], settings: Settings): RelatedPlace[] {
  const names = new Set(templates.flatMap(expressionsOf).flatMap((e) => e.expression.params));
  return [...names].flatMap((name) => settings.because(name) ?? []);
}
