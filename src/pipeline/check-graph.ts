import type { Graph } from './bind.js';
import type { Use } from './bind-edge.js';
import { checkColumns } from './check-columns.js';
import { problem, type Diagnostic } from './diagnostic.js';
import type { BoundInput, Definition, Node, Ref, StateVariable } from './model.js';
import { nearest } from './near.js';
import { topologicalOrder, type Need } from './order.js';
import type { ParsedFile } from './parse.js';
import { acceptedTypes, fits } from './signatures.js';
import type { ArtefactType } from './stage.js';
import { refNode } from './model.js';
import { folded, listed } from './terminal-text.js';
import { valueAt } from './explain-schema.js';
import { sourceInstead } from './write-source.js';

/** The order in which nodes, and the steps inside each, come one after the other. */
export interface GraphOrder {
  readonly nodes: readonly Node[];
  readonly steps: ReadonlyMap<Node, readonly Definition[]>;
}

/** Cycles, reported hop by hop, and otherwise an order of computation. */
export function orderGraph(graph: Graph, problems: Diagnostic[]): GraphOrder {
  const between: Need<Use>[] = [];
  const inside = new Map<Node, Need<Use>[]>();
  for (const use of graph.uses) {
    const source = use.written.scope === 'stages' ? graph.byName.get(use.written.name) : undefined;
    if (source !== undefined) between.push({ reader: use.from.index, source: source.index, by: use });
    if (use.written.scope === 'steps' && use.reader !== undefined && use.ref.kind === 'output') {
      const needs = inside.get(use.from) ?? [];
      inside.set(use.from, needs);
      const position = (d: Definition) => use.from.definitions.indexOf(d);
      needs.push({ reader: position(use.reader), source: position(use.ref.definition), by: use });
    }
  }
  const order = topologicalOrder(graph.nodes.length, between);
  for (const cycle of order.cycles) problems.push(cycleProblem(cycle, (i) => graph.nodes[i]?.name ?? ''));
  const steps = new Map<Node, readonly Definition[]>();
  for (const node of graph.nodes) {
    const within = topologicalOrder(node.definitions.length, inside.get(node) ?? []);
    for (const cycle of within.cycles)
      problems.push(cycleProblem(cycle, (i) => node.definitions[i]?.name ?? ''));
    steps.set(
      node,
      within.order.flatMap((i) => node.definitions[i] ?? []),
    );
  }
  return { nodes: order.order.flatMap((i) => graph.nodes[i] ?? []), steps };
}

function cycleProblem(cycle: readonly Need<Use>[], name: (position: number) => string): Diagnostic {
  const first = cycle[0];
  if (first === undefined) throw new Error('Internal error: a cycle without members');
  const hops = cycle.map(
    ({ reader, source, by }) => `${name(reader)} needs ${name(source)} (${by.written.text})`,
  );
  const place = ({ by }: Need<Use>) => by.written.range(0, by.written.text.length);
  const alone = cycle.length === 1;
  const message = alone
    ? `${name(first.reader)} needs its own output.`
    : `These need each other in a circle: ${folded(hops).join(', ')}.`;
  return problem('CYCLE', place(first), message, {
    help: 'Take one of these references out. What goes from one pass of a loop to the next is carried by iterate: state.',
    related: cycle
      .slice(1)
      .map((need) => ({ message: `${name(need.reader)} needs ${name(need.source)}`, at: place(need) })),
  });
}

/** The type of what flows along a reference; undefined where that is not known because of an earlier error. */
function refType(ref: Ref): ArtefactType | undefined {
  let at: Ref | undefined = ref;
  // A chain of state variables that start from each other's stages is at most as long as there are stages.
  for (let hops = 0; at?.kind === 'state' && hops < 10_000; hops++) at = at.node.state.get(at.name)?.start;
  return at?.kind === 'output' ? at.definition.signature?.outputs[at.output]?.type : undefined;
}

/** What was said of references: later passes leave these alone. */
export interface WrongEdges {
  readonly inputs: ReadonlySet<BoundInput>;
  /** Ends of state variables, as `endOf` names them. */
  readonly ends: ReadonlySet<string>;
  /** Parameters that name columns which are not there. */
  readonly parameters: ReadonlySet<string>;
}

