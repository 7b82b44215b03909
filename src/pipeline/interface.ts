import type { TObject } from '@sinclair/typebox';
import type { Json } from '../base/json.js';
import type { CelType } from './cel-values.js';
import { valueSchema } from './declared-checker.js';
import type { Diagnostic } from './diagnostic.js';
import { badParamValue, mappingAt, readType, type RawParam } from './params.js';
import { celTypeOf, misfit, type ParamType } from './param-types.js';
import type { ParsedFile } from './parse.js';
import type { Path } from './places.js';
import {
  artefactTypes,
  type ArtefactType,
  type ColumnType,
  type InputSignature,
  type OutputSignature,
} from './stage.js';

/** `inputs:` and `outputs:` of a command or a component, read. */
export interface Interface {
  readonly inputs: Readonly<Record<string, InputSignature>>;
  /** Plain values, by name. */
  readonly values: ReadonlyMap<string, ParamType>;
  /** Closed JSON Schema of the values. */
  readonly params: TObject;
  readonly outputs: Readonly<Record<string, OutputSignature & { readonly format?: string }>>;
}

interface RawInput extends RawParam {
  readonly columns?: Readonly<Record<string, ColumnType>>;
  readonly optional?: boolean;
  readonly doc?: string;
}

interface RawOutput {
  readonly type: ArtefactType;
  readonly columns?: Readonly<Record<string, ColumnType>>;
  readonly format?: string;
  readonly doc?: string;
}

/** Reads the declarations of a stage at `path` that the schema let through. */
export function readInterface(
  stage: { readonly [key: string]: Json },
  path: Path,
  context: { readonly file: ParsedFile; readonly problems: Diagnostic[] },
): Interface {
  const inputs: Record<string, InputSignature> = {};
  const values = new Map<string, ParamType>();
  const properties: Record<string, Json> = {};
  const required: string[] = [];
  for (const [name, raw] of Object.entries(mappingAt(stage.inputs)) as [string, unknown][]) {
    const declared = raw as RawInput;
    if (artefactTypes.includes(declared.type as ArtefactType)) {
      inputs[name] = artefactInput(declared);
      continue;
    }
    const at = [...path, 'inputs', name];
    const type = readType(declared, at, context);
    if (type === undefined) continue;
    values.set(name, type);
    properties[name] = {
      ...valueSchema(type),
      ...(declared.default === undefined ? {} : { default: declared.default }),
      ...(declared.doc === undefined ? {} : { description: declared.doc }),
    };
    if (declared.default === undefined) required.push(name);
    else checkDefault(name, type, { declared: declared.default, at, context });
  }
  const params = { type: 'object', properties, required, additionalProperties: false } as unknown as TObject;
  return { inputs, values, params, outputs: readOutputs(stage) };
}

/** Types of the values in expressions. */
export function valueTypes(values: ReadonlyMap<string, ParamType>): Map<string, CelType> {
  return new Map([...values].map(([name, type]) => [name, celTypeOf(type)]));
}

function artefactInput({ type, columns, optional, doc }: RawInput): InputSignature {
  return {
    type: type as ArtefactType,
    gather: true,
    ...(optional === true ? { optional } : {}),
    ...(columns === undefined ? {} : { columns }),
    doc: doc ?? '',
  };
}

function readOutputs(stage: { readonly [key: string]: Json }): Interface['outputs'] {
  return Object.fromEntries(
    (Object.entries(mappingAt(stage.outputs)) as unknown as [string, RawOutput][]).map(
      ([name, { type, columns, format, doc }]) => [
        name,
        {
          type,
          ...(columns === undefined ? {} : { columns }),
          ...(format === undefined ? {} : { format }),
          doc: doc ?? '',
        },
      ],
    ),
  );
}

function checkDefault(
  name: string,
  type: ParamType,
  of: {
    readonly declared: Json;
    readonly at: Path;
    readonly context: { file: ParsedFile; problems: Diagnostic[] };
  },
): void {
  const { file, problems } = of.context;
  const wrong = misfit(type, of.declared);
  if (wrong === undefined) return;
  const at = () => file.at([...of.at, 'default']);
  const initial = { value: of.declared, origin: 'default', at };
  problems.push(badParamValue({ name, type, initial, at: () => file.keyAt(of.at) }, initial, wrong));
}
