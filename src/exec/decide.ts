import { ok, type Result } from '../base/result.js';
import { byCodeUnit, canonicalJson, type Json } from '../base/json.js';
import { declaredOutputs } from '../pipeline/declared-outputs.js';
import { instanceKey, type InputDigest } from '../pipeline/fingerprint.js';
import type { Coords, Gather, Instance, Plan } from '../pipeline/plan.js';
import type { Signatures } from '../pipeline/signatures.js';
import type { StageSignature } from '../pipeline/stage.js';
import type { OutsideFile, OutsideFileReader } from '../store/outside-files.js';
import type { KnownResult } from '../store/packed-index.js';
import type { ObjectRef, Outputs } from '../store/record.js';
import type { Store } from '../store/store.js';
import type { OwnCode, OwnCodeReader } from './own-code.js';
import { runtimeClass, type GradientClass } from './runtime-class.js';

/** An input whose bytes are known. */
export type ResolvedInput =
  | { readonly kind: 'one'; readonly ref: ObjectRef }
  | { readonly kind: 'rows'; readonly rows: readonly { readonly coords: Coords; readonly ref: ObjectRef }[] };

export type ResolvedInputs = Readonly<Record<string, ResolvedInput>>;

/** Everything that computing an instance needs. */
export interface Computation {
  readonly key: string;
  /** What the key is made of. */
  readonly K: Json;
  readonly inputs: ResolvedInputs;
  readonly files: Readonly<Record<string, OutsideFile>>;
  /** The user's own program or module, when the stage is one. */
  readonly own?: OwnCode;
}

export type Decision =
  | {
      readonly verdict: 'hit';
      readonly key: string;
      /** What the key is made of. */
      readonly K: Json;
      readonly result: KnownResult;
      readonly reason: string;
    }
  | {
      readonly verdict: 'run';
      readonly computation: Computation;
      readonly reason: string;
      /** It had a result, but something of that is gone or damaged. */
      readonly heals: boolean;
    }
  /** Would run, but cannot: something from outside is missing. */
  | { readonly verdict: 'impossible'; readonly reason: string }
  /** An input is not known before something else has run; `waitsFor` are those instances. */
  | {
      readonly verdict: 'run-unless-unchanged';
      readonly waitsFor: readonly number[];
      readonly reason: string;
    };

export interface DecisionEnv {
  readonly plan: Plan;
  readonly store: Store;
  readonly signatures: Signatures;
  readonly outsideFiles: OutsideFileReader;
  /** Instances to be computed again whatever the store has. */
  readonly force: ReadonlySet<number>;
  /** Needed when a stage computes gradients. */
  readonly gradientClass?: GradientClass | undefined;
  /** Needed when a plan has programs or modules of the user's own. */
  readonly ownCode?: OwnCodeReader | undefined;
}

/**
 * Whether an instance has a result already: the one place where that is decided, for `plan` and for `run`.
 *
 * @param known outputs of an instance, as far as they are known.
 */
export function decide(
  index: number,
  known: (index: number) => Outputs | undefined,
  env: DecisionEnv,
): Decision {
  const instance = env.plan.instances[index]!;
  const signature = signatureOf(env, instance);
  const { inputs, waitsFor } = resolveInputs(instance, known);
  if (waitsFor.length > 0) {
    const first = env.plan.instances[waitsFor[0]!]!.id;
    const others = waitsFor.length > 1 ? ` and ${waitsFor.length - 1} more` : '';
    return {
      verdict: 'run-unless-unchanged',
      waitsFor,
      reason: `runs unless the outputs of ${first}${others} come out unchanged`,
    };
  }
  const located = env.outsideFiles.resolve(signature, instance.params);
  if (!located.ok) return { verdict: 'impossible', reason: located.error };
  const own = ownCodeOf(env, instance);
  if (!own.ok) return { verdict: 'impossible', reason: own.error };
  const { key, K } = keyOf(signature, instance, {
    inputs,
    files: located.value,
    own: own.value,
    gradientClass: env.gradientClass,
  });
  const computation: Computation = {
    ...{ key, K, inputs, files: located.value },
    ...(own.value === undefined ? {} : { own: own.value }),
  };
  if (env.force.has(index)) return { verdict: 'run', computation, reason: 'forced', heals: false };
  const found = env.store.find(key);
  if (!found.hit) return { verdict: 'run', computation, reason: found.reason, heals: found.lost };
  const absent = declaredOutputs(signature, instance.params).find((name) => !found.result.outputs[name]);
  if (absent !== undefined)
    return { verdict: 'run', computation, reason: `its result has no output "${absent}"`, heals: false };
  return { verdict: 'hit', key, K, result: found.result, reason: 'in the store' };
}

