import { err, ok, type Result } from '../base/result.js';
import type { Diagnostic } from '../pipeline/diagnostic.js';
import type { Graph } from '../pipeline/bind.js';
import type { Definition, Node, Part } from '../pipeline/model.js';
import type { Coords, Instance, Plan } from '../pipeline/plan.js';
import { checkPipeline, planPipeline, type PipelineRequest } from '../pipeline/plan-pipeline.js';

/** A stage, or a step of one. */
export interface DrawnStage {
  /** `init`, `imp.train`. */
  readonly name: string;
  /** What stands in its box: `train` inside `imp`. */
  readonly label: string;
  readonly type: string;
  readonly instances: number;
}

/** What is written under one name of `stages:`, in the order of the file. */
export interface DrawnNode {
  readonly name: string;
  /** Its steps; a stage without steps is its only member. */
  readonly stages: readonly DrawnStage[];
  readonly compound: boolean;
  /** Axes of its matrix. */
  readonly axes: readonly string[];
  readonly loop: { readonly axis: string; readonly times: number } | undefined;
}

/**
 * What flows from one stage into another. `carried` leads from one pass of a loop into the next, `gather` takes many
 * instances at once, `after` is order alone.
 */
export interface DrawnEdge {
  readonly from: string;
  readonly to: string;
  readonly kind: 'flow' | 'gather' | 'carried' | 'after';
  readonly outputs: readonly string[];
}

export interface Drawing {
  readonly name: string;
  readonly nodes: readonly DrawnNode[];
  readonly edges: readonly DrawnEdge[];
}

/** A pipeline as definitions with counts: the size of the drawing does not depend on sweeps. */
export function drawingOf(request: PipelineRequest): Result<Drawing, Diagnostic[]> {
  const problems: Diagnostic[] = [];
  const checked = checkPipeline(request, problems);
  if (checked === undefined || problems.length > 0) {
    const planned = planPipeline(request);
    return planned.ok ? err(problems) : planned;
  }
  const everything = checked.graph.nodes.map(({ name }) => name);
  const targets = request.targets ?? [];
  const planned = planPipeline({ ...request, targets: targets.length === 0 ? everything : targets });
  if (!planned.ok) return planned;
  const byDefinition = new Map<string, Instance[]>();
  for (const instance of planned.value.instances) {
    const known = byDefinition.get(instance.definition);
    if (known === undefined) byDefinition.set(instance.definition, [instance]);
    else known.push(instance);
  }
  const nodes = checked.graph.nodes.flatMap((node) => drawnNode(node, byDefinition));
  return ok({ name: planned.value.name, nodes, edges: drawnEdges(planned.value, nodes, checked.graph) });
}

function drawnNode(node: Node, byDefinition: ReadonlyMap<string, readonly Instance[]>): DrawnNode[] {
  const loopAxis = node.axes.find((axis) => axis.loop)?.name;
  const stages: DrawnStage[] = [];
  let times = 0;
  for (const { name } of node.definitions) {
    const own = byDefinition.get(name) ?? [];
    const [first] = own;
    if (first === undefined) continue;
    for (const { coords } of own) times = Math.max(times, Number(coords[loopAxis ?? ''] ?? 0));
    const label = node.compound ? name.slice(node.name.length + 1) : name;
    stages.push({ name, label, type: first.type, instances: own.length });
  }
  if (stages.length === 0) return [];
  const axes = node.axes.flatMap((axis) => (axis.loop ? [] : [axis.name]));
  const loop = loopAxis === undefined ? undefined : { axis: loopAxis, times };
  return [{ name: node.name, stages, compound: node.compound, axes, loop }];
}

/** One edge for each pair of stages and kind, with the names of the outputs that flow along it. */
function drawnEdges({ instances }: Plan, nodes: readonly DrawnNode[], graph: Graph): DrawnEdge[] {
  const definitions = new Map(graph.definitions.map((definition) => [definition.name, definition]));
  const loopOf = new Map(
    nodes.flatMap(({ stages, loop }) => stages.map(({ name }) => [name, loop?.axis] as const)),
  );
  const nodeOf = new Map(nodes.flatMap((node) => node.stages.map(({ name }) => [name, node] as const)));
  const edges = new Map<string, { edge: Omit<DrawnEdge, 'outputs'>; outputs: Set<string> }>();
  const add = (source: Instance, reader: Instance, how: 'flow' | 'gather' | 'after', output?: string) => {
    const axis = loopOf.get(reader.definition);
    const carried =
      axis !== undefined &&
      nodeOf.get(source.definition) === nodeOf.get(reader.definition) &&
      source.coords[axis] !== reader.coords[axis];
    const edge = { from: source.definition, to: reader.definition, kind: carried ? 'carried' : how } as const;
    const label = `${edge.from} ${edge.to} ${edge.kind}`;
    const known = edges.get(label);
    if (known === undefined)
      edges.set(label, { edge, outputs: new Set(output === undefined ? [] : [output]) });
    else if (output !== undefined) known.outputs.add(output);
  };
  for (const reader of instances) {
    for (const [name, input] of Object.entries(reader.inputs))
      if (input.kind === 'edge') add(instances[input.from]!, reader, 'flow', input.output);
      else
        for (const { coords, from, output } of input.rows)
          add(instances[from]!, reader, howWritten(definitions.get(reader.definition), name, coords), output);
    for (const from of reader.after ?? []) add(instances[from]!, reader, 'after');
  }
  return [...edges.values()].map(({ edge, outputs }) => ({ ...edge, outputs: [...outputs] }));
}

/** An input that may gather is bound as a gather of one row where a whole reference is written: that is a flow. */
function howWritten(definition: Definition | undefined, name: string, coords: Coords): 'flow' | 'gather' {
  const { component } = definition?.implementation ?? {};
  const wires = component === undefined ? [{ outer: name, part: undefined }] : component.wires.get(name);
  const written = definition?.inputs.filter((input) =>
    wires?.some(
      ({ outer, part }) => input.name === outer && isPart(part, coords) && isPart(input.part, coords),
    ),
  );
  return written?.some(({ over = [] }) => over.length > 0) === true ? 'gather' : 'flow';
}

const isPart = (part: Part | undefined, coords: Coords): boolean =>
  part === undefined || coords[part.axis] === part.name;

/** What stands above the steps of a node: its axes, and how often it repeats. */
export function captionOf({ name, axes, loop }: DrawnNode): string {
  const each = axes.length === 0 ? '' : `, for each ${axes.join(', ')}`;
  return `${name}${each}${loop === undefined ? '' : `, ${loop.axis} = 1 to ${loop.times}`}`;
}

/** `10 × train-es`. */
export function contentsOf({ type, instances }: DrawnStage): string {
  return instances === 1 ? type : `${instances} × ${type}`;
}

/** What stands beside an edge. */
export function labelOf({ kind, outputs }: DrawnEdge, node: DrawnNode | undefined): string {
  const names = outputs.join(', ');
  if (kind === 'carried') return `next ${node?.loop?.axis ?? 'pass'}: ${names}`;
  if (kind === 'after') return 'after';
  return kind === 'gather' ? `all ${names}` : names;
}
