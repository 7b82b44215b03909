import { err, ok, type Result } from '../base/result.js';
import { bindGraph, type Graph } from './bind.js';
import { brokenParts, type Broken } from './broken.js';
import { checkAgainstSchema } from './check-schema.js';
import { checkEdges, orderGraph, type GraphOrder } from './check-graph.js';
import { checkValues, type Valued } from './check-values.js';
import { sortDiagnostics, type Diagnostic } from './diagnostic.js';
import { expand } from './expand.js';
import { paramScope } from './expression.js';
import { readForeign, type ForeignRequest } from './foreign.js';
import type { Settings } from './grid.js';
import type { ParamValue } from './params.js';
import { parsePipelineFile, type ParsedFile } from './parse.js';
import type { Plan, PlanType } from './plan.js';
import { choicesOf, settleParams, type ValuesRequest } from './settle.js';
import { readTargets, resolveTargets, type Targets } from './targets.js';
import { textOf } from './terminal-text.js';

export interface PipelineRequest extends ForeignRequest, ValuesRequest {
  /** The bytes of the pipeline file. */
  readonly source: Uint8Array;
  /** Its name, for messages. */
  readonly file: string;
  /** Targets, stages, steps or addresses; none means `default`. */
  readonly targets?: readonly string[];
}

/** Text in, plan out; or everything that is wrong, in the order of the file. */
export function planPipeline(request: PipelineRequest): Result<Plan, Diagnostic[]> {
  const problems: Diagnostic[] = [];
  const checked = checkPipeline(request, problems);
  const asked = checked && resolveTargets(request.targets ?? [], checked.targets, { ...checked, problems });
  if (checked === undefined || asked === undefined || problems.length > 0)
    return err(sortDiagnostics(problems, request.file));
  const { instances, targets } = expand({ ...checked, problems, asked });
  if (problems.length > 0) return err(sortDiagnostics(problems, request.file));
  const { file, graph, params, variant } = checked;
  const planned = new Set(instances.map((instance) => instance.definition));
  return ok({
    name: textOf(file.value.name),
    variant,
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

/** The same checks without making instances, so that it costs what the file costs. */
export function validatePipeline(request: PipelineRequest): Result<{ readonly name: string }, Diagnostic[]> {
  const problems: Diagnostic[] = [];
  const checked = checkPipeline(request, problems);
  if (checked !== undefined) resolveTargets(request.targets ?? [], checked.targets, { ...checked, problems });
  if (checked === undefined || problems.length > 0) return err(sortDiagnostics(problems, request.file));
  return ok({ name: textOf(checked.file.value.name) });
}

/** A file taken apart: what plans and explanations are made from, where nothing is wrong with it. */
export interface Checked extends Valued {
  readonly file: ParsedFile;
  readonly broken: Broken;
  readonly graph: Graph;
  readonly order: GraphOrder;
  readonly targets: Targets;
  readonly settings: Settings;
  readonly params: ReadonlyMap<string, ParamValue>;
  readonly variant: string;
}

/**
 * Finds everything that is wrong with a file, under the values of this run and under every preset. Each pass leaves alone
 * what an earlier one found to be wrong, and goes on with the rest. Undefined when the file cannot be read at all.
 */
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
  const wrong = checkEdges(graph, file, problems);
  const targets = readTargets({ file, graph, broken, problems });
  const choices = choicesOf(settled);
  const valued = checkValues({ file, broken, graph, order, scope, wrong, targets }, choices, problems);
  const { settings } = choices[0];
  const { values: params, variant } = settled;
  return { ...{ file, broken, graph, order, targets, settings, params, variant }, ...valued };
}
