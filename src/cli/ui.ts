import { drawsLastFrameOnly } from '../dashboard/ci.js';
import type { MountedDashboard } from '../dashboard/mount.js';
import type { LoggedEvent } from '../events/event.js';
import { emptyPlain, plainStep, plainTick } from '../events/plain.js';
import { emptyRun, reduceRun } from '../events/run-state.js';
import type { Wiring } from './wire.js';

export type UiKind = 'auto' | 'ink' | 'plain' | 'json' | 'quiet';

/** One way of showing a run: fed with its events, ticked while nothing happens. */
export interface View {
  event(event: LoggedEvent): void;
  /** `now` in Unix milliseconds. */
  tick(now: number): void;
  /** Tells the user something about the run as it goes on. */
  say(text: string): void;
  finish(): void;
}

const sayBeside = (text: string): void => console.error(`ticketlab: ${text}`);

/** `auto` is the dashboard on a terminal that somebody watches, and plain lines elsewhere. */
export function createView(
  kind: UiKind,
  stdout: NodeJS.WriteStream,
  environment: Wiring['environment'],
): View {
  const watched = !drawsLastFrameOnly(environment);
  switch (kind) {
    case 'auto':
      return stdout.isTTY && watched ? dashboardView(stdout, watched) : plainView(stdout);
    case 'ink':
      return dashboardView(stdout, watched);
    case 'plain':
      return plainView(stdout);
    case 'json':
      return jsonView(stdout);
    case 'quiet':
      return { event: () => undefined, tick: () => undefined, say: sayBeside, finish: () => undefined };
  }
}

function plainView(stdout: NodeJS.WriteStream): View {
  let view = emptyPlain;
  const say = ({ view: next, lines }: ReturnType<typeof plainTick>): void => {
    view = next;
    if (lines.length > 0) stdout.write(`${lines.join('\n')}\n`);
  };
  return {
    event: (event) => say(plainStep(view, event)),
    tick: (now) => say(plainTick(view, now)),
    say: sayBeside,
    finish: () => undefined,
  };
}

function jsonView(stdout: NodeJS.WriteStream): View {
  return {
    event: (event) => stdout.write(`${JSON.stringify(event)}\n`),
    tick: () => undefined,
    say: sayBeside,
    finish: () => undefined,
  };
}

/**
 * The dashboard is loaded when the first instance really starts: a run that restores everything shows its summary as
 * plain lines and never loads Ink.
 */
function dashboardView(stdout: NodeJS.WriteStream, watched: boolean): View {
  const plain = plainView(stdout);
  const early: LoggedEvent[] = [];
  let state = emptyRun;
  let mounted: MountedDashboard | undefined;
  let loading: Promise<void> | undefined;
  let finished = false;
  const load = async (): Promise<void> => {
    const { mountDashboard } = await import('../dashboard/mount.js');
    if (!finished) mounted = mountDashboard({ stdout, watched });
  };
  return {
    event: (event) => {
      state = reduceRun(state, event);
      if (mounted !== undefined) return mounted.update(state, event.t);
      early.push(event);
      if (event.type === 'inst.start') loading ??= load();
    },
    tick: (now) => mounted?.update(state, now),
    // Whatever else is written to the terminal tears the dashboard.
    say: (text) => (mounted === undefined ? sayBeside(text) : mounted.say(text)),
    finish: () => {
      finished = true;
      if (mounted !== undefined) mounted.finish();
      else for (const event of early) plain.event(event);
    },
  };
}
