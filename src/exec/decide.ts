import { ok, type Result } from '../base/result.js';
import { byCodeUnit, canonicalJson, sortedKeys, type Json } from '../base/json.js';
import { outputApplies } from '../pipeline/declared-outputs.js';
import { keyAndParts, type InputDigest } from '../pipeline/fingerprint.js';
import type { Coords, Gather, Instance, Plan } from '../pipeline/plan.js';
import type { Signatures } from '../pipeline/signatures.js';
import type { StageSignature } from '../pipeline/stage.js';
import type { OutsideFile, OutsideFileReader } from '../store/outside-files.js';
import type { KnownResult } from '../store/packed-results.js';
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
export function decide(index: number, known: Known, env: DecisionEnv): Decision {
  const instance = env.plan.instances[index]!;
  const signature = signatureOf(env, instance);
  const digests = inputDigests(instance, known);
  if (digests === undefined) return unlessUnchanged(unknownSources(instance, known), env.plan);
  const located = env.outsideFiles.resolve(signature, instance.params);
  if (!located.ok) return { verdict: 'impossible', reason: located.error };
  const own = ownCodeOf(env, instance);
  if (!own.ok) return { verdict: 'impossible', reason: own.error };
  const { key, parts } = keyAndParts({
    signature,
    params: instance.params,
    inputs: digests,
    files: digestsOf(located.value),
    rt: runtimeClass(signature, instance.params, env.gradientClass),
    code: own.value?.key,
    env: own.value?.env ?? nothing,
  });
  const run = (reason: string, heals = false): Decision => {
    const inputs = resolveInputs(instance, known);
    const computation = { key, K: JSON.parse(parts) as Json, inputs, files: located.value };
    const whole = own.value === undefined ? computation : { ...computation, own: own.value };
    return { verdict: 'run', computation: whole, reason, heals };
  };
  if (env.force.has(index)) return run('forced');
  const found = env.store.find(key);
  if (!found.hit) return run(found.reason, found.lost);
  const fault = faultOf(found.result.outputs, signature, instance);
  if (fault !== undefined) return run(fault, true);
  return { verdict: 'hit', key, parts, result: found.result, reason: 'in the store' };
}

/** A record may have come from anywhere, an archive for one: without the outputs that its stage declares it is damaged. */
function faultOf(outputs: Outputs, signature: StageSignature, { params }: Instance): string | undefined {
  for (const name in signature.outputs) {
    const declared = signature.outputs[name]!;
    const ref = outputs[name];
    if (ref === undefined && outputApplies(declared, params)) return `its result has no output "${name}"`;
    if (ref !== undefined && ref.type !== declared.type)
      return `output "${name}" of its result is of type ${ref.type}, not ${declared.type}`;
  }
  return undefined;
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

type Known = (index: number) => Outputs | undefined;

function refOf(
  { from, output }: { readonly from: number; readonly output: string },
  known: Known,
): ObjectRef | undefined {
  const outputs = known(from);
  if (outputs !== undefined && !outputs[output])
    throw new Error(`Internal error: instance ${from} has no output "${output}"`);
  return outputs?.[output];
}

/** What the inputs contribute to the key; undefined while one is not known. */
function inputDigests({ inputs }: Instance, known: Known): Record<string, InputDigest> | undefined {
  const digests: Record<string, InputDigest> = {};
  for (const name in inputs) {
    const source = inputs[name]!;
    if (source.kind === 'edge') {
      const ref = refOf(source, known);
      if (ref === undefined) return undefined;
      digests[name] = ref;
    } else {
      const rows = [];
      for (const row of source.rows) {
        const ref = refOf(row, known);
        if (ref === undefined) return undefined;
        rows.push({ coords: row.coords, type: ref.type, sha256: ref.sha256 });
      }
      digests[name] = { rows };
    }
  }
  return digests;
}

/** The instances whose outputs are not known yet, each once. */
function unknownSources({ inputs }: Instance, known: Known): number[] {
  const sources = new Set<number>();
  for (const source of Object.values(inputs))
    for (const { from } of source.kind === 'edge' ? [source] : source.rows)
      if (known(from) === undefined) sources.add(from);
  return [...sources];
}

function unlessUnchanged(waitsFor: readonly number[], plan: Plan): Decision {
  const first = plan.instances[waitsFor[0]!]!.id;
  const others = waitsFor.length > 1 ? ` and ${waitsFor.length - 1} more` : '';
  return {
    verdict: 'run-unless-unchanged',
    waitsFor,
    reason: `runs unless the outputs of ${first}${others} come out unchanged`,
  };
}

/** All of them are known. */
function resolveInputs({ inputs }: Instance, known: Known): ResolvedInputs {
  const resolved: Record<string, ResolvedInput> = {};
  for (const [name, source] of Object.entries(inputs))
    resolved[name] =
      source.kind === 'edge'
        ? { kind: 'one', ref: refOf(source, known)! }
        : {
            kind: 'rows',
            rows: inOrder(source).map((row) => ({ coords: row.coords, ref: refOf(row, known)! })),
          };
  return resolved;
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

const nothing: Readonly<Record<string, string>> = {};

function digestsOf(files: Computation['files']): Readonly<Record<string, string>> {
  const digests: Record<string, string> = {};
  for (const name in files) digests[name] = files[name]!.sha256;
  return digests;
}