export function signatureOf(
  env: Pick<DecisionEnv, 'signatures' | 'plan'>,
  instance: Instance,
): StageSignature {
  const signature = env.plan.types?.get(instance.type)?.signature ?? env.signatures.get(instance.type);
  if (!signature) throw new Error(`Internal error: no signature of stage type "${instance.type}"`);
  return signature;
}

/** The code and variables of an instance whose type does not come with ticketlab. */
export function ownCodeOf(
  { plan, ownCode }: Pick<DecisionEnv, 'plan' | 'ownCode'>,
  instance: Instance,
): Result<OwnCode | undefined, string> {
  const type = plan.types?.get(instance.type);
  if (type === undefined) return ok(undefined);
  if (ownCode === undefined) throw new Error('Internal error: a plan with own code, and nobody to read it');
  return ownCode.read(type, instance.settings?.env ?? {});
}

function resolveInputs(
  instance: Instance,
  known: (index: number) => Outputs | undefined,
): { inputs: ResolvedInputs; waitsFor: number[] } {
  const waitsFor = new Set<number>();
  const inputs: Record<string, ResolvedInput> = {};
  const find = (from: number, output: string): ObjectRef => {
    const outputs = known(from);
    if (!outputs) waitsFor.add(from);
    else if (!outputs[output]) throw new Error(`Internal error: instance ${from} has no output "${output}"`);
    return outputs?.[output] ?? unknownRef;
  };
  for (const [name, source] of Object.entries(instance.inputs))
    inputs[name] =
      source.kind === 'edge'
        ? { kind: 'one', ref: find(source.from, source.output) }
        : {
            kind: 'rows',
            rows: inOrder(source).map((row) => ({ coords: row.coords, ref: find(row.from, row.output) })),
          };
  return { inputs, waitsFor: [...waitsFor] };
}

/**
 * The rows of a gather in an order that their coordinates decide, not the file: the key knows no order either, and one
 * key must mean one sequence of bytes.
 */
export function inOrder({ rows }: Pick<Gather, 'rows'>): Gather['rows'] {
  return rows
    .map((row) => ({ ...row, coords: JSON.parse(canonicalJson(row.coords)) as Coords }))
    .sort((a, b) => compareCoords(a.coords, b.coords));
}

function compareCoords(a: Coords, b: Coords): number {
  for (const axis of Object.keys(a)) {
    const [left = null, right = null] = [a[axis], b[axis]];
    const order =
      typeof left === 'number' && typeof right === 'number'
        ? left - right
        : byCodeUnit(canonicalJson(left), canonicalJson(right));
    if (order !== 0) return order;
  }
  return 0;
}

/** Stands in where nothing is known yet; never leaves `decide`. */
const unknownRef: ObjectRef = { type: 'file', sha256: '', bytes: 0, kind: 'blob' };

function keyOf(
  signature: StageSignature,
  instance: Instance,
  {
    inputs,
    files,
    gradientClass,
    own,
  }: Pick<Computation, 'inputs' | 'files'> &
    Pick<DecisionEnv, 'gradientClass'> & { own: OwnCode | undefined },
): { key: string; K: Json } {
  const digests: Record<string, InputDigest> = {};
  for (const [name, input] of Object.entries(inputs))
    digests[name] =
      input.kind === 'one'
        ? { type: input.ref.type, sha256: input.ref.sha256 }
        : { rows: input.rows.map(({ coords, ref }) => ({ coords, type: ref.type, sha256: ref.sha256 })) };
  return instanceKey({
    signature,
    params: instance.params,
    inputs: digests,
    files: Object.fromEntries(Object.entries(files).map(([name, file]) => [name, file.sha256])),
    rt: runtimeClass(signature, instance.params, gradientClass),
    ...(own === undefined ? {} : { code: own.key, env: own.env }),
  });
}
