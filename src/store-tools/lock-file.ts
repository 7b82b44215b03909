import { byCodeUnit, canonicalJson } from '../base/json.js';
import { UserError } from '../base/result.js';
import { sha256Hex } from '../store/durable.js';
import type { Outputs } from '../store/record.js';

/** What one instance must come out as. */
export interface LockLine {
  /** `default`, or the name of a preset. */
  readonly variant: string;
  /** Address of the instance. */
  readonly address: string;
  readonly key: string;
  /** Digest of the digests of its outputs. */
  readonly outputs: string;
}

const title = '# ticketlab lock 1: variant, address, key, digest of the outputs. Written by ticketlab lock.';
const lineShape = /^(\S+) (.+) ([0-9a-f]{64}) ([0-9a-f]{64})$/;

/** `pipelines/quickstart.yaml` -> `pipelines/quickstart.lock` */
export const lockPath = (pipeline: string): string => `${pipeline.replace(/\.ya?ml$/i, '')}.lock`;

export function outputsDigest(outputs: Outputs): string {
  const digests = Object.entries(outputs).map(([name, { sha256 }]) => [name, sha256]);
  return sha256Hex(canonicalJson(Object.fromEntries(digests) as Record<string, string>));
}

/** One line an instance, sorted, nothing that depends on time or place: two people's locks merge by line. */
export function encodeLock(lines: readonly LockLine[]): string {
  const texts = lines.map(({ variant, address, key, outputs }) => `${variant} ${address} ${key} ${outputs}`);
  return `${[title, ...texts.sort(byCodeUnit)].join('\n')}\n`;
}

/** @throws UserError that names the line that is none. */
export function decodeLock(text: string, file: string): LockLine[] {
  const known = new Map<string, { readonly line: string; readonly at: number }>();
  return text.split(/\r?\n/).flatMap((line, at) => {
    if (line === '' || line.startsWith('#')) return [];
    const match = lineShape.exec(line);
    if (match === null)
      throw new UserError(
        `${file}:${at + 1} is not a line of a lock: variant, address, key, digest. Mend the merge, or remove the file and write it anew with ticketlab lock.`,
      );
    const [, variant, address, key, outputs] = match as unknown as [string, string, string, string, string];
    const before = known.get(`${variant} ${address}`);
    if (before !== undefined && before.line !== line)
      throw new UserError(
        `${file}:${at + 1} says of ${address} (${variant}) otherwise than line ${before.at + 1}. Mend the merge, or remove the file and write it anew with ticketlab lock.`,
      );
    if (before !== undefined) return [];
    known.set(`${variant} ${address}`, { line, at });
    return [{ variant, address, key, outputs }];
  });
}

export interface LockDifference {
  readonly address: string;
  /** `missing`: locked, but not in the plan. `new`: in the plan, but not locked. `uncomputed`: not in the store. */
  readonly problem: 'missing' | 'new' | 'key' | 'outputs' | 'uncomputed';
}

/** An instance as it stands. */
export interface Standing {
  readonly address: string;
  /** Undefined while an input is not known. */
  readonly key: string | undefined;
  readonly outputs: Outputs | undefined;
}

/** In what the instances of one variant differ from their lines. */
export function compareLock(
  lines: readonly LockLine[],
  variant: string,
  instances: readonly Standing[],
): LockDifference[] {
  const locked = new Map(
    lines.filter((line) => line.variant === variant).map((line) => [line.address, line] as const),
  );
  const differences: LockDifference[] = [];
  for (const { address, key, outputs } of instances) {
    const line = locked.get(address);
    locked.delete(address);
    const problem =
      line === undefined
        ? 'new'
        : key !== undefined && key !== line.key
          ? 'key'
          : outputs === undefined
            ? 'uncomputed'
            : outputsDigest(outputs) === line.outputs
              ? undefined
              : 'outputs';
    if (problem !== undefined) differences.push({ address, problem });
  }
  return [...differences, ...[...locked.keys()].map((address) => ({ address, problem: 'missing' }) as const)];
}
