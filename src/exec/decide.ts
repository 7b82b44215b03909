import { ok, type Result } from '../base/result.js';
import { byCodeUnit, canonicalJson, sortedKeys, type Json } from '../base/json.js';
import { declaredOutputs, outputApplies } from '../pipeline/declared-outputs.js';
import { keyAndParts, type InputDigest } from '../pipeline/fingerprint.js';
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
      /** What the key is made of, as canonical JSON. */
      readonly parts: string;
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
  if (waitsFor !== undefined) {
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
  const { key, parts } = keyOf(signature, instance, {
    inputs,
    files: located.value,
    own: own.value,
    gradientClass: env.gradientClass,
  });
  const run = (reason: string, heals = false): Decision => {
    const computation = { key, K: JSON.parse(parts) as Json, inputs, files: located.value };
    const whole = own.value === undefined ? computation : { ...computation, own: own.value };
    return { verdict: 'run', computation: whole, reason, heals };
  };
  if (env.force.has(index)) return run('forced');
  const found = env.store.find(key);
  if (!found.hit) return run(found.reason, found.lost);
  if (!isComplete(found.result.outputs, signature, instance)) {
    const absent = declaredOutputs(signature, instance.params).find((name) => !found.result.outputs[name]);
    return run(`its result has no output "${absent}"`);
  }
  return { verdict: 'hit', key, parts, result: found.result, reason: 'in the store' };
}

function isComplete(outputs: Outputs, signature: StageSignature, { params }: Instance): boolean {
  for (const name in signature.outputs)
    if (!outputs[name] && outputApplies(signature.outputs[name]!, params)) return false;
  return true;
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
): { inputs: ResolvedInputs; waitsFor: readonly number[] | undefined } {
  let waitsFor: Set<number> | undefined;
  const inputs: Record<string, ResolvedInput> = {};
  const find = (from: number, output: string): ObjectRef => {
    const outputs = known(from);
    if (!outputs) (waitsFor ??= new Set()).add(from);
    else if (!outputs[output]) throw new Error(`Internal error: instance ${from} has no output "${output}"`);
    return outputs?.[output] ?? unknownRef;
  };
  for (const name in instance.inputs) {
    const source = instance.inputs[name]!;
    inputs[name] =
      source.kind === 'edge'
        ? { kind: 'one', ref: find(source.from, source.output) }
        : {
            kind: 'rows',
            rows: inOrder(source).map((row) => ({ coords: row.coords, ref: find(row.from, row.output) })),
          };
  }
  return { inputs, waitsFor: waitsFor && [...waitsFor] };
}

/**
 * The rows of a gather in an order that their coordinates decide, not the file: the key knows no order either, and one
 * key must mean one sequence of bytes.
 */
export function inOrder({ rows }: Pick<Gather, 'rows'>): Gather['rows'] {
  return rows
    .map((row) => ({ ...row, coords: inKeyOrder(row.coords) }))
    .sort((a, b) => compareCoords(a.coords, b.coords));
}

/** What reading the canonical JSON of the coordinates gives. */
function inKeyOrder(coords: Coords): Coords {
  const ordered: Record<string, Json> = {};
  for (const axis of sortedKeys(coords)) {
    const value = coords[axis]!;
    // -0 becomes 0.
    if (typeof value === 'number') ordered[axis] = value + 0;
    else if (typeof value === 'string') ordered[axis] = value;
    else ordered[axis] = JSON.parse(canonicalJson(value)) as Json;
  }
  return ordered;
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
): { key: string; parts: string } {
  const digests: Record<string, InputDigest> = {};
  for (const name in inputs) {
    const input = inputs[name]!;
    digests[name] =
      input.kind === 'one'
        ? input.ref
        : { rows: input.rows.map(({ coords, ref }) => ({ coords, type: ref.type, sha256: ref.sha256 })) };
  }
  return keyAndParts({
    signature,
    params: instance.params,
    inputs: digests,
    files: digestsOf(files),
    rt: runtimeClass(signature, instance.params, gradientClass),
    ...(own === undefined ? {} : { code: own.key, env: own.env }),
  });
}

function digestsOf(files: Computation['files']): Readonly<Record<string, string>> {
  const digests: Record<string, string> = {};
  for (const name in files) digests[name] = files[name]!.sha256;
  return digests;
}
