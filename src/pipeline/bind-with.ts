import type { Json } from '../base/json.js';
import { bindEdge, bindReference, type Binder } from './bind-edge.js';
import { problem } from './diagnostic.js';
import type { BoundInput, Definition, Ref } from './model.js';
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

function bindInput(definition: Definition, entry: Entry & { input: InputSignature }, binder: Binder): void {
  const { name, value, path, input } = entry;
  const so = { binder, node: definition.node, reader: definition, scopes };
  let ref: Ref | undefined;
  let over: readonly string[] | undefined;
  let refPath = path;
  if (typeof value === 'string') ref = bindEdge(value, path, so);
  else {
    const gather = mappingAt(value);
    refPath = [...path, 'from'];
    over = Array.isArray(gather.over) ? (gather.over as string[]) : [];
    if (typeof gather.from === 'string' && !binder.broken.touches(path))
      ref = bindReference(gather.from, refPath, 0, so);
  }
  if (ref === undefined) return;
  const written =
    typeof value === 'string' ? (edgeCode(value)?.code ?? value) : textOf(mappingAt(value).from);
  const offset = typeof value === 'string' ? (edgeCode(value)?.start ?? 0) : 0;
  const at = () => binder.file.within(refPath, offset, offset + written.length);
  const bound: BoundInput = { name, path, signature: input, ref, over, written, at };
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
  if (!definition.node.axesKnown) return;
  const scope = binder.scopeOf(definition.node);
  const template = compileTemplate(value, path, { file: binder.file, scope, problems: binder.problems });
  if (template !== undefined) definition.params.push({ name, path, template });
}
