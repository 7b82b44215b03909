import { MessageChannel, Worker } from 'node:worker_threads';
import type { MessagePort } from 'node:worker_threads';
import { control, createTaskTaker } from './job.js';
import type { Candidates, Shared } from './job.js';

export interface Job {
  readonly kind: number;
  readonly tasks: number;
  readonly set: number;
  readonly images: number;
  readonly parts: number;
  /** Tasks that the calling thread does before it lets its event loop turn. */
  readonly tasksPerTurn: number;
}

/** The calling thread and `threads - 1` workers that do jobs together. */
export interface Crew {
  /** Candidate buffers for the jobs to come. */
  hand(candidates: Candidates): void;
  run(job: Job): Promise<void>;
  close(): Promise<void>;
}

/** Tests run the TypeScript source, but a thread needs JavaScript: the built one. */
const threadEntry = new URL(
  import.meta.url.endsWith('.ts') ? '../../dist/src/population/thread.js' : './thread.js',
  import.meta.url,
);

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

interface Hand {
  readonly worker: Worker;
  /** Brings it new candidate buffers. */
  readonly mail: MessagePort;
}

function hire(shared: Shared, thread: number, onError: (error: Error) => void): Hand {
  const { port1, port2 } = new MessageChannel();
  const worker = new Worker(threadEntry, {
    workerData: { shared, thread, mail: port2 },
    transferList: [port2],
  });
  worker.on('error', onError);
  // An evaluator that nobody closes must not keep the process alive.
  worker.unref();
  port1.unref();
  return { worker, mail: port1 };
}

export async function createCrew(shared: Shared, threads: number): Promise<Crew> {
  const words = shared.control;
  const takeTasks = createTaskTaker(shared, 0);
  let failure: Error | undefined;
  let candidates: Candidates = { weights: new Float32Array(0), results: new Float64Array(0) };
  const hands = Array.from({ length: threads - 1 }, (_, i) =>
    hire(shared, i + 1, (error) => (failure ??= error)),
  );

  async function othersAreDone(): Promise<void> {
    for (;;) {
      const done = Atomics.load(words, control.done);
      if (done === hands.length) return;
      if (failure !== undefined) throw failure;
      // Short waits: a thread that fails says so through the event loop.
      Atomics.wait(words, control.done, done, 50);
      if (Atomics.load(words, control.done) !== hands.length) await turn();
    }
  }

  async function run(job: Job): Promise<void> {
    if (failure !== undefined) throw failure;
    for (const key of ['kind', 'tasks', 'set', 'images', 'parts'] as const) words[control[key]] = job[key];
    Atomics.store(words, control.done, 0);
    Atomics.store(words, control.next, 0);
    Atomics.add(words, control.epoch, 1);
    Atomics.notify(words, control.epoch);
    while (takeTasks(candidates, job.tasksPerTurn)) await turn();
    await othersAreDone();
  }

  async function close(): Promise<void> {
    Atomics.store(words, control.stop, 1);
    Atomics.add(words, control.epoch, 1);
    Atomics.notify(words, control.epoch);
    for (const { mail } of hands) mail.close();
    await Promise.all(hands.map(({ worker }) => worker.terminate()));
  }

  const crew: Crew = {
    hand(given) {
      candidates = given;
      for (const { mail } of hands) mail.postMessage(given);
    },
    run,
    close,
  };
  // An empty job: a thread that cannot start fails here and not in the first generation.
  await run({ kind: 0, tasks: 0, set: 0, images: 0, parts: 1, tasksPerTurn: 1 });
  return crew;
}
