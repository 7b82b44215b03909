import type { Json } from '../base/json.js';
import { problem, type Diagnostic } from './diagnostic.js';
import { inputScope } from './expression.js';
import { readInterface, valueTypes, type Interface } from './interface.js';
import type { BoundParam, ForeignType, Implementation, Part, Wire } from './model.js';
import { nearest } from './near.js';
import { mappingAt } from './params.js';
import type { ParsedFile } from './parse.js';
import type { Path } from './places.js';
import { fits, ownEntry } from './signatures.js';
import type { InputSignature, OutputSignature, StageSignature } from './stage.js';
import { compileTemplate, expressionsOf } from './templates.js';
import { listed } from './terminal-text.js';

interface Context {
  readonly file: ParsedFile;
  readonly problems: Diagnostic[];
}

/** What a component is made of: a stage type, and how it is run. */
interface Inner {
  readonly signature: StageSignature;
  readonly implementation: Implementation | undefined;
}

/** A component over one stage type: `uses`, with `with` made from `${inputs.x}`. */
export function readComponent(
  stage: { readonly [key: string]: Json },
  path: Path,
  inner: Inner,
  context: Context,
): ForeignType {
  const declared = readInterface(stage, path, context);
  const wires = new Map<string, readonly Wire[]>();
  const params: BoundParam[] = [];
  const scope = inputScope(valueTypes(declared.values));
  for (const [name, value] of Object.entries(mappingAt(stage.with))) {
    const at = [...path, 'with', name];
    const input = ownEntry(inner.signature.inputs, name);
    if (input !== undefined) {
      wires.set(name, wiresOf(value, at, { input, declared, context }));
    } else {
      const template = compileTemplate(value, at, { ...context, scope });
      if (template !== undefined) params.push({ name, path: at, template });
    }
  }
  checkUse(declared, { wires, params, path, context });
  const outputs = wrapOutputs(declared, inner.signature, path, context);
  const { signature } = inner;
  return {
    signature: {
      ...{ type: String(path.at(-1)), version: 1, summary: '', runtime: signature.runtime },
      params: declared.params,
      inputs: wrapInputs(declared, wires, signature),
      outputs,
    },
    values: declared.values,
    implementation: {
      ...(inner.implementation ?? { type: signature.type, signature }),
      component: { file: context.file, path, wires, params, values: declared.values },
    },
  };
}

interface Wiring {
  readonly input: InputSignature;
  readonly declared: Interface;
  readonly context: Context;
}

/** What an input of the stage type gets: an input of the component, or several under each other. */
function wiresOf(value: Json, path: Path, wiring: Wiring): Wire[] {
  const { as: axis, from } = mappingAt(value);
  const sources: readonly [Json, Path, Part | undefined][] =
    typeof axis === 'string'
      ? Object.entries(mappingAt(from)).map(([name, source]) => [
          source,
          [...path, 'from', name],
          { axis, name },
        ])
      : [[value, path, undefined]];
  return sources.flatMap(([source, at, part]) => {
    const outer = outerInput(source, at, { ...wiring, name: String(path.at(-1)) });
    return outer === undefined ? [] : [{ outer, part }];
  });
}

/** The input of the component that is meant by `${inputs.x}`; undefined, with the problem reported, where none is. */
function outerInput(
  value: Json,
  path: Path,
  { input, declared, context, name: inner }: Wiring & { readonly name: string },
): string | undefined {
  const [, name] = /^\s*\$\{\s*inputs\.(\w+)\s*\}\s*$/.exec(typeof value === 'string' ? value : '') ?? [];
  if (name === undefined) return undefined;
  const outer = ownEntry(declared.inputs, name);
  if (outer === undefined) {
    const names = Object.keys(declared.inputs);
    context.problems.push(
      problem(
        'UNKNOWN_NAME',
        context.file.at(path),
        `This component has no artefact "${name}" among its inputs.`,
        {
          help: `Artefacts: ${listed(names)}.`,
          suggestion: nearest(name, names),
        },
      ),
    );
    return undefined;
  }
  const [type] = typeof outer.type === 'string' ? [outer.type] : outer.type;
  if (type !== undefined && !fits(input, type)) {
    const accepted = typeof input.type === 'string' ? input.type : input.type.join(' or ');
    const message = `"${inner}" takes ${accepted}, but the input "${name}" is ${type}.`;
    context.problems.push(problem('WRONG_ARTEFACT', context.file.at(path), message));
    return undefined;
  }
  return name;
}

