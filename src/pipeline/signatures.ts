import type { TSchema } from '@sinclair/typebox';
import type { Json } from '../base/json.js';
import type { ArtefactType, InputSignature, StageSignature } from './stage.js';

/** Signatures by stage type. */
export type Signatures = ReadonlyMap<string, StageSignature>;

type JsonObject = { readonly [key: string]: Json };

/** What schemas/stages.schema.json holds: the signatures of all stage types, without their code. */
export function signaturesDocument(stages: readonly StageSignature[]): JsonObject {
  return {
    $comment: 'Written by scripts/emit-schemas.mjs from the stage definitions. Do not edit.',
    stages: stages.map((stage) => signatureJson(stage)),
  };
}

/** Reads back what `signaturesDocument` wrote. The file is ours: anything odd in it is a fault, not a user's error. */
export function readSignatures(document: unknown): Signatures {
  const { stages } = document as { stages: readonly StageSignature[] };
  return signatureMap(stages);
}

/** @throws Error when two stage types have one name, or one stage gives one name to two things. */
export function signatureMap(stages: readonly StageSignature[]): Signatures {
  const byType = new Map<string, StageSignature>();
  for (const stage of stages) {
    if (byType.has(stage.type)) throw new Error(`Internal error: two stage types are called ${stage.type}`);
    for (const name of parameterNames(stage))
      if (Object.hasOwn(stage.inputs, name))
        throw new Error(`Internal error: ${stage.type} has an input and a parameter called ${name}`);
    byType.set(stage.type, stage);
  }
  return byType;
}

function signatureJson(stage: StageSignature): JsonObject {
  const data = Object.fromEntries(Object.entries(stage).filter(([, value]) => typeof value !== 'function'));
  return JSON.parse(JSON.stringify(data)) as JsonObject;
}

/** The parameter schemas that hold for one value of the discriminating parameter (all of them without variants). */
export function parameterSchemas(
  signature: StageSignature,
  variant: string | undefined,
): Readonly<Record<string, TSchema>> {
  const own = variant === undefined ? undefined : ownEntry(signature.variants?.of, variant);
  return { ...signature.params.properties, ...own?.properties };
}

/** Names of parameters that must be given, for one variant: those that are neither optional nor have a default. */
export function requiredParameters(
  signature: StageSignature,
  variant: string | undefined,
): readonly string[] {
  const own = variant === undefined ? undefined : ownEntry(signature.variants?.of, variant);
  const schemas = parameterSchemas(signature, variant);
  const required = [...(signature.params.required ?? []), ...(own?.required ?? [])];
  return required.filter((name) => defaultOf(schemas[name]) === undefined);
}

/** Every parameter that some variant has. */
function parameterNames(signature: StageSignature): Set<string> {
  const names = new Set(Object.keys(signature.params.properties));
  for (const variant of Object.values(signature.variants?.of ?? {}))
    for (const name of Object.keys(variant.properties)) names.add(name);
  return names;
}

/** The discriminating parameter's value among `params`, or its default. */
export function variantOf(
  signature: StageSignature,
  params: Readonly<Record<string, Json>>,
): string | undefined {
  if (signature.variants === undefined) return undefined;
  const { by } = signature.variants;
  const value = Object.hasOwn(params, by) ? params[by] : defaultOf(signature.params.properties[by]);
  return typeof value === 'string' ? value : undefined;
}

export function defaultOf(schema: TSchema | undefined): Json | undefined {
  return schema?.default as Json | undefined;
}

export function acceptedTypes(input: InputSignature): readonly ArtefactType[] {
  return typeof input.type === 'string' ? [input.type] : input.type;
}

/** Whether an input takes a kind of artefact: metrics are tables with known columns. */
export function fits(input: InputSignature, type: ArtefactType): boolean {
  const accepted = acceptedTypes(input);
  return accepted.includes(type) || (type === 'metrics' && accepted.includes('table'));
}

/** A member of a record by a name that may come from a file: never something inherited. */
export function ownEntry<T>(record: Readonly<Record<string, T>> | undefined, name: string): T | undefined {
  return record !== undefined && Object.hasOwn(record, name) ? record[name] : undefined;
}
