import { err, ok, type Result } from '../base/result.js';
import { problem, type Diagnostic, type SourceRange } from './diagnostic.js';
import type { Definition, Node, Ref } from './model.js';
import { nearest } from './near.js';
import { listed } from './terminal-text.js';
import { splitTemplate, wholeExpression } from './template.js';

/** A reference as it is written: `stages.x.output`, `steps.x.output`, `state.x`. */
export interface WrittenRef {
  readonly scope: 'stages' | 'steps' | 'state';
  readonly name: string;
  /** Undefined for state. */
  readonly output: string | undefined;
  readonly text: string;
  /** The place of characters of `text`. */
  readonly range: (start: number, end: number) => SourceRange;
}

/** Who can be referred to from where. */
export interface Names {
  readonly nodes: ReadonlyMap<string, Node>;
  /** The compound stage in which the reference stands. */
  readonly inside: Node | undefined;
}

/** The code of a whole-value `${...}` that starts like an edge, with its offset in the text. */
export function edgeCode(text: string): { code: string; start: number } | undefined {
  const split = splitTemplate(text.trimEnd());
  const leading = text.length - text.trimStart().length;
  const pieces = split.ok ? splitTemplate(text.trim()) : split;
  const whole = pieces.ok ? wholeExpression(pieces.pieces) : undefined;
  if (whole === undefined || !/^\s*(stages|steps|state)\b/.test(whole.code)) return undefined;
  const blanks = whole.code.length - whole.code.trimStart().length;
  return { code: whole.code.trim(), start: leading + whole.start + blanks };
}

export function readReference(
  text: string,
  range: (start: number, end: number) => SourceRange,
): Result<WrittenRef, Diagnostic> {
  const match = /^(?:(stages|steps)\.(\w+)\.(\w+)|state\.(\w+))$/.exec(text);
  if (match === null)
    return err(
      problem('BAD_REFERENCE', range(0, text.length), `"${text}" does not name the output of a stage.`, {
        help: 'References are stages.<name>.<output>, in a loop also steps.<name>.<output> and state.<name>, and nothing is computed with them.',
      }),
    );
  const [, scope, name, output, state] = match;
  if (state !== undefined) return ok({ scope: 'state', name: state, output: undefined, text, range });
  return ok({ scope: scope as 'stages' | 'steps', name: name ?? '', output, text, range });
}

/** What somebody means who writes a reference that is none, where the words tell. */
export function referenceMeant(text: string, { nodes, inside }: Names): string | undefined {
  const [scope = '', name = '', ...rest] = text.split('.');
  if (scope !== 'stages' && scope !== 'steps') return undefined;
  const node = scope === 'stages' ? nodes.get(name) : inside;
  if (node === undefined) return undefined;
  const [middle = '', last] = rest.length > 1 ? rest.slice(-2) : ['', rest[0]];
  if (scope === 'stages' && last !== undefined && stepOf(node, middle) !== undefined)
    return innerMeant(node, middle, last);
  const definition = scope === 'stages' ? node.definitions[0] : stepOf(node, name);
  const known =
    scope === 'stages' && node.compound
      ? [...node.outputs.keys()]
      : Object.keys(definition?.signature?.outputs ?? {});
  const only = last === undefined || known.includes(last) ? (last ?? known[0]) : undefined;
  const clear = last !== undefined || known.length === 1;
  if (only !== undefined && clear) return `Write  ${scope}.${name}.${only}`;
  return known.length === 0 ? undefined : `Write  ${scope}.${name}.<output>  with one of ${listed(known)}.`;
}

const stepOf = (node: Node, name: string): Definition | undefined =>
  node.compound ? node.definitions.find((step) => step.path.at(-1) === name) : undefined;

/** `stages.imp.prune.mask`: an output of the same name need not be that of the step. */
function innerMeant(node: Node, step: string, output: string): string {
  const known = Object.keys(stepOf(node, step)?.signature?.outputs ?? {});
  if (known.length > 0 && !known.includes(output))
    return `The step ${step} of ${node.name} has no output "${output}", but ${listed(known)}.`;
  const outputs = [...node.outputs].map(([name, ref]) => [name, ref && writtenInside(ref)] as const);
  return stepOutputInstead({ stage: node.name, step, output }, new Map(outputs));
}

const writtenInside = (ref: Ref): string =>
  ref.kind === 'state' ? `state.${ref.name}` : `steps.${String(ref.definition.path.at(-1))}.${ref.output}`;