/** An input that nothing is made of is a mistake: whoever gives it would wait for an effect. */
function checkUse(
  declared: Interface,
  of: {
    wires: ReadonlyMap<string, readonly Wire[]>;
    params: readonly BoundParam[];
    path: Path;
    context: Context;
  },
): void {
  const used = new Set([
    ...[...of.wires.values()].flat().map(({ outer }) => outer),
    ...of.params.flatMap(({ template }) => expressionsOf(template)).flatMap((e) => e.expression.inputs),
  ]);
  // What was not understood is not unused.
  if (of.context.problems.length > 0) return;
  for (const name of [...Object.keys(declared.inputs), ...declared.values.keys()])
    if (!used.has(name))
      of.context.problems.push(
        problem(
          'UNUSED_INPUT',
          of.context.file.keyAt([...of.path, 'inputs', name]),
          `Nothing is made of the input "${name}".`,
          { help: `Use it under with as \${inputs.${name}}, or take it out.` },
        ),
      );
}

function wrapInputs(
  declared: Interface,
  wires: ReadonlyMap<string, readonly Wire[]>,
  inner: StageSignature,
): Record<string, InputSignature> {
  return Object.fromEntries(
    Object.entries(declared.inputs).map(([name, input]) => {
      const made = [...wires].filter(([, of]) => of.some(({ outer }) => outer === name));
      const inside = made.map(([i]) => inner.inputs[i]);
      const gather = inside.every((i) => i?.gather === true);
      const columns = Object.assign(
        {},
        ...inside.map((i, at) => withoutParts(i?.columns ?? {}, made[at]?.[1] ?? [])),
        input.columns ?? {},
      ) as NonNullable<InputSignature['columns']>;
      const { gather: _, columns: _columns, ...rest } = input;
      return [
        name,
        { ...rest, ...(gather ? { gather } : {}), ...(Object.keys(columns).length === 0 ? {} : { columns }) },
      ];
    }),
  );
}

/** What tells the sources of a gather apart is a column that the component adds itself. */
function withoutParts(
  columns: NonNullable<InputSignature['columns']>,
  wires: readonly Wire[],
): NonNullable<InputSignature['columns']> {
  const added = wires.map(({ part }) => part?.axis);
  return Object.fromEntries(Object.entries(columns).filter(([name]) => !added.includes(name)));
}

function wrapOutputs(
  declared: Interface,
  inner: StageSignature,
  path: Path,
  { file, problems }: Context,
): Record<string, OutputSignature> {
  const outputs: Record<string, OutputSignature> = {};
  for (const [name, { format: _, ...output }] of Object.entries(declared.outputs)) {
    const own = ownEntry(inner.outputs, name);
    const at = file.keyAt([...path, 'outputs', name]);
    if (own === undefined) {
      const names = Object.keys(inner.outputs);
      problems.push(
        problem('UNKNOWN_OUTPUT', at, `${inner.type} has no output "${name}".`, {
          help: `It has ${listed(names, 40)}.`,
          suggestion: nearest(name, names),
        }),
      );
    } else if (own.type !== output.type)
      problems.push(
        problem(
          'WRONG_ARTEFACT',
          at,
          `The output "${name}" of ${inner.type} is ${own.type}, not ${output.type}.`,
        ),
      );
    else {
      const columns = { ...output.columns, ...own.columns };
      outputs[name] = { ...own, ...output, ...(Object.keys(columns).length === 0 ? {} : { columns }) };
      problems.push(...columnsNotMade(name, { own, declared: output.columns ?? {}, path, file, inner }));
    }
  }
  return outputs;
}

/** Columns that a component promises of an output, and its stage type does not write. */
function columnsNotMade(
  output: string,
  of: {
    readonly own: OutputSignature;
    readonly declared: NonNullable<OutputSignature['columns']>;
    readonly path: Path;
    readonly file: ParsedFile;
    readonly inner: StageSignature;
  },
): Diagnostic[] {
  const { own, declared, path, file, inner } = of;
  const { columns, furtherColumns = [] } = own;
  if (columns === undefined) return [];
  return Object.entries(declared).flatMap(([name, type]) => {
    const has = ownEntry(columns, name);
    if (has === type || (type === 'double' && has === 'int')) return [];
    if (has === undefined && furtherColumns.length > 0) return [];
    const at = file.keyAt([...path, 'outputs', output, 'columns', name]);
    const words = has === undefined ? `${name} (${type})` : `${name} as ${type} (it is ${has})`;
    const message = `The output "${output}" of ${inner.type} does not have the column that is declared: ${words}.`;
    const names = Object.keys(columns);
    const help = `Its columns are ${listed(names, 40)}.`;
    const suggestion = has === undefined ? nearest(name, names) : undefined;
    return [problem('MISSING_COLUMN', at, message, { help, suggestion })];
  });
}
