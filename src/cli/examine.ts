import type { Json } from '../base/json.js';
import { relative } from 'node:path';
import { instanceKey, type InputDigest } from '../pipeline/fingerprint.js';
import { mappingAt } from '../pipeline/params.js';
import type { Instance } from '../pipeline/plan.js';
import { defaultOf, parameterSchemas, variantOf } from '../pipeline/signatures.js';
import type { StageSignature } from '../pipeline/stage.js';
import { decide, ownCodeOf, signatureOf, type Decision, type DecisionEnv } from '../exec/decide.js';
import { runtimeClass } from '../exec/runtime-class.js';
import type { OutsideFile } from '../store/outside-files.js';
import type { Standing } from '../store-tools/compare-plans.js';
import { recordOf } from '../store-tools/records.js';
import type { KeyParts, Subject, SubjectSource } from '../store-tools/subject.js';

/** Every instance of a plan as it stands now. Writes nothing. */
export function examine(env: DecisionEnv): Subject[] {
  const subjects: Subject[] = [];
  for (const instance of env.plan.instances) {
    const known = (index: number) => subjects[index]?.outputs;
    subjects.push(subjectOf(instance, decide(instance.index, known, env), env, subjects));
  }
  return subjects;
}

const verdicts = {
  hit: 'hit',
  run: 'run',
  impossible: 'blocked',
  'run-unless-unchanged': 'waits',
} as const;

function subjectOf(
  instance: Instance,
  decision: Decision,
  env: DecisionEnv,
  before: readonly Subject[],
): Subject {
  const signature = signatureOf(env, instance);
  const sources = sourcesOf(instance);
  return {
    id: instance.id,
    definition: instance.definition,
    coords: instance.coords,
    type: instance.type,
    verdict: verdicts[decision.verdict],
    reason: decision.reason,
    heals: decision.verdict === 'run' && decision.heals,
    key: keyOf(decision),
    K: partsOf(instance, decision, { env, sources, before }),
    sources,
    params: instance.params,
    defaults: defaultsOf(signature, instance),
    files: filesOf(decision, instance, { ...env, signature }),
    outputs: decision.verdict === 'hit' ? decision.result.outputs : undefined,
    record: () => (decision.verdict === 'hit' ? recordOf(env.store.layout, decision.key) : undefined),
  };
}

function keyOf(decision: Decision): string | undefined {
  if (decision.verdict === 'hit') return decision.key;
  return decision.verdict === 'run' ? decision.computation.key : undefined;
}

function sourcesOf({ inputs }: Instance): Record<string, readonly SubjectSource[]> {
  return Object.fromEntries(
    Object.entries(inputs).map(([name, input]) => [
      name,
      input.kind === 'edge' ? [{ from: input.from, output: input.output }] : input.rows,
    ]),
  );
}

interface Surroundings {
  readonly env: DecisionEnv;
  readonly sources: Readonly<Record<string, readonly SubjectSource[]>>;
  readonly before: readonly Subject[];
}

/** What the key is or will be made of, without the inputs that are not known yet. */
function partsOf(instance: Instance, decision: Decision, { env, sources, before }: Surroundings): KeyParts {
  if (decision.verdict === 'hit') return mappingAt(JSON.parse(decision.parts) as Json);
  if (decision.verdict === 'run') return mappingAt(decision.computation.K);
  const inputs: Record<string, InputDigest> = {};
  for (const [name, rows] of Object.entries(sources)) {
    const refs = rows.flatMap(({ from, output }) => before[from]?.outputs?.[output] ?? []);
    const [only] = refs;
    if (instance.inputs[name]?.kind === 'edge' && only !== undefined)
      inputs[name] = { type: only.type, sha256: only.sha256 };
  }
  return knownParts(instance, inputs, env).K;
}

type KeyEnv = Omit<DecisionEnv, 'store' | 'force'>;

/** What the key of an instance is made of as far as it is known, and why it is not when it is not. */
function knownParts(
  instance: Instance,
  inputs: Readonly<Record<string, InputDigest>>,
  env: KeyEnv,
): { readonly K: KeyParts; readonly files: Files; readonly problem: string | undefined } {
  const signature = signatureOf(env, instance);
  const located = env.outsideFiles.resolve(signature, instance.params);
  const own = ownCodeOf(env, instance);
  const files = located.ok ? located.value : {};
  const { K } = instanceKey({
    ...(own.ok && own.value !== undefined ? { code: own.value.key, env: own.value.env } : {}),
    signature,
    params: instance.params,
    inputs,
    files: Object.fromEntries(Object.entries(files).map(([name, { sha256 }]) => [name, sha256])),
    rt: runtimeClass(signature, instance.params, env.gradientClass),
  });
  return { K, files, problem: located.ok ? (own.ok ? undefined : own.error) : located.error };
}

/** The instances of a plan as they are before anything is computed. */
export function standing(env: KeyEnv): Standing {
  return {
    plan: env.plan,
    keyed: (instance) => {
      const { K, files, problem } = knownParts(instance, {}, env);
      const { type, params } = instance;
      return {
        ...{ key: undefined, K, type, params, problem },
        defaults: defaultsOf(signatureOf(env, instance), instance),
        files: pathsOf(files),
      };
    },
  };
}

type Files = Readonly<Record<string, OutsideFile>>;

function filesOf(
  decision: Decision,
  { params }: Instance,
  env: DecisionEnv & { readonly signature: StageSignature },
): Record<string, string> {
  if (decision.verdict === 'run') return pathsOf(decision.computation.files);
  const located = env.outsideFiles.resolve(env.signature, params);
  return located.ok ? pathsOf(located.value) : {};
}

/** As a person would write them: relative to the project when they lie in it. */
function pathsOf(files: Files): Record<string, string> {
  return Object.fromEntries(
    Object.entries(files).map(([name, { path }]) => {
      const inside = relative(process.cwd(), path);
      return [name, inside.startsWith('..') ? path : inside];
    }),
  );
}

function defaultsOf(signature: StageSignature, { params }: Instance): KeyParts {
  const schemas = Object.entries(parameterSchemas(signature, variantOf(signature, params)));
  return Object.fromEntries(
    schemas.flatMap(([name, schema]) => {
      const usual = defaultOf(schema);
      return usual === undefined ? [] : [[name, usual]];
    }),
  );
}
