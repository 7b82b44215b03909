import type { Json } from '../base/json.js';
import { type Binder } from './bind-edge.js';
import { problem } from './diagnostic.js';
import type { BoundAfter, Definition } from './model.js';
import { nearest } from './near.js';
import type { WrittenRef } from './references.js';
import { valueAt } from './explain-schema.js';
import { listed, textOf } from './terminal-text.js';

/** Fills `after` of a definition: order without anything that is read. */
export function bindAfter(definition: Definition, binder: Binder): void {
  const path = [...definition.path, 'after'];
  const value = valueAt(binder.file, path);
  if (!Array.isArray(value) || binder.broken.around(path)) return;
  (value as readonly Json[]).map(textOf).forEach((text, i) => {
    if (binder.broken.around([...path, i])) return;
    const [scope = '', name = ''] = text.split('.');
    const range = (start: number, end: number) => binder.file.within([...path, i], start, end);
    const written: WrittenRef = {
      scope: scope === 'steps' ? 'steps' : 'stages',
      name,
      output: undefined,
      text,
      range,
    };
    for (const source of sourcesOf(written, definition, binder)) {
      binder.uses.push({
        from: definition.node,
        reader: definition,
        written,
        ref: { kind: 'output', definition: source, output: '' },
      });
      const bound: BoundAfter = { definition: source, written: text, at: () => range(0, text.length) };
      definition.after.push(bound);
    }
  });
}

function sourcesOf(written: WrittenRef, reader: Definition, binder: Binder): readonly Definition[] {
  const { scope, name, range } = written;
  const start = scope.length + 1;
  const at = range(start, start + name.length);
  if (scope === 'stages') {
    const node = binder.nodes.get(name);
    if (node !== undefined) return node.definitions;
    const known = [...binder.nodes.keys()];
    binder.problems.push(
      problem('UNKNOWN_STAGE', at, `There is no stage "${name}".`, {
        help: `There: ${listed(known, 40)}.`,
        suggestion: nearest(name, known),
      }),
    );
    return [];
  }
  const steps = reader.node.compound ? reader.node.definitions : [];
  const step = steps.find((d) => d.path.at(-1) === name);
  if (step !== undefined) return [step];
  const known = steps.map((d) => String(d.path.at(-1)));
  binder.problems.push(
    problem('UNKNOWN_STEP', at, `There is no step "${name}".`, {
      help:
        known.length === 0
          ? 'steps... has a meaning only inside a stage with steps.'
          : `There: ${listed(known)}.`,
      suggestion: nearest(name, known),
    }),
  );
  return [];
}
