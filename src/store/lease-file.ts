import { closeSync, fstatSync, readFileSync } from 'node:fs';
import type { Json } from '../base/json.js';
import { openPlain } from './plain-file.js';
import type { ProcessIdentity } from './process-identity.js';

/** Who is computing a key. */
export interface LeaseHolder extends ProcessIdentity {
  readonly token: string;
  readonly run: string;
  readonly instance: string;
}

export interface SeenLease {
  readonly holder: LeaseHolder | undefined;
  /** Changes with every heartbeat. */
  readonly mark: string;
}

/** Opened before its time is asked for: that is when a network file system looks at the server. */
export function readLease(path: string): SeenLease | undefined {
  let file: number;
  try {
    ({ file } = openPlain(path));
  } catch {
    return undefined;
  }
  try {
    const text = readFileSync(file, 'utf8');
    return { holder: holderIn(text), mark: `${fstatSync(file, { bigint: true }).mtimeNs} ${text}` };
  } finally {
    closeSync(file);
  }
}

/** A lease is data of somebody else: nothing in it is believed to have the right shape. */
function holderIn(text: string): LeaseHolder | undefined {
  let value: Json;
  try {
    value = JSON.parse(text) as Json;
  } catch {
    return undefined;
  }
  const fields = (value ?? {}) as Readonly<Record<string, Json>>;
  const isText = ['token', 'host', 'machine', 'start', 'run', 'instance'].every(
    (name) => typeof fields[name] === 'string',
  );
  const { pid } = fields;
  if (!isText || typeof pid !== 'number' || !Number.isSafeInteger(pid) || pid <= 0) return undefined;
  return fields as unknown as LeaseHolder;
}

export const readHolder = (path: string): LeaseHolder | undefined => readLease(path)?.holder;
