import { canonicalJson, type Json } from '../base/json.js';
import { artefactTypes, type ArtefactType } from '../pipeline/stage.js';
import { sha256Hex } from './durable.js';
import { isDigest } from './layout.js';

/** A named object: the sha256 and size of its file. Of a tree that is the list of its files, not the files. */
export interface ObjectRef {
  readonly type: ArtefactType;
  readonly sha256: string;
  readonly bytes: number;
  readonly kind: 'blob' | 'tree';
}

export type Outputs = Readonly<Record<string, ObjectRef>>;

/** Where, when and how a result came to be. For people and for `why`; nothing depends on it. */
export interface Made {
  readonly instance: string;
  readonly run: string;
  readonly host: string;
  readonly pid: number;
  /** ISO 8601, UTC. */
  readonly start: string;
  readonly wall_s: number;
  readonly cpu_s: number;
  /** Bytes. */
  readonly rss_max: number;
  readonly threads: number;
  readonly resumed: boolean;
  readonly ticketlab: string;
  readonly node: string;
  /** What was run. Records of before these were kept have none of the following. */
  readonly pipeline?: {
    readonly name: string;
    readonly file: string;
    /** Of the file's bytes. */
    readonly sha256: string;
    readonly variant: string;
    readonly preset: string | null;
  };
  /** Parameters of the pipeline with their origins; a long value stands by its digest. */
  readonly params?: Readonly<
    Record<string, { readonly value?: Json; readonly sha256?: string; readonly origin: string }>
  >;
  /** Commit of the project. */
  readonly git?: string;
  /** What the stage printed: size, and its last lines. */
  readonly log?: { readonly bytes: number; readonly tail: readonly string[] };
}

/** What is known of one key. Immutable, one per key. */
export interface ResultRecord {
  readonly v: 1;
  readonly key: string;
  /** Everything that the key is made of. */
  readonly K: Json;
  readonly outputs: Outputs;
  readonly made: Made;
  /** sha256 of the canonical JSON of all the above. */
  readonly sum: string;
}

export function sealRecord(record: Omit<ResultRecord, 'v' | 'sum'>): ResultRecord {
  const { key, K, outputs, made } = record;
  const body = { v: 1, key, K, outputs, made } as const;
  return { ...body, sum: sumOf(body) };
}

export function encodeRecord(record: ResultRecord): Uint8Array {
  return Buffer.from(`${canonicalJson(record as unknown as Json)}\n`);
}

/*
 * A record is written as canonical JSON, in which "sum" and "v" come last. So its sum can be checked on the bytes as
 * they are, and nothing that is not exactly what was written passes.
 */
const tailOf = (sum: string): string => `,"sum":"${sum}","v":1}\n`;
const tailLength = tailOf('0'.repeat(64)).length;

/** The record in these bytes, or undefined when they are damaged, or belong to another key or format. */
export function decodeRecord(bytes: Uint8Array | string, key: string): ResultRecord | undefined {
  const text = typeof bytes === 'string' ? bytes : Buffer.from(bytes).toString('utf8');
  const body = text.slice(0, -tailLength);
  if (!text.endsWith(tailOf(sha256Hex(`${body},"v":1}`)))) return undefined;
  let parsed: Readonly<Record<string, Json>>;
  try {
    parsed = JSON.parse(text) as Readonly<Record<string, Json>>;
  } catch {
    return undefined;
  }
  const outputs = parsed['outputs'];
  if (parsed['key'] !== key || outputs === null || typeof outputs !== 'object') return undefined;
  if (Array.isArray(outputs) || !isMapping(parsed['K']) || !isMade(parsed['made'])) return undefined;
  return Object.values(outputs).every(isRef) ? (parsed as unknown as ResultRecord) : undefined;
}

const isMapping = (value: Json | undefined): value is Readonly<Record<string, Json>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** What is told of a result can have come from anywhere, an archive for one: whoever tells it relies on its shape. */
function isMade(made: Json | undefined): boolean {
  if (!isMapping(made)) return false;
  const { wall_s, pipeline, params, git, log } = made;
  const texts = ['instance', 'run', 'host', 'start', 'ticketlab', 'node'];
  return (
    texts.every((name) => typeof made[name] === 'string') &&
    typeof wall_s === 'number' &&
    (pipeline === undefined || isPipeline(pipeline)) &&
    (params === undefined || (isMapping(params) && Object.values(params).every(isParam))) &&
    (git === undefined || typeof git === 'string') &&
    (log === undefined || isMapping(log))
  );
}

const isParam = (value: Json): boolean =>
  isMapping(value) &&
  typeof value['origin'] === 'string' &&
  (value['sha256'] === undefined || typeof value['sha256'] === 'string');

const isPipeline = (value: Json): boolean =>
  isMapping(value) && ['name', 'file', 'variant'].every((name) => typeof value[name] === 'string');

function isRef(value: Json): boolean {
  const { type, sha256, bytes, kind } = (value ?? {}) as Readonly<Record<string, Json>>;
  return (
    artefactTypes.includes(type as ArtefactType) &&
    isDigest(sha256) &&
    Number.isSafeInteger(bytes) &&
    (kind === 'blob' || kind === 'tree')
  );
}

/** Names of outputs in which two results of one key differ: none for a deterministic stage. */
export function differingOutputs(a: Outputs, b: Outputs): readonly string[] {
  const names = new Set([...Object.keys(a), ...Object.keys(b)]);
  return [...names].sort().filter((name) => a[name]?.sha256 !== b[name]?.sha256);
}

const sumOf = (body: object): string => sha256Hex(canonicalJson(body as Json));