type End = 'start' | 'next';

export const endOf = ({ path }: StateVariable, end: End): string => [...path, end].join('.');

/** Checks each reference once: artefact types, columns, gathers, and that no axis is left over. */
export function checkEdges(graph: Graph, file: ParsedFile, problems: Diagnostic[]): WrongEdges {
  const mistyped = new Set<string>();
  const inputs = new Set<BoundInput>();
  const ends = new Set<string>();
  for (const node of graph.nodes)
    for (const variable of node.state.values()) {
      if (checkStateType(variable, file, problems)) {
        mistyped.add(`${node.name}.${variable.name}`);
        ends.add(endOf(variable, 'next'));
      }
      for (const end of ['start', 'next'] as const)
        if (checkStateAxes({ node, variable, end }, file, problems)) ends.add(endOf(variable, end));
    }
  for (const definition of graph.definitions) {
    for (const input of definition.inputs) {
      const before = problems.length;
      const follows = input.ref.kind === 'state' && mistyped.has(`${input.ref.node.name}.${input.ref.name}`);
      if (!follows) checkType(definition, input, problems);
      checkAxes(definition, input, file, problems);
      if (follows || problems.length > before) inputs.add(input);
    }
  }
  const context = { file, loops: loopNames(graph), wrong: inputs, known: undefined, told: new Set<string>() };
  return { inputs, ends, parameters: checkColumns(graph.definitions, context, problems) };
}

/** Names of axes that count the passes of some loop. */
export function loopNames({ nodes }: Graph): ReadonlySet<string> {
  return new Set(nodes.flatMap(({ axes }) => axes.filter((axis) => axis.loop).map((axis) => axis.name)));
}

function checkType(definition: Definition, input: BoundInput, problems: Diagnostic[]): void {
  const type = refType(input.ref);
  const accepted = acceptedTypes(input.signature);
  if (type === undefined) return;
  if (!fits(input.signature, type)) {
    const message = `"${input.name}" of ${definition.name} takes ${accepted.join(' or ')}, but ${input.written} is ${type}.`;
    problems.push(problem('WRONG_ARTEFACT', input.at(), message, { help: fitting(input, accepted) }));
  }
}

/** Outputs of the same stage that would fit. */
function fitting(input: BoundInput, accepted: readonly ArtefactType[]): string | undefined {
  if (input.ref.kind !== 'output') return undefined;
  const outputs = Object.entries(input.ref.definition.signature?.outputs ?? {});
  const fit = outputs.filter(([, output]) => accepted.includes(output.type)).map(([name]) => name);
  const owner = input.ref.definition.name;
  return fit.length === 0 ? `${owner} has no output of that type.` : `Of ${owner}, ${listed(fit)} would fit.`;
}

function checkAxes(
  definition: Definition,
  input: BoundInput,
  file: ParsedFile,
  problems: Diagnostic[],
): void {
  const source = refNode(input.ref);
  if (!source.axesKnown || !definition.node.axesKnown) return;
  const sourceAxes = source.axes.map((axis) => axis.name);
  const readerAxes = definition.node.axes.map((axis) => axis.name);
  const over = input.over ?? [];
  const misspelt = new Set<string>();
  for (const [position, name] of over.entries()) {
    if (sourceAxes.includes(name)) continue;
    const message = `${input.written} has no axis "${name}" to gather.`;
    const suggestion = nearest(name, sourceAxes);
    if (suggestion !== undefined) misspelt.add(suggestion);
    const at = file.at([...input.path, 'over', position]);
    problems.push(
      problem('AXIS_UNKNOWN', at, message, { help: `Its axes: ${listed(sourceAxes)}.`, suggestion }),
    );
  }
  const fixed = [...input.fixed.map(({ axis }) => axis), ...misspelt];
  checkFixed(input, sourceAxes, { file, problems });
  const left = sourceAxes.filter((axis) => ![...readerAxes, ...over, ...fixed].includes(axis));
  if (left.length > 0) problems.push(leftOver(definition.name, input, left, file));
}

