import type { Json } from '../base/json.js';
import { bindAxes, type BoundAxes } from './bind-axes.js';
import { bindEdge, bindSource, type BindContext, type Binder, type Use } from './bind-edge.js';
import { bindAfter } from './bind-after.js';
import { bindWith } from './bind-with.js';
import { problem } from './diagnostic.js';
import { valueAt } from './explain-schema.js';
import { scopeWith, type Scope } from './expression.js';
import type { AxisNames, Definition, Node } from './model.js';
import { nearest } from './near.js';
import { mappingAt } from './params.js';
import type { Path } from './places.js';
import { listed } from './terminal-text.js';

/** The graph of a file: every name is a reference, every expression checked; axes have no values yet. */
export interface Graph {
  readonly nodes: readonly Node[];
  readonly byName: ReadonlyMap<string, Node>;
  readonly definitions: readonly Definition[];
  /** Which stages and steps are read by which, in the order of the file. */
  readonly uses: readonly Use[];
}

export function bindGraph(context: BindContext): Graph {
  const byName = new Map<string, Node>();
  const definitions: Definition[] = [];
  for (const [name, value] of Object.entries(mappingAt(context.file.value.stages)))
    byName.set(name, shellOf(name, mappingAt(value), { context, byName, definitions }));
  const binder: Binder = { ...context, nodes: byName, uses: [], scopeOf: scopes(context.params) };
  // A loop may start from what one that stands below it hands out.
  for (const node of byName.values()) bindOutputs(node, binder);
  for (const node of byName.values()) bindState(node, binder);
  for (const definition of definitions) {
    bindWith(definition, binder);
    bindAfter(definition, binder);
  }
  for (const node of byName.values()) checkGroup(node, context);
  return { nodes: [...byName.values()], byName, definitions, uses: binder.uses };
}

/** A node with its axes and the types of its steps, but no references yet: those may point forward. */
function shellOf(
  name: string,
  stage: { readonly [key: string]: Json },
  so: { context: BindContext; byName: ReadonlyMap<string, Node>; definitions: Definition[] },
): Node {
  const { context, byName, definitions } = so;
  const path: Path = ['stages', name];
  const compound = stage.steps !== undefined || stage.iterate !== undefined;
  const bound: BoundAxes = bindAxes(stage, path, { ...context, scope: context.params }, context.broken);
  const node: Node = {
    name,
    index: byName.size,
    path,
    compound,
    axes: bound.axes,
    axesKnown: bound.known,
    names: bound.names,
    rows: bound.rows,
    definitions: [],
    state: new Map(),
    outputs: new Map(),
  };
  const add = (definitionName: string, body: { readonly [key: string]: Json }, at: Path) => {
    const foreign = context.foreign(at);
    const own = typeof body.uses === 'string' ? context.signatures.get(body.uses) : undefined;
    const definition = {
      index: definitions.length,
      name: definitionName,
      node,
      path: at,
      signature: foreign?.signature ?? own,
      implementation: foreign?.implementation,
      inputs: [],
      params: [],
      after: [],
    };
    definitions.push(definition);
    node.definitions.push(definition);
  };
  if (!compound) add(name, stage, path);
  for (const [step, body] of Object.entries(mappingAt(stage.steps)))
    if (compound) add(`${name}.${step}`, mappingAt(body), [...path, 'steps', step]);
  const state = mappingAt(mappingAt(stage.iterate).state);
  for (const variable of Object.keys(state))
    node.state.set(variable, {
      name: variable,
      path: [...path, 'iterate', 'state', variable],
      start: undefined,
      startAt: [],
      next: undefined,
    });
  for (const output of Object.keys(mappingAt(stage.outputs))) node.outputs.set(output, undefined);
  return node;
}

/** `group` names steps of its stage. */
function checkGroup(node: Node, { file, broken, problems }: BindContext): void {
  const path = [...node.path, 'group'];
  const value = valueAt(file, path);
  if (!Array.isArray(value) || broken.touches(path) || broken.around([...node.path, 'steps'])) return;
  const steps = node.definitions.map((definition) => String(definition.path.at(-1)));
  (value as readonly string[]).forEach((name, i) => {
    if (steps.includes(name)) return;
    problems.push(
      problem('UNKNOWN_STEP', file.at([...path, i]), `There is no step "${name}".`, {
        help: `There: ${listed(steps)}.`,
        suggestion: nearest(name, steps),
      }),
    );
  });
}

function stageAt(node: Node, { file }: Binder): { readonly [key: string]: Json } {
  return mappingAt(mappingAt(file.value.stages)[node.name]);
}

function bindOutputs(node: Node, binder: Binder): void {
  const outputs = mappingAt(stageAt(node, binder).outputs);
  for (const name of node.outputs.keys()) {
    const path = [...node.path, 'outputs', name];
    const ref = bindEdge(outputs[name], path, {
      binder,
      node,
      reader: undefined,
      scopes: ['steps', 'state'],
    });
    node.outputs.set(name, ref);
  }
}

function bindState(node: Node, binder: Binder): void {
  const state = mappingAt(mappingAt(stageAt(node, binder).iterate).state);
  for (const variable of node.state.values()) {
    const raw = mappingAt(state[variable.name]);
    const at = (key: string): Path => [...variable.path, key];
    const start = bindSource(raw.start, at('start'), {
      binder,
      node,
      reader: undefined,
      scopes: ['stages'],
    });
    variable.start = start.ref;
    variable.startAt = start.fixed;
    variable.next = bindEdge(raw.next, at('next'), {
      binder,
      node,
      reader: undefined,
      scopes: ['stages', 'steps', 'state'],
    });
  }
}

/** Compiling the environment of a scope costs more than an expression: stages with the same axes share it. */
function scopes(params: Scope): (names: AxisNames) => Scope {
  const known = new Map<string, Scope>();
  return ({ matrix, loop }) => {
    const key = JSON.stringify([...matrix, loop]);
    let scope = known.get(key);
    if (scope === undefined) known.set(key, (scope = scopeWith(params, matrix, loop)));
    return scope;
  };
}
