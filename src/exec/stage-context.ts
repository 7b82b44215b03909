import { readFileSync } from 'node:fs';
import { UserError } from '../base/result.js';
import type { Artefact, GatheredArtefact, Progress, StageContext } from '../pipeline/stage.js';
import { sha256Hex } from '../store/durable.js';
import { guarded } from '../store/errors.js';
import { makeFolders } from '../store/make-folders.js';
import type { Objects } from '../store/objects.js';
import type { OutsideFile } from '../store/outside-files.js';
import { artefactOf } from './artefact.js';
import type { FileCheckpoints } from './checkpoints.js';
import type { Clock } from './clock.js';
import type { ResolvedInputs, ResolvedInput } from './decide.js';
import type { Task, WorkerMessage } from './protocol.js';

/** Often enough for the eye. */
const progressEveryMs = 250;

export interface ContextOptions {
  readonly task: Task;
  readonly objects: Objects;
  readonly cacheDir: string;
  readonly checkpoints: FileCheckpoints;
  readonly clock: Clock;
  readonly send: (message: WorkerMessage) => void;
  readonly log: (line: string) => void;
}

/** What a stage sees of the world: its parameters, its inputs, and the few things it may do. */
export function stageContext(options: ContextOptions): StageContext<never, never> {
  const { task, objects, cacheDir, checkpoints, clock, send, log } = options;
  const context: StageContext<
    Task['params'],
    Readonly<Record<string, Artefact | readonly GatheredArtefact[]>>
  > = {
    params: task.params,
    inputs: inputsOf(task.inputs, objects),
    files: Object.fromEntries(Object.entries(task.files).map(([name, file]) => [name, fileOf(file)])),
    threads: task.threads,
    checkpoints,
    runtime: (task.K as { readonly rt?: string }).rt,
    cacheDir: () => {
      guarded(cacheDir, 4096, () => makeFolders(cacheDir));
      return cacheDir;
    },
    progress: throttled(clock, send),
    log,
  };
  return context as unknown as StageContext<never, never>;
}

function inputsOf(
  inputs: ResolvedInputs,
  objects: Objects,
): Record<string, Artefact | readonly GatheredArtefact[]> {
  const seen = (input: ResolvedInput): Artefact | readonly GatheredArtefact[] =>
    input.kind === 'one'
      ? artefactOf(input.ref, objects)
      : input.rows.map(({ coords, ref }) => ({ coords, artefact: artefactOf(ref, objects) }));
  return Object.fromEntries(Object.entries(inputs).map(([name, input]) => [name, seen(input)]));
}

function fileOf({ path, sha256 }: OutsideFile): { sha256: string; path: string; bytes: () => Uint8Array } {
  return {
    sha256,
    path,
    bytes: () => {
      const bytes = readFileSync(path);
      if (sha256Hex(bytes) !== sha256)
        throw new UserError(
          `${path} was changed while the run was going: run again to take it as it is now.`,
        );
      return bytes;
    },
  };
}

function throttled(clock: Clock, send: (message: WorkerMessage) => void): (progress: Progress) => void {
  let last = -Infinity;
  return ({ unit, done, total, values = {} }) => {
    const now = clock.monotonic();
    if (now - last < progressEveryMs && done < total) return;
    last = now;
    // JSON has no NaN: what is not a number is not worth showing either.
    const shown = Object.entries(values).filter(([, value]) => Number.isFinite(value));
    send({ type: 'progress', unit, done, total, values: Object.fromEntries(shown) });
  };
}
