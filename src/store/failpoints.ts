/** Places at which a crash test stops the world. In order of what a run does. */
export const failpoints = [
  'run.described',
  'lease.written',
  'lease.taken',
  'lease.stolen',
  'lease.released',
  'checkpoint.written',
  'checkpoint.named',
  'checkpoint.removed',
  'publish.staged',
  'publish.object-named',
  'publish.objects-synced',
  'publish.record-staged',
  'publish.record-named',
  'publish.record-synced',
  'events.half-written',
  'events.written',
  'index.written',
  'index.named',
] as const;

export type Failpoint = (typeof failpoints)[number];

let reached: ((name: Failpoint) => void) | undefined;

/**
 * Called by the code at each of its places. Does nothing: only a test that imports this module and calls
 * `onFailpoint` in its own process can make something of it; no variable of the environment, option or file does.
 */
export function failpoint(name: Failpoint): void {
  reached?.(name);
}

/** Whether a test listens: some places only exist to be stopped at. */
export const failpointsWatched = (): boolean => reached !== undefined;

/** For crash tests: `handler` is called whenever one of the places is reached. */
export function onFailpoint(handler: (name: Failpoint) => void): void {
  reached = handler;
}
