import { exitCodes } from './exit-codes.js';

/** A signal that is aborted by the first Ctrl-C (or TERM, or hang-up); the second one ends the process at once. */
export interface Interrupt {
  readonly signal: AbortSignal;
  release(): void;
}

const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** @param say tells the user what the first one does. */
export function interruptible(say: (text: string) => void): Interrupt {
  const controller = new AbortController();
  const onSignal = (): void => {
    // Workers notice by themselves that their client is gone.
    if (controller.signal.aborted) process.exit(exitCodes.interrupted);
    say('stopping; what is finished is kept. Ctrl-C again stops at once.');
    controller.abort();
  };
  for (const name of signals) process.on(name, onSignal);
  return {
    signal: controller.signal,
    release: () => {
      for (const name of signals) process.off(name, onSignal);
    },
  };
}
