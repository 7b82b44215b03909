import type { Json } from '../base/json.js';
import { AxisValues, ParamValues, type Values } from './expression.js';
import type { Grid, Settings } from './grid.js';
import { valueAt } from './explain-schema.js';
import { latticeOf } from './lines.js';
import type { BoundParam, Component, Definition } from './model.js';
import { componentInputs, usedAxes, valuesOf, whereText } from './param-table.js';
import { mappingAt } from './params.js';
import type { ParsedFile } from './parse.js';
import { positionsOn } from './sample.js';
import { ownEntry } from './signatures.js';
import { filledParams, type Params } from './stage-params.js';
import type { StageSignature } from './stage.js';
import { evaluateTemplate, expressionsOf } from './templates.js';

/** What parameters of stages are computed from; undefined before anything is known of it. */
export interface Known {
  readonly settings: Settings;
  readonly grid: Grid;
}

/** A value that a parameter has, and where on the axes: ` at k = 3`, or nothing. */
export interface KnownValue {
  readonly value: Json | undefined;
  readonly where: string;
}

interface Context {
  readonly file: ParsedFile;
  readonly known: Known | undefined;
}

/** What is written out is known at once; of more values than these none is looked at. */
const mostValues = 1000;

/**
 * The values that a parameter of a definition's stage type has, its default where none is given; behind a component
 * those that the component makes. Undefined where they are not known: computed ones before the axes are, and too many.
 */
export function knownValues(
  definition: Definition,
  name: string,
  context: Context,
): readonly KnownValue[] | undefined {
  const { signature, implementation } = definition;
  if (signature === undefined) return undefined;
  const rows = givenRows(definition, decidedBy(definition, name), context);
  const component = implementation?.component;
  if (component === undefined)
    return rows?.map(({ given, where }) => ({ value: filledParams(signature, given)[name], where }));
  const { signature: inner } = implementation!;
  const made = deciding(inner, name, component.params);
  const values: KnownValue[] = [];
  for (const { given, where } of rows ?? []) {
    const params = madeBy(component, made, filledParams(signature, given));
    if (params === undefined) return undefined;
    values.push({ value: filledParams(inner, params)[name], where });
  }
  return rows === undefined ? undefined : values;
}

/** Whether the value of a parameter depends on expressions: else it is the same under every preset. */
export function isComputed(definition: Definition, name: string): boolean {
  const names = decidedBy(definition, name);
  return definition.params.some((param) => names.includes(param.name) && param.template.kind !== 'constant');
}

/** What in `with` decides about a parameter: itself and what picks its default, or what a component makes these from. */
function decidedBy({ signature, implementation }: Definition, name: string): readonly string[] {
  const component = implementation?.component;
  if (component === undefined) return signature === undefined ? [] : picking(signature, name);
  const made = deciding(implementation!.signature, name, component.params);
  return made.flatMap(({ template }) => expressionsOf(template).flatMap((e) => e.expression.inputs));
}

const picking = ({ variants, settings }: StageSignature, name: string): readonly string[] =>
  [name, variants?.by, settings?.by].filter((one) => one !== undefined);

function deciding(
  signature: StageSignature,
  name: string,
  params: readonly BoundParam[],
): readonly BoundParam[] {
  const names = picking(signature, name);
  return params.filter((param) => names.includes(param.name));
}

function madeBy(component: Component, made: readonly BoundParam[], outer: Params): Params | undefined {
  const inputs = componentInputs(component, outer);
  const values: Values = { params: new ParamValues(), matrix: new AxisValues(), loop: {}, inputs };
  const params: Record<string, Json> = {};
  for (const { name, template } of made) {
    const value = evaluateTemplate(template, values);
    if (!value.ok) return undefined;
    params[name] = value.value;
  }
  return params;
}

interface Row {
  readonly given: Params;
  readonly where: string;
}

/** What `with` gives for some names, at every point of the axes that it depends on. */
function givenRows(
  definition: Definition,
  names: readonly string[],
  { file, known }: Context,
): readonly Row[] | undefined {
  const params = definition.params.filter((param) => names.includes(param.name));
  const written = mappingAt(valueAt(file, [...definition.path, 'with']));
  // What is written and was not understood is something, but it is not known what.
  if (new Set(names.filter((name) => ownEntry(written, name) !== undefined)).size > params.length)
    return undefined;
  const constant = params.every(({ template }) => template.kind === 'constant');
  const nodeGrid = known?.grid.get(definition.node);
  const values = constant ? new ParamValues() : known?.settings.params;
  if (values === undefined || (!constant && nodeGrid === undefined)) return undefined;
  const lattice = latticeOf(constant || nodeGrid === undefined ? noAxes : nodeGrid);
  const axes = usedAxes(
    params.map(({ template }) => template),
    lattice,
  );
  const valuesAt = valuesOf(lattice, values);
  const rows: Row[] = [];
  for (const position of positionsOn(lattice, axes, mostValues)) {
    const given: Record<string, Json> = {};
    for (const { name, template } of params) {
      const value = evaluateTemplate(template, valuesAt(position));
      if (!value.ok) return undefined;
      given[name] = value.value;
    }
    rows.push({ given, where: whereText(lattice, axes, position) });
  }
  return rows.length === 0 ? undefined : rows;
}

const noAxes = { axes: [], present: undefined };