/** How the output of a step is seen from outside. @param outputs what the stage hands out, by name. */
export function stepOutputInstead(
  { stage, step, output }: { readonly stage: string; readonly step: string; readonly output: string },
  outputs: ReadonlyMap<string, string | undefined>,
): string {
  const meant = `steps.${step}.${output}`;
  const [same] = [...outputs].find(([, written]) => written === meant) ?? [];
  if (same !== undefined) return `Write  stages.${stage}.${same}`;
  const free = [output, `${step}_${output}`].find((name) => !outputs.has(name)) ?? '<name>';
  return `Of a loop its outputs are seen:  stages.${stage}.${free}  with  ${free}: \${${meant}}  under outputs of ${stage}.`;
}

/** What a reference means; `ok: false` with no diagnostic where something it leads to is known to be wrong. */
export function resolveReference(ref: WrittenRef, names: Names): Result<Ref, Diagnostic | undefined> {
  const { inside } = names;
  const at = ref.range(0, ref.text.length);
  if (ref.scope !== 'stages' && inside === undefined)
    return err(
      problem('BAD_REFERENCE', at, `${ref.scope}... has a meaning only inside a stage with steps.`, {
        help: 'From elsewhere: stages.<name>.<output>.',
      }),
    );
  if (ref.scope === 'state') return inside === undefined ? err(undefined) : resolveState(ref, inside);
  if (ref.scope === 'steps') return resolveStep(ref, inside);
  const node = names.nodes.get(ref.name);
  if (node === undefined) return err(unknownStage(ref, names));
  if (!node.compound) return resolveOutput(ref, node.definitions[0]);
  return resolveCompoundOutput(ref, node);
}

function resolveState(ref: WrittenRef, node: Node): Result<Ref, Diagnostic | undefined> {
  if (node.state.has(ref.name)) return ok({ kind: 'state', node, name: ref.name });
  return err(unknown('UNKNOWN_STATE', ref, 'state variable', [...node.state.keys()]));
}

function resolveStep(ref: WrittenRef, node: Node | undefined): Result<Ref, Diagnostic | undefined> {
  const steps = new Map(node?.definitions.map((d) => [String(d.path.at(-1)), d]));
  const step = steps.get(ref.name);
  if (step === undefined) return err(unknown('UNKNOWN_STEP', ref, 'step', [...steps.keys()]));
  return resolveOutput(ref, step);
}

function resolveOutput(
  ref: WrittenRef,
  definition: Definition | undefined,
): Result<Ref, Diagnostic | undefined> {
  if (definition?.signature === undefined || ref.output === undefined) return err(undefined);
  const known = Object.keys(definition.signature.outputs);
  if (known.includes(ref.output)) return ok({ kind: 'output', definition, output: ref.output });
  return err(unknownOutput(ref, `${definition.name} (${definition.signature.type})`, known));
}

function resolveCompoundOutput(ref: WrittenRef, node: Node): Result<Ref, Diagnostic | undefined> {
  const output = ref.output ?? '';
  if (!node.outputs.has(output)) return err(unknownOutput(ref, node.name, [...node.outputs.keys()]));
  const target = node.outputs.get(output);
  return target === undefined ? err(undefined) : ok(target);
}

function unknownStage(ref: WrittenRef, { nodes, inside }: Names): Diagnostic {
  const found = unknown('UNKNOWN_STAGE', ref, 'stage', [...nodes.keys()]);
  if (inside?.definitions.some((step) => step.path.at(-1) === ref.name) !== true) return found;
  const { suggestion: _, ...rest } = found;
  return { ...rest, help: `Write  steps.${ref.name}.${ref.output}  for a step of ${inside.name}.` };
}

function unknown(
  code: 'UNKNOWN_STAGE' | 'UNKNOWN_STEP' | 'UNKNOWN_STATE',
  ref: WrittenRef,
  what: string,
  known: readonly string[],
): Diagnostic {
  const start = ref.scope.length + 1;
  return problem(code, ref.range(start, start + ref.name.length), `There is no ${what} "${ref.name}".`, {
    help: known.length === 0 ? `Nothing is declared under ${ref.scope}.` : `There: ${listed(known, 40)}.`,
    suggestion: nearest(ref.name, known),
  });
}

function unknownOutput(ref: WrittenRef, owner: string, known: readonly string[]): Diagnostic {
  const start = ref.scope.length + ref.name.length + 2;
  const output = ref.output ?? '';
  const help = known.length === 0 ? `Declare it under outputs of ${owner}.` : `It has ${listed(known, 40)}.`;
  return problem(
    'UNKNOWN_OUTPUT',
    ref.range(start, start + output.length),
    `${owner} has no output "${output}".`,
    {
      help,
      suggestion: nearest(output, known),
    },
  );
}
