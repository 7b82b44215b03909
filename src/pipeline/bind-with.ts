import type { Json } from '../base/json.js';
import { bindSource, type Binder } from './bind-edge.js';
import { bindWhere } from './bind-where.js';
import { problem } from './diagnostic.js';
import { refNode, type BoundInput, type Definition, type Part } from './model.js';
import { mappingAt } from './params.js';
import { edgeCode } from './references.js';
import { ownEntry } from './signatures.js';
import type { InputSignature, StageSignature } from './stage.js';
import { compileTemplate } from './templates.js';
import { valueAt } from './explain-schema.js';
import type { Path } from './places.js';
import { listed, textOf } from './terminal-text.js';

const scopes = ['stages', 'steps', 'state'] as const;

/** Fills `inputs` and `params` of a definition from its `with`. */
export function bindWith(definition: Definition, binder: Binder): void {
  const { signature } = definition;
  if (signature === undefined) return;
  const path = [...definition.path, 'with'];
  for (const [name, value] of Object.entries(mappingAt(valueAt(binder.file, path)))) {
    const at = [...path, name];
    const input = ownEntry(signature.inputs, name);
    if (binder.broken.around(at)) continue;
    if (input !== undefined) bindInput(definition, { name, value, path: at, input }, binder);
    else bindParam(definition, { name, value, path: at, signature }, binder);
  }
}

interface Entry {
  readonly name: string;
  readonly value: Json;
  readonly path: Path;
}

type InputEntry = Entry & { readonly input: InputSignature };

/** One source, or the named ones of `{ as, from: { <name>: ... } }`. */
function bindInput(definition: Definition, entry: InputEntry, binder: Binder): void {
  const { value, path } = entry;
  const { as: axis, from } = mappingAt(value);
  if (typeof from !== 'object' || typeof axis !== 'string') {
    bindSourceOf(definition, entry, { part: undefined, binder });
    return;
  }
  for (const [name, source] of Object.entries(mappingAt(from))) {
    const at = [...path, 'from', name];
    if (binder.broken.around(at)) continue;
    bindSourceOf(definition, { ...entry, value: source, path: at }, { part: { axis, name }, binder });
  }
  const twice = definition.inputs.find(({ part, over }) => part?.axis === axis && over?.includes(axis));
  if (twice === undefined) return;
  const message = `The axis "${axis}" is gathered, and as gives its name to what tells the sources apart.`;
  const help = 'Give as another name.';
  binder.problems.push(problem('AXIS_TWICE', binder.file.at([...path, 'as']), message, { help }));
}

function bindSourceOf(
  definition: Definition,
  { name, value, path, input }: InputEntry,
  { part, binder }: { readonly part: Part | undefined; readonly binder: Binder },
): void {
  const so = { binder, node: definition.node, reader: definition, scopes };
  const { ref, fixed } = bindSource(value, path, so);
  if (ref === undefined) return;
  const gather = mappingAt(value);
  const refPath = typeof value === 'string' ? path : [...path, 'from'];
  const over = Array.isArray(gather.over) ? (gather.over as string[]) : undefined;
  const where = bindWhere(gather.where, [...path, 'where'], { source: refNode(ref), over, binder });
  const written =
    typeof value === 'string' ? (edgeCode(value)?.code ?? value) : textOf(mappingAt(value).from);
  const offset = typeof value === 'string' ? (edgeCode(value)?.start ?? 0) : 0;
  const at = () => binder.file.within(refPath, offset, offset + written.length);
  const bound: BoundInput = { name, path, signature: input, ref, over, fixed, where, part, written, at };
  definition.inputs.push(bound);
}

function bindParam(
  definition: Definition,
  entry: Entry & { signature: StageSignature },
  binder: Binder,
): void {
  const { name, value, path } = entry;
  const edge = typeof value === 'string' ? edgeCode(value) : undefined;
  if (edge !== undefined && /^(stages|steps|state)\.\w+(\.\w+)?$/.test(edge.code)) {
    const message = `"${name}" of ${entry.signature.type} is a parameter: it takes a value, not the output of a stage.`;
    const inputs = Object.keys(entry.signature.inputs);
    const help = inputs.length === 0 ? 'This stage type has no inputs.' : `Its inputs: ${listed(inputs)}.`;
    binder.problems.push(problem('EXPECTED_VALUE', binder.file.at(path), message, { help }));
    return;
  }
  const { names } = definition.node;
  if (names === undefined) return;
  const scope = binder.scopeOf(names);
  const template = compileTemplate(value, path, { file: binder.file, scope, problems: binder.problems });
  if (template !== undefined) definition.params.push({ name, path, template });
}
