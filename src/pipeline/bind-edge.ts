import type { Json } from '../base/json.js';
import type { Broken } from './broken.js';
import { problem, type Diagnostic } from './diagnostic.js';
import type { Scope } from './expression.js';
import type { AxisNames, Definition, FixedAxis, ForeignType, Node, Ref } from './model.js';
import { mappingAt } from './params.js';
import type { ParsedFile } from './parse.js';
import type { Path } from './places.js';
import { edgeCode, readReference, referenceMeant, resolveReference, type WrittenRef } from './references.js';
import type { Signatures } from './signatures.js';
import { compileTemplate } from './templates.js';

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
  /** The type of a definition that does not come with ticketlab. */
  readonly foreign: (path: Path) => ForeignType | undefined;
  readonly params: Scope;
  readonly broken: Broken;
  readonly problems: Diagnostic[];
}

/** What binding one place needs beside the file. */
export interface Binder extends BindContext {
  readonly nodes: ReadonlyMap<string, Node>;
  readonly uses: Use[];
  scopeOf(names: AxisNames): Scope;
}

/** Who refers, and to what kinds of things it may. */
export interface EdgeContext {
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
function bindReference(text: string, path: Path, offset: number, so: EdgeContext): Ref | undefined {
  const { binder, node, reader } = so;
  const range = (start: number, end: number) => binder.file.within(path, offset + start, offset + end);
  const names = { nodes: binder.nodes, inside: node.compound ? node : undefined };
  const written = readReference(text, range);
  if (!written.ok) {
    const help = referenceMeant(text, names) ?? written.error.help;
    binder.problems.push({ ...written.error, ...(help === undefined ? {} : { help }) });
    return undefined;
  }
  if (leadsToBroken(written.value, so)) return undefined;
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

/** What steps and outputs there are is not known where they are written as something else. */
function leadsToBroken({ scope, name }: WrittenRef, { binder, node }: EdgeContext): boolean {
  if (scope === 'steps') return binder.broken.around([...node.path, 'steps']);
  return scope === 'stages' && binder.broken.around(['stages', name, 'outputs']);
}

/** An edge, or `{ from, at }`. */
export function bindSource(
  value: Json | undefined,
  path: Path,
  so: EdgeContext,
): { ref: Ref | undefined; fixed: readonly FixedAxis[] } {
  if (typeof value === 'string') return { ref: bindEdge(value, path, so), fixed: [] };
  const { from, at } = mappingAt(value);
  if (typeof from !== 'string' || so.binder.broken.touches(path)) return { ref: undefined, fixed: [] };
  const fixed = bindFixed(at, [...path, 'at'], so.binder);
  return { ref: bindReference(from, [...path, 'from'], 0, so), fixed };
}

/** The values of `at:`; they may depend on parameters. */
function bindFixed(value: Json | undefined, path: Path, { file, params, problems }: Binder): FixedAxis[] {
  return Object.entries(mappingAt(value)).map(([axis, fixed]) => {
    const template = compileTemplate(fixed, [...path, axis], { file, scope: params, problems });
    return { axis, path: [...path, axis], template };
  });
}

function wrongScope(written: WrittenRef, so: EdgeContext): Diagnostic {
  const at = written.range(0, written.text.length);
  const allowed = so.scopes.map((scope) => (scope === 'state' ? 'state.<name>' : `${scope}.<name>.<output>`));
  return problem('BAD_REFERENCE', at, `${written.scope}... cannot stand here.`, {
    help: `Here it is ${allowed.join(' or ')}.`,
  });
}
