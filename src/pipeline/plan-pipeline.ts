import type { Json } from '../base/json.js';
import { err, ok, type Result } from '../base/result.js';
import { checkAlignment } from './alignment.js';
import { bindGraph, type Graph } from './bind.js';
import { brokenParts, type Broken } from './broken.js';
import type { CelType } from './cel-values.js';
import { checkAgainstSchema } from './check-schema.js';
import { checkColumns } from './check-columns.js';
import { checkEdges, loopNames, orderGraph, type GraphOrder } from './check-graph.js';
import { sortDiagnostics, type Diagnostic } from './diagnostic.js';
import { expand } from './expand.js';
import { paramScope, paramValues, type Scope } from './expression.js';
import { evaluateGrid, type Grid, type GridContext, type Settings } from './grid.js';
import type { Definition } from './model.js';
import { mappingAt, readDeclarations, type Declaration, type ParamValue } from './params.js';
import { celTypeOf, computable } from './param-types.js';
import { readParamsFile, type ParamsFile } from './params-file.js';
import { parsePipelineFile, type ParsedFile } from './parse.js';
import type { Path } from './places.js';
import type { Plan, PlanType, StageSettings } from './plan.js';
import {
  because,
  missingParams,
  readOverrides,
  readPresets,
  unknownPreset,
  variantName,
  withPreset,
  type Preset,
} from './presets.js';
import { readForeign, type ForeignRequest } from './foreign.js';
import { argumentRange } from './source-text.js';
import { readSettings } from './settings.js';
import { resolveTargets } from './targets.js';
import { textOf } from './terminal-text.js';

export interface PipelineRequest extends ForeignRequest {
  /** The bytes of the pipeline file. */
  readonly source: Uint8Array;
  /** Its name, for messages. */
  readonly file: string;
  readonly preset?: string | undefined;
  /** Values from a file of their own, below -P. */
  readonly paramsFile?: ParamsFile | undefined;
  /** `name=value`, from -P. */
  readonly overrides?: readonly string[];
  /** Targets, stages, steps or addresses; none means `default`. */
  readonly targets?: readonly string[];
}

/** Text in, plan out; or everything that is wrong, in the order of the file. */
export function planPipeline(request: PipelineRequest): Result<Plan, Diagnostic[]> {
  const problems: Diagnostic[] = [];
  const checked = checkPipeline(request, problems);
  if (checked === undefined) return err(sortDiagnostics(problems, request.file));
  const { file, graph, order, grid, settings, params, broken } = checked;
  const asked = resolveTargets(request.targets ?? [], { file, graph, grid, broken, problems });
  if (problems.length > 0) return err(sortDiagnostics(problems, request.file));
  const { stageSettings } = checked;
  const { instances, targets } = expand({ file, grid, order, settings, problems, stageSettings, asked });
  if (problems.length > 0) return err(sortDiagnostics(problems, request.file));
  const planned = new Set(instances.map((instance) => instance.definition));
  return ok({
    name: textOf(file.value.name),
    variant: checked.variant,
    preset: request.preset,
    params: Object.fromEntries([...params].map(([name, { value, origin }]) => [name, { value, origin }])),
    instances,
    definitions: graph.definitions.map((d) => d.name).filter((name) => planned.has(name)),
    targets,
    ...foreignTypes(graph, planned),
  });
}

/** Types that do not come with ticketlab, as far as they are planned. */
function foreignTypes(graph: Graph, planned: ReadonlySet<string>): Pick<Plan, 'types'> {
  const types = new Map<string, PlanType>();
  for (const { name, implementation } of graph.definitions) {
    if (implementation === undefined || !planned.has(name)) continue;
    const { type, signature, command, module } = implementation;
    if (command === undefined && module === undefined) continue;
    types.set(type, { signature, ...(command && { command }), ...(module && { module }) });
  }
  return types.size === 0 ? {} : { types };
}

/** Up to so many instances the values that each of them gets are looked at, too. */
const fewInstances = 500;

/** The same checks; of a large sweep without making its instances, so that it costs what the file costs. */
export function validatePipeline(request: PipelineRequest): Result<{ readonly name: string }, Diagnostic[]> {
  const problems: Diagnostic[] = [];
  const checked = checkPipeline(request, problems);
  if (checked !== undefined) {
    const asked = resolveTargets(request.targets ?? [], { ...checked, problems });
    if (problems.length === 0 && mostInstances(checked) <= fewInstances)
      expand({ ...checked, problems, asked });
  }
  if (checked === undefined || problems.length > 0) return err(sortDiagnostics(problems, request.file));
  return ok({ name: textOf(checked.file.value.name) });
}

const mostInstances = ({ graph, grid }: Checked): number =>
  graph.definitions.reduce((sum, { node }) => sum + pointsOf(grid.get(node)?.axes ?? []), 0);

const pointsOf = (axes: readonly { readonly values: readonly Json[] }[]): number =>
  axes.reduce((product, { values }) => product * values.length, 1);

/** A file without errors, taken apart: what plans and explanations are made from. */
export interface Checked {
  readonly file: ParsedFile;
  readonly broken: Broken;
  readonly graph: Graph;
  readonly order: GraphOrder;
  readonly grid: Grid;
  readonly settings: Settings;
  readonly stageSettings: ReadonlyMap<Definition, StageSettings>;
  readonly params: ReadonlyMap<string, ParamValue>;
  readonly variant: string;
}

