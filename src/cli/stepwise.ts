import { setImmediate } from 'node:timers/promises';
import { UserError } from '../base/result.js';

/** Somebody stopped a command (Ctrl-C, TERM, hang-up); it has put its things in order. */
export class InterruptedError extends UserError {}

const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** Calls back at the first signal that is to end the process, instead of letting it end at once. @returns what takes that back. */
export function onInterrupt(stop: () => void): () => void {
  for (const name of signals) process.on(name, stop);
  return () => {
    for (const name of signals) process.off(name, stop);
  };
}

/**
 * Does work that consists of short steps, and hears signals between them: then the work is told by an exception where it
 * stands, and cleans up.
 *
 * @param stopped what to say of a work that was stopped.
 * @throws InterruptedError after a signal.
 */
export async function stepwise<T>(steps: Generator<void, T>, stopped: string): Promise<T> {
  let interrupted = false;
  const release = onInterrupt(() => {
    interrupted = true;
  });
  try {
    for (let step = steps.next(); ; step = steps.next()) {
      if (step.done === true) return step.value;
      // Signals are delivered while the process waits.
      await setImmediate();
      if (interrupted) steps.throw(new InterruptedError(stopped));
    }
  } finally {
    release();
  }
}
