import { render, renderToString } from 'ink';
import type { RunState } from '../events/run-state.js';
import { Dashboard } from './dashboard.js';
import { eraseWrapped } from './erase.js';
import { dashboardView, type DashboardView } from './view.js';

export interface MountedDashboard {
  /** Shows this state; `now` in Unix milliseconds. Cheap to call at every event: it draws at most four times a second. */
  update(state: RunState, now: number): void;
  /** Says something from now until the run has ended. */
  say(notice: string): void;
  /** Draws the newest state once more and leaves it on the screen. */
  finish(): void;
}

export interface Screen {
  readonly stdout: NodeJS.WriteStream;
  /** False where Ink draws the last frame only. */
  readonly watched: boolean;
}

/** Least milliseconds between two frames. */
const framePeriod = 250;

/**
 * Puts the dashboard on a terminal. It draws only when `update` is called, so the caller also ticks while nothing
 * happens. It takes no input: signals stay with the caller.
 */
export function mountDashboard({ stdout, watched }: Screen): MountedDashboard {
  let ink: ReturnType<typeof render> | undefined;
  let latest: { readonly state: RunState; readonly now: number } | undefined;
  let view: DashboardView | undefined;
  let notice = '';
  let drawnAt = -Infinity;

  const draw = (): void => {
    if (latest === undefined) return;
    drawnAt = latest.now;
    view = dashboardView(latest.state, latest.now, sizeOf(stdout), notice);
    const frame = <Dashboard view={view} />;
    if (ink === undefined) ink = render(frame, { stdout, patchConsole: false, exitOnCtrlC: false });
    else ink.rerender(frame);
  };
  // Before Ink's own listener, which erases as many lines as it wrote.
  const onResize = (): void => {
    if (view === undefined) return;
    const lines = renderToString(<Dashboard view={view} />, { columns: view.columns }).split('\n');
    stdout.write(eraseWrapped(lines, sizeOf(stdout).columns));
    draw();
  };
  // Nothing was drawn that nobody watches: it would erase what others wrote.
  if (watched) stdout.prependListener('resize', onResize);

  return {
    update(state, now) {
      latest = { state, now };
      if (now - drawnAt >= framePeriod) draw();
    },
    say(text) {
      notice = text;
      draw();
    },
    finish() {
      stdout.off('resize', onResize);
      draw();
      ink?.unmount();
    },
  };
}

const sizeOf = (stdout: NodeJS.WriteStream) => ({ columns: stdout.columns || 80, rows: stdout.rows || 24 });
