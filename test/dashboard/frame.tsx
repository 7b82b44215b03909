import { stripVTControlCharacters } from 'node:util';
import { renderToString } from 'ink';
import { Dashboard } from '../../src/dashboard/dashboard.js';
import { dashboardView, type Size } from '../../src/dashboard/view.js';
import type { RunState } from '../../src/events/run-state.js';

/** The dashboard as lines of text without colours. */
export function frame(run: RunState, now: number, size: Size, notice?: string): string[] {
  const node = <Dashboard view={dashboardView(run, now, size, notice)} />;
  return stripVTControlCharacters(renderToString(node, { columns: size.columns })).split('\n');
}
