import type { FailureGroup } from '../events/failures.js';
import { doneOf, totalCounts } from '../events/run-state.js';
import type { DefinitionCounts, RunningInstance, RunState } from '../events/run-state.js';
import { safeLine, safeLines } from '../base/safe-text.js';
import { clock, summaryText, timeLeft } from '../events/words.js';
import { shareRows, windowOf, type Window } from './rows.js';
import { wrapLine } from './wrap.js';

/** Characters and lines of the terminal. */
export interface Size {
  readonly columns: number;
  readonly rows: number;
}

/** A line of a message: what failed, what it said, a line of its log, or what there is to see. */
export interface Note {
  readonly kind: 'notice' | 'failed' | 'message' | 'log' | 'result' | 'warning';
  readonly text: string;
}

/** Everything on the screen, chosen and cut to its size; components only draw it. */
export interface DashboardView {
  readonly columns: number;
  readonly title: string;
  /** Time since the start, and time left. */
  readonly time: string;
  readonly totals: Omit<DefinitionCounts, 'definition'>;
  readonly definitions: Window<DefinitionCounts>;
  readonly running: Window<RunningInstance>;
  /** Unix milliseconds. */
  readonly now: number;
  readonly notes: Window<Note>;
  /** How it ended, in as many lines as it takes; none before the end. */
  readonly summary: readonly string[];
}

/** The dashboard never takes more lines than this, whatever the size of the run and of the terminal. */
export const maximumRows = 40;

/**
 * What to show of a run at the time `now` (Unix milliseconds) on a screen of this size.
 *
 * @param notice what is to be said until the run has ended.
 */
export function dashboardView(run: RunState, now: number, size: Size, notice = ''): DashboardView {
  const said = run.end === undefined && notice !== '' ? wrapped('notice', notice, size.columns) : [];
  const allNotes = [...said, ...notesOf(run, size.columns)];
  const running = [...run.running.values()];
  const summary = run.end === undefined ? [] : wrapLine(summaryText(run.end), size.columns);
  // A frame as high as the terminal would scroll it. Title and totals take two lines, an empty one is above the summary.
  const height = Math.min(maximumRows, size.rows - 1) - 2 - (summary.length === 0 ? 0 : summary.length + 1);
  const wishes = [run.definitions, running, allNotes].map(({ length }) => (length === 0 ? 0 : length + 1));
  const [definitionRows, runningRows, noteRows] = shareRows(height, wishes) as [number, number, number];
  return {
    columns: size.columns,
    title: safeLine(run.start === undefined ? 'ticketlab' : `${run.start.pipeline} (${run.start.variant})`),
    time: timeOf(run, now),
    totals: totalCounts(run),
    definitions: windowOf(run.definitions, definitionRows - 1, definitionRank),
    running: windowOf(running, runningRows - 1),
    now,
    notes: windowOf(allNotes, noteRows - 1),
    summary,
  };
}

function timeOf(run: RunState, now: number): string {
  if (run.start === undefined) return '';
  const since = clock(now - run.start.t);
  return run.end !== undefined || run.estimate === undefined
    ? since
    : `${since}, ${timeLeft(run.estimate, now)}`;
}

/** When not all definitions fit, those where something happens are worth a line first, finished ones last. */
function definitionRank(counts: DefinitionCounts): number {
  if (counts.failed > 0) return 0;
  if (counts.running > 0) return 1;
  return doneOf(counts) < counts.total ? 2 : 3;
}

const logLinesShown = 4;
const warningsShown = 3;

function notesOf(run: RunState, columns: number): Note[] {
  const results = run.results.map((path): Note => ({ kind: 'result', text: safeLine(`result: ${path}`) }));
  const failures = run.failures.groups.flatMap((group) => failureNotes(group, columns));
  const { others } = run.failures;
  if (others > 0) failures.push({ kind: 'failed', text: `✗ ${others} more with other messages` });
  const warnings = run.warnings
    .slice(-warningsShown)
    .flatMap((message) => wrapped('warning', `warning: ${message}`, columns));
  return [...results, ...failures, ...warnings];
}

function failureNotes(group: FailureGroup, columns: number): Note[] {
  const more = group.count > 1 ? ` and ${group.count - 1} more` : '';
  return [
    { kind: 'failed', text: safeLine(`✗ ${group.inst}${more}`) },
    ...wrapped('message', group.message, columns),
    ...group.log
      .flatMap(safeLines)
      .slice(-logLinesShown)
      .map((line): Note => ({ kind: 'log', text: `  | ${line}` })),
  ];
}

function wrapped(kind: Note['kind'], text: string, columns: number): Note[] {
  const indent = kind === 'message' ? '  ' : '';
  return safeLines(text)
    .flatMap((line) => wrapLine(line, columns - indent.length))
    .map((line) => ({ kind, text: indent + line }));
}
