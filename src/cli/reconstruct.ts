import type { Json } from '../base/json.js';
import { err, ok, type Result } from '../base/result.js';
import { inOrder, type Computation, type DecisionEnv, type ResolvedInput } from '../exec/decide.js';
import type { OwnCode } from '../exec/own-code.js';
import { runtimeClass } from '../exec/runtime-class.js';
import { instanceKey, type InputDigest } from '../pipeline/fingerprint.js';
import { mappingAt } from '../pipeline/params.js';
import type { Coords } from '../pipeline/plan.js';
import { defaultOf, parameterSchemas, variantOf } from '../pipeline/signatures.js';
import type { ArtefactType, StageSignature } from '../pipeline/stage.js';
import type { ObjectRef, ResultRecord } from '../store/record.js';
import type { OwnPrograms } from './own-programs.js';

type Params = Readonly<Record<string, Json>>;

export interface Reconstructed {
  readonly stageType: string;
  readonly params: Params;
  readonly computation: Computation;
}

export type ReconstructionEnv = Pick<DecisionEnv, 'signatures' | 'outsideFiles' | 'gradientClass'> & {
  /** An object that some result has as an output. */
  readonly refOf: (sha256: string) => ObjectRef | undefined;
  /** The user's own programs and modules that consist of what the record says. */
  readonly ownPrograms: OwnPrograms;
};

/**
 * What would have to be computed to make a result again, from its record alone. The key proves that it is the same
 * computation.
 *
 * @returns else why it cannot be told here.
 */
export function reconstruct(record: ResultRecord, env: ReconstructionEnv): Result<Reconstructed, string> {
  const K = mappingAt(record.K);
  if (K['code'] === undefined) {
    const type = typeof K['type'] === 'string' ? K['type'] : '';
    const signature = env.signatures.get(type);
    if (signature === undefined) return err(`there is no stage type "${type}" here`);
    return withSignature(record, signature, { env });
  }
  const programs = env.ownPrograms(record);
  if (!programs.ok) return programs;
  const tries = programs.value.map((own) => withSignature(record, own.type.signature, { env, own }));
  return tries.find(({ ok }) => ok) ?? tries[0]!;
}

function withSignature(
  record: ResultRecord,
  signature: StageSignature,
  { env, own }: { readonly env: ReconstructionEnv; readonly own?: OwnCode },
): Result<Reconstructed, string> {
  const K = mappingAt(record.K);
  const { type } = signature;
  if (signature.version !== K['ver'])
    return err(`it was made by version ${JSON.stringify(K['ver'])} of ${type}; this is ${signature.version}`);
  const classOf = (given: Params) => runtimeClass(signature, given, env.gradientClass);
  const usual = paramsOf(signature, mappingAt(K['with']));
  const params = runtimeChoices(signature, usual).find((given) => classOf(given) === K['rt']);
  const rt = classOf(params ?? usual);
  if (params === undefined)
    return err(`it was made for ${JSON.stringify(K['rt'])}; this is ${rt ?? 'portable'}`);
  const inputs = inputsOf(mappingAt(K['in']), env);
  if (!inputs.ok) return inputs;
  const located = env.outsideFiles.resolve(signature, params);
  const files = located.ok ? located.value : {};
  const again = instanceKey({
    signature,
    params,
    inputs: digestsOf(inputs.value),
    files: Object.fromEntries(Object.entries(files).map(([name, { sha256 }]) => [name, sha256])),
    rt,
    ...(own === undefined ? {} : { code: own.key, env: own.env }),
  });
  if (again.key !== record.key)
    return err(
      K['files'] === undefined
        ? 'its parameters cannot be told from its record'
        : 'where its outside files lie is not known any more, or they changed',
    );
  const computation: Computation = {
    ...{ key: record.key, K: record.K, inputs: inputs.value, files },
    ...(own === undefined ? {} : { own }),
  };
  return ok({ stageType: type, params, computation });
}

/** A key has the runtime class that a parameter chose, not the parameter: all that it may have been, defaults first. */
function runtimeChoices(signature: StageSignature, params: Params): readonly Params[] {
  const schemas = parameterSchemas(signature, variantOf(signature, params));
  return (signature.choosesRuntime ?? []).reduce<readonly Params[]>(
    (choices, name) => [
      ...choices,
      ...choices.flatMap((choice) =>
        ((schemas[name]?.['enum'] ?? []) as readonly Json[]).map((value) => ({ ...choice, [name]: value })),
      ),
    ],
    [params],
  );
}

/** Keys leave defaults out. */
function paramsOf(signature: StageSignature, given: Params): Params {
  const params: Record<string, Json> = {};
  const schemas = Object.entries(parameterSchemas(signature, variantOf(signature, given)));
  for (const [name, schema] of schemas) {
    const value = given[name] ?? defaultOf(schema);
    if (value !== undefined) params[name] = value;
  }
  return params;
}

type Inputs = Readonly<Record<string, ResolvedInput>>;

function inputsOf(parts: Readonly<Record<string, Json>>, env: ReconstructionEnv): Result<Inputs, string> {
  const inputs: Record<string, ResolvedInput> = {};
  for (const [name, value] of Object.entries(parts)) {
    const rows = (Array.isArray(value) ? (value as readonly Json[]) : [value]).map(mappingAt);
    const refs = rows.flatMap(({ sha256, type }) => {
      const ref = typeof sha256 === 'string' ? env.refOf(sha256) : undefined;
      return ref ? [{ ...ref, type: type as ArtefactType }] : [];
    });
    if (refs.length < rows.length) return err(`what its input "${name}" was is no longer in the store`);
    inputs[name] = Array.isArray(value)
      ? { kind: 'rows', rows: rowsInOrder(rows, refs) }
      : { kind: 'one', ref: refs[0]! };
  }
  return ok(inputs);
}

function rowsInOrder(
  rows: readonly Readonly<Record<string, Json>>[],
  refs: readonly ObjectRef[],
): readonly { readonly coords: Coords; readonly ref: ObjectRef }[] {
  const gather = rows.map(({ coords }, from) => ({ coords: mappingAt(coords), from, output: '' }));
  return inOrder({ rows: gather }).map(({ coords, from }) => ({ coords, ref: refs[from]! }));
}

function digestsOf(inputs: Inputs): Record<string, InputDigest> {
  const digest = ({ type, sha256 }: ObjectRef) => ({ type, sha256 });
  return Object.fromEntries(
    Object.entries(inputs).map(([name, input]) => [
      name,
      input.kind === 'one'
        ? digest(input.ref)
        : { rows: input.rows.map(({ coords, ref }) => ({ coords, ...digest(ref) })) },
    ]),
  );
}
