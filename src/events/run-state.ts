import type { LoggedEvent, RunEvent } from './event.js';
import { recordFailure, type Failures, noFailures } from './failures.js';

type EventOf<T extends RunEvent['type']> = Extract<RunEvent, { type: T }>;

/** How far the instances of one stage definition are. `done` = hit + ran + failed + skipped + cancelled. */
export interface DefinitionCounts {
  readonly definition: string;
  readonly total: number;
  readonly running: number;
  readonly hit: number;
  readonly ran: number;
  readonly failed: number;
  readonly skipped: number;
  readonly cancelled: number;
}

export interface RunningInstance {
  readonly inst: string;
  readonly definition: string;
  /** Unix milliseconds. */
  readonly startedAt: number;
  /** The newest; undefined until the stage has said something. */
  readonly progress: Pick<EventOf<'inst.progress'>, 'unit' | 'done' | 'total' | 'values'> | undefined;
}

/** Everything that views show of a run: a fold of `reduceRun` over its events. Immutable. */
export interface RunState {
  readonly start: (EventOf<'run.start'> & { readonly t: number }) | undefined;
  /** In file order. */
  readonly definitions: readonly DefinitionCounts[];
  /** In the order in which they started. */
  readonly running: ReadonlyMap<string, RunningInstance>;
  readonly failures: Failures;
  /** The newest warnings, oldest first. */
  readonly warnings: readonly string[];
  /** Expected seconds until the end, and when (Unix milliseconds) that was said. */
  readonly estimate: { readonly seconds: number; readonly at: number } | undefined;
  /** Paths of figures and tables that were written. */
  readonly results: readonly string[];
  readonly end: EventOf<'run.end'> | undefined;
}

export const emptyRun: RunState = {
  start: undefined,
  definitions: [],
  running: new Map(),
  failures: noFailures,
  warnings: [],
  estimate: undefined,
  results: [],
  end: undefined,
};

const keptWarnings = 20;

/**
 * The state after one more event. Pure: replaying a log gives the state that the live views had. An event of an
 * unknown type changes nothing. The cost of an event grows with the number of definitions and of running instances,
 * not with the number of instances.
 */
export function reduceRun(state: RunState, event: LoggedEvent): RunState {
  switch (event.type) {
    case 'run.start':
      return { ...state, start: event };
    case 'run.plan':
      return {
        ...state,
        definitions: event.definitions.map(({ definition, instances }) => noneDone(definition, instances)),
      };
    case 'inst.start':
      return started(state, event, event.t);
    case 'inst.progress':
      return progressed(state, event);
    case 'inst.end':
      return ended(state, event);
    case 'run.estimate':
      return { ...state, estimate: { seconds: event.seconds, at: event.t } };
    case 'run.result':
      return { ...state, results: [...state.results, event.path] };
    case 'warn':
      return { ...state, warnings: [...state.warnings, warningText(event)].slice(-keptWarnings) };
    case 'run.end':
      return { ...state, end: event };
    default:
      return state;
  }
}

/** Folds a whole log. */
export function replay(events: Iterable<LoggedEvent>, from: RunState = emptyRun): RunState {
  let state = from;
  for (const event of events) state = reduceRun(state, event);
  return state;
}

/** Instances that have ended, in whichever way. */
export function doneOf(counts: Omit<DefinitionCounts, 'definition'>): number {
  return counts.hit + counts.ran + counts.failed + counts.skipped + counts.cancelled;
}

/** The sums over all definitions. */
export function totalCounts(state: RunState): Omit<DefinitionCounts, 'definition'> {
  const sum = { total: 0, running: 0, hit: 0, ran: 0, failed: 0, skipped: 0, cancelled: 0 };
  for (const counts of state.definitions) {
    for (const field of Object.keys(sum) as (keyof typeof sum)[]) sum[field] += counts[field];
  }
  return sum;
}

function warningText({ inst, message }: EventOf<'warn'>): string {
  return inst === undefined ? message : `${inst}: ${message}`;
}

function noneDone(definition: string, total: number): Writable<DefinitionCounts> {
  return { definition, total, running: 0, hit: 0, ran: 0, failed: 0, skipped: 0, cancelled: 0 };
}

function started(state: RunState, event: EventOf<'inst.start'>, startedAt: number): RunState {
  const { inst, definition } = event;
  const again = state.running.has(inst);
  const running = new Map(state.running);
  running.set(inst, { inst, definition, startedAt, progress: undefined });
  return {
    ...state,
    running,
    definitions: again ? state.definitions : count(state, definition, 'running'),
  };
}

function progressed(state: RunState, event: EventOf<'inst.progress'>): RunState {
  const instance = state.running.get(event.inst);
  if (instance === undefined) return state;
  const { unit, done, total, values } = event;
  const running = new Map(state.running);
  running.set(event.inst, { ...instance, progress: { unit, done, total, values } });
  return { ...state, running };
}

function ended(state: RunState, event: EventOf<'inst.end'>): RunState {
  const wasRunning = state.running.has(event.inst);
  let running = state.running;
  if (wasRunning) {
    const others = new Map(running);
    others.delete(event.inst);
    running = others;
  }
  const definitions = count(state, event.definition, event.how, wasRunning ? 1 : 0);
  const failures = event.how === 'failed' ? recordFailure(state.failures, event) : state.failures;
  return { ...state, running, definitions, failures };
}

type Writable<T> = { -readonly [K in keyof T]: T[K] };
type Field = Exclude<keyof DefinitionCounts, 'definition' | 'total'>;

/** Adds one to a field of a definition's counts; one that the plan did not announce gets its line when it shows up. */
function count(
  state: RunState,
  definition: string,
  field: Field,
  leftRunning = 0,
): readonly DefinitionCounts[] {
  const definitions = state.definitions.slice();
  const found = definitions.findIndex((counts) => counts.definition === definition);
  const position = found < 0 ? definitions.length : found;
  const next: Writable<DefinitionCounts> = { ...(definitions[position] ?? noneDone(definition, 0)) };
  next[field] += 1;
  next.running -= leftRunning;
  next.total = Math.max(next.total, doneOf(next) + next.running);
  definitions[position] = next;
  return definitions;
}