/** The axes of `at`: they are there, and not gathered as well. */
function checkFixed(
  { fixed, written, over = [] }: Pick<BoundInput, 'fixed' | 'written' | 'over'>,
  sourceAxes: readonly string[],
  { file, problems }: { readonly file: ParsedFile; readonly problems: Diagnostic[] },
): void {
  for (const { axis, path } of fixed)
    if (!sourceAxes.includes(axis))
      problems.push(
        problem('AXIS_UNKNOWN', file.keyAt(path), `${written} has no axis "${axis}" to fix.`, {
          help: `Its axes: ${listed(sourceAxes)}.`,
          suggestion: nearest(axis, sourceAxes),
        }),
      );
    else if (over.includes(axis))
      problems.push(
        problem('AXIS_TWICE', file.keyAt(path), `The axis "${axis}" is gathered and fixed at once.`, {
          help: 'Take it out of over, or out of at.',
        }),
      );
}

function leftOver(reader: string, input: BoundInput, left: readonly string[], file: ParsedFile): Diagnostic {
  const one = left.length === 1;
  const message = `${input.written} has the ${one ? 'axis' : 'axes'} ${listed(left)}, which ${reader} does not have: it is not said which ${one ? 'value is' : 'values are'} meant.`;
  const gather = input.signature.gather === true;
  const axes = refNode(input.ref).axes.map((axis) => axis.name);
  const over = (input.over ?? []).filter((axis) => axes.includes(axis));
  const written = sourceInstead(valueAt(file, input.path), {
    ...{ from: input.written, axes },
    ...(gather ? { over: [...over, ...left] } : { over: undefined, choose: left }),
  });
  const help = gather
    ? `Gather them:  ${input.part?.name ?? input.name}: ${written}  or give ${reader} a matrix with ${listed(left)}.`
    : `Give ${reader} a matrix with ${listed(left)}, or choose:  ${input.name}: ${written}`;
  return problem('AXIS_LEFT_OVER', input.at(), message, { help });
}

/** True when the two ends of a state variable differ in type. */
function checkStateType(variable: StateVariable, file: ParsedFile, problems: Diagnostic[]): boolean {
  const { start, next, name, path } = variable;
  if (start === undefined || next === undefined) return false;
  const [first, then] = [refType(start), refType(next)];
  if (first === undefined || then === undefined || first === then) return false;
  problems.push(
    problem(
      'STATE_TYPE',
      file.at([...path, 'next']),
      `The state variable "${name}" starts as ${first}, but next is ${then}.`,
      {
        help: 'Both must be of one type.',
        related: [{ message: `start is ${first}`, at: file.at([...path, 'start']) }],
      },
    ),
  );
  return true;
}

/**
 * The start is read before the first pass, so that the loop axis is no axis of its reader; next is read in a pass. True
 * when an end of a state variable is wrong.
 */
function checkStateAxes(
  { node, variable, end }: { readonly node: Node; readonly variable: StateVariable; readonly end: End },
  file: ParsedFile,
  problems: Diagnostic[],
): boolean {
  const before = problems.length;
  const ref = variable[end];
  if (ref === undefined || !node.axesKnown || !refNode(ref).axesKnown) return false;
  const known = node.axes.filter((axis) => end === 'next' || !axis.loop).map((axis) => axis.name);
  const axes = refNode(ref).axes.map((axis) => axis.name);
  const fixed = end === 'start' ? variable.startAt : [];
  checkFixed({ fixed, written: `The start of "${variable.name}"`, over: [] }, axes, { file, problems });
  const left = axes.filter((axis) => !known.includes(axis) && !fixed.some((f) => f.axis === axis));
  if (left.length > 0) {
    const message = `The ${end} of the state variable "${variable.name}" has the ${left.length === 1 ? 'axis' : 'axes'} ${listed(left)}, which ${node.name} does not have${end === 'start' ? ' before its first pass' : ''}.`;
    const help = `Give ${node.name} a matrix with ${listed(left)}.`;
    problems.push(problem('AXIS_LEFT_OVER', file.at([...variable.path, end]), message, { help }));
  }
  return problems.length > before;
}