export function checkPipeline(request: PipelineRequest, problems: Diagnostic[]): Checked | undefined {
  const parsed = parsePipelineFile(request.file, request.source);
  if (!parsed.ok) {
    problems.push(...parsed.error);
    return undefined;
  }
  const file = parsed.value;
  const schema = checkAgainstSchema(file, request.signatures);
  problems.push(...schema.problems);
  const found = brokenParts(schema.broken);
  const foreign = readForeign(file, request, { broken: found, problems });
  const broken = brokenParts([...schema.broken, ...foreign.broken]);
  const settled = settleParams(request, file, { broken, problems });
  const scope = paramScope(settled.types);
  const { signatures } = request;
  const graph = bindGraph({
    ...{ file, signatures, params: scope, broken, problems },
    foreign: (path) => foreign.at(path),
  });
  const order = orderGraph(graph, problems);
  checkEdges(graph, file, problems);
  const settings = settingsOf(settled.values, settled, '');
  const known = { file, broken, graph, order, settings, params: settled.values, variant: settled.variant };
  // Values of axes mean something only where every name and type is right.
  if (problems.length > 0) return { ...known, grid: new Map(), stageSettings: new Map() };
  const evaluation = { file, settings, problems };
  const grid = checkValues(graph, evaluation);
  const stageSettings = readSettings(graph, { ...evaluation, scope, broken });
  if (problems.length === 0) checkOtherPresets({ file, graph, scope, broken }, settled, problems);
  return { ...known, grid, stageSettings };
}

/** The axes under one set of parameters, with what depends on values: which instances are read, and computed names. */
function checkValues(graph: Graph, context: GridContext): Grid {
  const { file, settings, problems } = context;
  const grid = evaluateGrid(graph, context);
  checkAlignment(graph, grid, context);
  const known = { settings, grid };
  checkColumns(graph.definitions, { file, loops: loopNames(graph), wrong: new Set(), known }, problems);
  return grid;
}

interface SettledParams {
  readonly declarations: ReadonlyMap<string, Declaration>;
  readonly presets: ReadonlyMap<string, Preset>;
  readonly preset: Preset | undefined;
  readonly types: ReadonlyMap<string, CelType>;
  readonly values: ReadonlyMap<string, ParamValue>;
  readonly variant: string;
}

/** Default < preset (and what it extends) < file of parameters < -P. */
function settleParams(
  request: PipelineRequest,
  file: ParsedFile,
  { broken, problems }: { readonly broken: Broken; readonly problems: Diagnostic[] },
): SettledParams {
  const declarations = readDeclarations(file, (path) => broken.touches(path), problems);
  const presets = readPresets(file, declarations, { isBroken: (path) => broken.around(path), problems });
  const preset = request.preset === undefined ? undefined : presets.get(request.preset);
  if (request.preset !== undefined && preset === undefined) {
    const at = argumentRange(`--preset ${request.preset}`, '--preset '.length);
    problems.push(unknownPreset(request.preset, [...presets.keys()], at));
  }
  const before = withPreset(declarations, preset);
  const isBroken = (path: Path) => broken.around(path);
  const overrides = new Map([
    ...readParamsFile(request.paramsFile, declarations, { isBroken, problems }),
    ...readOverrides(request.overrides ?? [], declarations, problems),
  ]);
  const values = new Map([...before, ...overrides]);
  if (problems.length === 0) problems.push(...missingParams(declarations, values));
  const types = new Map<string, CelType>();
  // A declaration that is wrong was reported: what uses it is not.
  for (const name of Object.keys(mappingAt(file.value.params))) types.set(name, 'dyn');
  for (const { name, type } of declarations.values()) types.set(name, celTypeOf(type));
  return {
    declarations,
    presets,
    preset,
    types,
    values,
    variant: variantName(request.preset, before, overrides),
  };
}

function settingsOf(
  values: ReadonlyMap<string, ParamValue>,
  { types, declarations }: Pick<SettledParams, 'types' | 'declarations'>,
  note: string,
): Settings {
  const typed = new Map(
    [...values].map(([name, { value }]) => {
      const type = declarations.get(name)?.type;
      return [name, { value: type ? computable(type, value) : value, type: types.get(name) ?? 'dyn' }];
    }),
  );
  return {
    params: paramValues(typed),
    note,
    because: (name) => {
      const value = values.get(name);
      return value === undefined ? undefined : because(name, value);
    },
  };
}

/** A preset that nobody chose today must still fit the graph tomorrow. */
function checkOtherPresets(
  { file, graph, scope, broken }: Pick<Checked, 'file' | 'graph' | 'broken'> & { readonly scope: Scope },
  settled: SettledParams,
  problems: Diagnostic[],
): void {
  const { declarations, presets, preset } = settled;
  for (const other of [undefined, ...presets.values()]) {
    if (other === preset) continue;
    const values = withPreset(declarations, other);
    // What has no value yet may come from -P.
    if (values.size < declarations.size) continue;
    const note = other === undefined ? ' (without a preset)' : ` (with preset ${other.name})`;
    const settings = settingsOf(values, settled, note);
    checkValues(graph, { file, settings, problems });
    readSettings(graph, { file, scope, settings, broken, problems });
  }
}
