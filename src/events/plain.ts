import { counted } from '../base/counted.js';
import type { LoggedEvent, RunEvent } from './event.js';
import type { FailureGroup } from './failures.js';
import {
  doneOf,
  emptyRun,
  reduceRun,
  totalCounts,
  type RunState,
  type RunningInstance,
} from './run-state.js';
import { safeLine, safeLines } from '../base/safe-text.js';
import { clock, metricText, progressText, secondsText, summaryText, timeLeft } from './words.js';

type EventOf<T extends RunEvent['type']> = Extract<RunEvent, { type: T }>;

/** What the plain view must remember between events. Immutable. */
export interface PlainView {
  readonly run: RunState;
  /** The counts when something was said last: endings that are told as counts are the difference to now. */
  readonly said: RunState['definitions'];
  /** Running instances of which `started` was said. */
  readonly announced: ReadonlySet<string>;
  /** When (Unix milliseconds) something was said last. */
  readonly saidAt: number;
}

/** Endings that are told as counts. */
const folded = ['hit', 'skipped', 'cancelled'] as const;

export interface PlainStep {
  readonly view: PlainView;
  /** Without line feeds, safe to print. */
  readonly lines: readonly string[];
}

export const emptyPlain: PlainView = { run: emptyRun, said: [], announced: new Set(), saidAt: 0 };

/** Silence after which a heartbeat is due. */
export const heartbeatMilliseconds = 30_000;

/**
 * The lines view: what to print when an event happens. Instances that did not run are folded into one line a
 * definition, said before the next other line. `started` is said at the first progress, so that stages of
 * milliseconds take one line and not two.
 */
export function plainStep(view: PlainView, event: LoggedEvent): PlainStep {
  const lines = linesOf(view, event);
  const run = reduceRun(view.run, event);
  if (lines.length === 0) return { view: { ...view, run }, lines };
  return {
    view: { run, said: run.definitions, announced: announcedAfter(view, event), saidAt: event.t },
    lines: [...foldedLines(view, event.t), ...lines],
  };
}

/** To be called now and then: says what is going on when nothing was said for a while. `now` in Unix milliseconds. */
export function plainTick(view: PlainView, now: number): PlainStep {
  const { run } = view;
  if (run.start === undefined || run.end !== undefined || now - view.saidAt < heartbeatMilliseconds) {
    return { view, lines: [] };
  }
  const counts = totalCounts(run);
  const left = run.estimate === undefined ? '' : `, ${timeLeft(run.estimate, now)}`;
  const beat = `${doneOf(counts)} of ${counts.total} done, ${counts.running} running${left}`;
  const running = [...run.running.values()].slice(0, 8).map((instance) => `       ${runningText(instance)}`);
  const lines = [...foldedLines(view, now), at(run, now, beat), ...running];
  return { view: { ...view, said: run.definitions, saidAt: now }, lines };
}

function linesOf(view: PlainView, event: LoggedEvent): string[] {
  const say = (text: string) => at(view.run, event.t, text);
  switch (event.type) {
    case 'run.start':
      return [
        safeLine(`ticketlab ${event.version}  ${event.pipeline} (${event.variant}), ${event.jobs} at a time`),
      ];
    case 'run.plan':
      return [
        say(`${counted(event.instances, 'instance')} of ${counted(event.definitions.length, 'stage')}`),
      ];
    case 'inst.progress':
      return view.announced.has(event.inst) || !view.run.running.has(event.inst)
        ? []
        : [say(`${event.inst}  started`)];
    case 'inst.elsewhere':
      return [say(`${event.inst}  is computed by another run (process ${event.pid} on ${event.host})`)];
    case 'inst.end':
      return endLines(view, event, say);
    case 'warn':
      return warnLines(event, say);
    case 'run.end':
      return closingLines(view.run, event);
    default:
      return [];
  }
}

function endLines(view: PlainView, event: EventOf<'inst.end'>, say: (text: string) => string): string[] {
  const metric = metricText(view.run.running.get(event.inst)?.progress);
  const seconds = event.seconds === undefined ? '' : secondsText(event.seconds);
  switch (event.how) {
    case 'ran':
      return [
        say([event.inst, seconds === '' ? 'ran' : `ran in ${seconds}`, metric].filter(Boolean).join('  ')),
      ];
    case 'failed':
      return failedLines(event, say);
    case 'hit':
    case 'skipped':
    case 'cancelled':
      return [];
  }
}

function failedLines(event: EventOf<'inst.end'>, say: (text: string) => string): string[] {
  const [first = '', ...rest] = safeLines(event.message ?? 'failed without a message');
  const after = event.seconds === undefined ? '' : ` after ${secondsText(event.seconds)}`;
  const log = (event.log ?? []).flatMap(safeLines).map((line) => `       | ${line}`);
  return [say(`${event.inst}  failed${after}: ${first}`), ...rest.map((line) => `       ${line}`), ...log];
}

function warnLines(event: EventOf<'warn'>, say: (text: string) => string): string[] {
  const [first = '', ...rest] = safeLines(event.message);
  const where = event.inst === undefined ? '' : `${event.inst}: `;
  return [say(`warning: ${where}${first}`), ...rest.map((line) => `       ${line}`)];
}

function closingLines(run: RunState, end: EventOf<'run.end'>): string[] {
  const failed = run.failures.groups.map((group) => safeLine(failureText(group)));
  if (run.failures.others > 0) failed.push(`failed: ${run.failures.others} more with other messages`);
  return [...run.results.map((path) => safeLine(`result: ${path}`)), ...failed, summaryText(end)];
}

/** `failed: imp.train[seed=1] and 3 more: what went wrong`: the first line of the message, the rest stood above. */
function failureText(group: FailureGroup): string {
  const more = group.count > 1 ? ` and ${group.count - 1} more` : '';
  return `failed: ${group.inst}${more}: ${group.message.split('\n', 1)[0] ?? ''}`;
}

function announcedAfter(view: PlainView, event: LoggedEvent): ReadonlySet<string> {
  const announced = new Set(view.announced);
  if (event.type === 'inst.progress') announced.add(event.inst);
  if (event.type === 'inst.end') announced.delete(event.inst);
  return announced;
}

/** `imp.train  3 hit, 12 skipped`. */
function foldedLines({ run, said }: PlainView, now: number): string[] {
  return run.definitions.flatMap((counts, position) => {
    const parts = folded
      .map((how) => ({ how, since: counts[how] - (said[position]?.[how] ?? 0) }))
      .filter(({ since }) => since > 0);
    const text = parts.map(({ how, since }) => `${since} ${how}`).join(', ');
    return text === '' ? [] : [at(run, now, `${counts.definition}  ${text}`)];
  });
}

function runningText(instance: RunningInstance): string {
  const parts = [instance.inst, progressText(instance.progress), metricText(instance.progress)];
  return safeLine(parts.filter(Boolean).join('  '));
}

/** A line with the time since the start in front. */
function at(run: RunState, now: number, text: string): string {
  return safeLine(`${clock(now - (run.start?.t ?? now)).padStart(5)}  ${text}`);
}
