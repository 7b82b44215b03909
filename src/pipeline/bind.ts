import type { Json } from '../base/json.js';
import { bindAxes, type BoundAxes } from './bind-axes.js';
import { bindWith } from './bind-with.js';
import type { Broken } from './broken.js';
import type { CelType } from './cel-values.js';
import type { Diagnostic } from './diagnostic.js';
import { scopeWith, type Scope } from './expression.js';
import type { Definition, Node, Ref } from './model.js';
import { mappingAt } from './params.js';
import type { ParsedFile } from './parse.js';
import type { Path } from './places.js';
import { edgeCode, readReference, resolveReference, type WrittenRef } from './references.js';
import type { Signatures } from './signatures.js';

/** The graph of a file: every name is a reference, every expression checked; axes have no values yet. */
export interface Graph {
  readonly nodes: readonly Node[];
  readonly byName: ReadonlyMap<string, Node>;
  readonly definitions: readonly Definition[];
  /** Which stages and steps are read by which, in the order of the file. */
  readonly uses: readonly Use[];
}

/** One reference: from a definition (or a state variable or output of a node) to a stage or a step. */
export interface Use {
  readonly from: Node;
  /** The reading step, for order inside a pass; undefined for state and outputs. */
  readonly reader: Definition | undefined;
  readonly written: WrittenRef;
  readonly ref: Ref;
}

export interface BindContext {
  readonly file: ParsedFile;
  readonly signatures: Signatures;
  readonly params: Scope;
  readonly broken: Broken;
  readonly problems: Diagnostic[];
}

/** What binding one place needs beside the file. */
export interface Binder extends BindContext {
  readonly nodes: ReadonlyMap<string, Node>;
  readonly uses: Use[];
  scopeOf(node: Node): Scope;
}

export function bindGraph(context: BindContext): Graph {
  const byName = new Map<string, Node>();
  const definitions: Definition[] = [];
  for (const [name, value] of Object.entries(mappingAt(context.file.value.stages)))
    byName.set(name, shellOf(name, mappingAt(value), { context, byName, definitions }));
  const binder: Binder = { ...context, nodes: byName, uses: [], scopeOf: scopes(context.params) };
  for (const node of byName.values()) bindCompound(node, binder);
  for (const definition of definitions) bindWith(definition, binder);
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
    definitions: [],
    state: new Map(),
    outputs: new Map(),
  };
  const add = (definitionName: string, body: { readonly [key: string]: Json }, at: Path) => {
    const signature = typeof body.uses === 'string' ? context.signatures.get(body.uses) : undefined;
    const definition = {
      index: definitions.length,
      name: definitionName,
      node,
      path: at,
      signature,
      inputs: [],
      params: [],
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
      next: undefined,
    });
  for (const output of Object.keys(mappingAt(stage.outputs))) node.outputs.set(output, undefined);
  return node;
}

function bindCompound(node: Node, binder: Binder): void {
  if (!node.compound) return;
  const stage = mappingAt(mappingAt(binder.file.value.stages)[node.name]);
  const outputs = mappingAt(stage.outputs);
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
  const state = mappingAt(mappingAt(stage.iterate).state);
  for (const variable of node.state.values()) {
    const raw = mappingAt(state[variable.name]);
    const at = (key: string): Path => [...variable.path, key];
    variable.start = bindEdge(raw.start, at('start'), {
      binder,
      node,
      reader: undefined,
      scopes: ['stages'],
    });
    variable.next = bindEdge(raw.next, at('next'), {
      binder,
      node,
      reader: undefined,
      scopes: ['stages', 'steps', 'state'],
    });
  }
}

interface EdgeContext {
  readonly binder: Binder;
  readonly node: Node;
  readonly reader: Definition | undefined;
  readonly scopes: readonly WrittenRef['scope'][];
}

/** Resolves a `${stages...}` text; undefined, with the problem reported, where that cannot be done. */
export function bindEdge(value: Json | undefined, path: Path, so: EdgeContext): Ref | undefined {
  const { binder } = so;
  if (typeof value !== 'string' || binder.broken.around(path)) return undefined;
  const edge = edgeCode(value) ?? { code: value, start: 0 };
  return bindReference(edge.code, path, edge.start, so);
}

/** Resolves a reference that stands at `offset` in the text at `path`. */
export function bindReference(text: string, path: Path, offset: number, so: EdgeContext): Ref | undefined {
  const { binder, node, reader } = so;
  const range = (start: number, end: number) => binder.file.within(path, offset + start, offset + end);
  const written = readReference(text, range);
  if (!written.ok) {
    binder.problems.push(written.error);
    return undefined;
  }
  const names = { nodes: binder.nodes, inside: node.compound ? node : undefined };
  const ref = resolveReference(written.value, names);
  if (!ref.ok) {
    if (ref.error !== undefined) binder.problems.push(ref.error);
    return undefined;
  }
  if (!so.scopes.includes(written.value.scope)) {
    binder.problems.push(wrongScope(written.value, so));
    return undefined;
  }
  binder.uses.push({ from: node, reader, written: written.value, ref: ref.value });
  return ref.value;
}

function wrongScope(written: WrittenRef, so: EdgeContext): Diagnostic {
  const at = written.range(0, written.text.length);
  const allowed = so.scopes.map((scope) => (scope === 'state' ? 'state.<name>' : `${scope}.<name>.<output>`));
  return {
    code: 'BAD_REFERENCE',
    severity: 'error',
    message: `${written.scope}... cannot stand here.`,
    at,
    help: `Here it is ${allowed.join(' or ')}.`,
  };
}

/** Compiling the environment of a scope costs more than an expression: stages with the same axes share it. */
function scopes(params: Scope): (node: Node) => Scope {
  const known = new Map<string, Scope>();
  return (node) => {
    const matrix = new Map<string, CelType>(node.axes.filter((a) => !a.loop).map((a) => [a.name, a.type]));
    const loop = node.axes.find((a) => a.loop)?.name;
    const key = JSON.stringify([...matrix, loop]);
    let scope = known.get(key);
    if (scope === undefined) known.set(key, (scope = scopeWith(params, matrix, loop)));
    return scope;
  };
}
