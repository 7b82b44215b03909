import { readFileSync, readlinkSync } from 'node:fs';
import { hostname } from 'node:os';
import { sha256Hex } from './durable.js';
import { errorCode } from './errors.js';

/** Which process, on which machine, since which start: a number alone is given out again. */
export interface ProcessIdentity {
  readonly host: string;
  /** Differs between two boots of a machine, and between containers that cannot see each other's processes. */
  readonly machine: string;
  readonly pid: number;
  /** When the process started, in the machine's own count; empty where the system does not tell. */
  readonly start: string;
}

let own: ProcessIdentity | undefined;

export function ownIdentity(): ProcessIdentity {
  own ??= { host: hostname(), machine: machineId(), pid: process.pid, start: startOf(process.pid) };
  return own;
}

/**
 * Whether a process lives; undefined when it cannot be seen from here, because it is on another machine or in another
 * container. A process of this host from before its last boot is gone.
 */
export function isAlive(other: ProcessIdentity): boolean | undefined {
  const { host, machine } = ownIdentity();
  if (other.host !== host) return undefined;
  if (other.machine !== machine) return bootOf(other.machine) === bootOf(machine) ? undefined : false;
  try {
    process.kill(other.pid, 0);
  } catch (error) {
    // Somebody else's process may not be signalled, but it is there.
    if (errorCode(error) !== 'EPERM') return false;
  }
  const start = startOf(other.pid);
  if (start === ended) return false;
  return start === '' || other.start === '' || start === other.start;
}

/** Boot and process namespace; where there is no such thing one empty word each. */
function machineId(): string {
  const boot = quietly(() => readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim());
  const namespace = quietly(() => readlinkSync('/proc/self/ns/pid'));
  return `${sha256Hex(boot).slice(0, 8)}-${sha256Hex(namespace).slice(0, 8)}`;
}

const bootOf = (machine: string): string => machine.split('-', 1)[0]!;

const ended = 'ended';

/**
 * Field 22 of /proc/<pid>/stat; the name in field 2 may hold blanks and parentheses. A zombie, whose parent has not
 * asked yet how it ended, works no more.
 */
function startOf(pid: number): string {
  const stat = quietly(() => readFileSync(`/proc/${pid}/stat`, 'utf8'));
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return fields[0] === 'Z' ? ended : (fields[19] ?? '');
}

function quietly(read: () => string): string {
  try {
    return read();
  } catch {
    return '';
  }
}
