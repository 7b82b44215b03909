import { render } from 'ink';
import type { RunState } from '../events/run-state.js';
import { Dashboard } from './dashboard.js';
import { dashboardView } from './view.js';

export interface MountedDashboard {
  /** Shows this state; `now` in Unix milliseconds. Cheap to call at every event: it draws at most four times a second. */
  update(state: RunState, now: number): void;
  /** Draws the newest state once more and leaves it on the screen. */
  finish(): void;
}

/** Least milliseconds between two frames. */
const framePeriod = 250;

/**
 * Puts the dashboard on a terminal. It draws only when `update` is called, so the caller also ticks while nothing
 * happens. It takes no input: signals stay with the caller.
 */
export function mountDashboard({ stdout }: { readonly stdout: NodeJS.WriteStream }): MountedDashboard {
  let ink: ReturnType<typeof render> | undefined;
  let latest: { readonly state: RunState; readonly now: number } | undefined;
  let drawnAt = -Infinity;

  const draw = (): void => {
    if (latest === undefined) return;
    drawnAt = latest.now;
    const size = { columns: stdout.columns || 80, rows: stdout.rows || 24 };
    const frame = <Dashboard view={dashboardView(latest.state, latest.now, size)} />;
    if (ink === undefined) ink = render(frame, { stdout, patchConsole: false, exitOnCtrlC: false });
    else ink.rerender(frame);
  };

  return {
    update(state, now) {
      latest = { state, now };
      if (now - drawnAt >= framePeriod) draw();
    },
    finish() {
      draw();
      ink?.unmount();
    },
  };
}
