import type { Readable } from 'node:stream';
import type { Json } from '../base/json.js';
import type { StageSettings } from '../pipeline/plan.js';
import type { Progress } from '../pipeline/stage.js';
import type { OutsideFile } from '../store/outside-files.js';
import type { Outputs } from '../store/record.js';
import type { ResolvedInputs } from './decide.js';
import type { OwnCode } from './own-code.js';

/** What a worker process is told when it starts; JSON, the only argument of its command line. */
export interface WorkerSettings {
  /** URL of the module that exports `stages`. */
  readonly stagesModule: string;
  readonly store: string;
  readonly cacheDir: string;
  readonly run: string;
  /** Version of ticketlab. */
  readonly version: string;
  /** The file that gets what the worker prints. */
  readonly log: string;
}

/** From the run to a worker: compute one instance. */
export interface Task {
  readonly instance: string;
  readonly stageType: string;
  readonly params: Readonly<Record<string, Json>>;
  readonly key: string;
  readonly K: Json;
  readonly inputs: ResolvedInputs;
  readonly files: Readonly<Record<string, OutsideFile>>;
  readonly threads: number;
  /** The user's own program or module, when the stage is one. */
  readonly own?: OwnCode;
  /** Seconds between checkpoints, and how many are kept, where the file says so. */
  readonly checkpoint?: StageSettings['checkpoint'];
}

/** Why a task failed. `user`: the message is for the user as it is. `fault`: the stage is to blame. `full`: no space left. */
export type FailureKind = 'user' | 'fault' | 'full';

/** How a task ended, in the words of the worker. */
export type Report =
  | {
      readonly type: 'done';
      readonly outputs: Outputs;
      /** Outputs that differ from an earlier result of the same key. */
      readonly differing: readonly string[];
      /** True when the earlier result stays. */
      readonly kept: boolean;
    }
  | {
      readonly type: 'failed';
      readonly kind: FailureKind;
      readonly message: string;
      /** In the words of `retry: on`, where trying again may help. */
      readonly cause?: string;
    }
  /** The object of an input could not be read. */
  | { readonly type: 'lost'; readonly sha256: string; readonly message: string };

/** From a worker to the run. */
export type WorkerMessage =
  | ({ readonly type: 'progress' } & Required<Progress>)
  | { readonly type: 'warn'; readonly message: string }
  /** Size of the worker's log just before a stack is written to it: what comes after is not for the summary. */
  | { readonly type: 'stack'; readonly logSize: number }
  | Report;

/** Descriptors of a worker beside the usual three. */
export const reportsDescriptor = 3;
export const tasksDescriptor = 4;
/** Nothing is ever written to it: its end tells that the parent is gone. */
export const lifelineDescriptor = 5;

/** Calls back for each line of a stream of newline-delimited JSON; a torn last line is dropped. */
export function onMessages<T>(stream: Readable, handle: (message: T) => void): void {
  let rest = '';
  stream.setEncoding('utf8');
  stream.on('data', (chunk: string) => {
    const lines = (rest + chunk).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) handle(JSON.parse(line) as T);
  });
}

/** The first result of a key stays; that another one came out differently must be known. */
export function differenceMessage(
  { id, type }: { readonly id: string; readonly type: string },
  { differing, kept }: Extract<Report, { type: 'done' }>,
): string {
  const names = differing.map((name) => `"${name}"`).join(', ');
  const fate = kept
    ? 'The earlier result stays.'
    : 'The earlier result was lost; the new one stands in its place.';
  return `nondeterminism: computed again from the same inputs, ${id} gave other bytes for ${names}. ${fate} The stage ${type} must be mended.`;
}
