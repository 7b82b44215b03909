import type { LoggedEvent, RunEvent } from './event.js';

/** Every type of event that this version knows. */
const knownTypes: Readonly<Record<RunEvent['type'], true>> = {
  'run.start': true,
  'run.plan': true,
  'run.estimate': true,
  'run.result': true,
  'run.end': true,
  'inst.start': true,
  'inst.elsewhere': true,
  'inst.progress': true,
  'inst.end': true,
  warn: true,
};

/** One event as one line of NDJSON, with its line feed. JSON escapes control characters, so an event is always one line. */
export function encodeEvent(event: LoggedEvent): string {
  return `${JSON.stringify(event)}\n`;
}

/**
 * The events of one line: none when the line is torn, is not an event, or is of a type or format version that this
 * version does not know (a log may have been written by a newer one).
 */
export function decodeEvent(line: string): LoggedEvent | undefined {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    return undefined;
  }
  return isKnownEvent(value) ? value : undefined;
}

/** All events of a log. A last line that was torn by a crash is left out, as is everything unknown. */
export function decodeEvents(text: string): LoggedEvent[] {
  const events: LoggedEvent[] = [];
  for (const line of text.split('\n')) {
    const event = line === '' ? undefined : decodeEvent(line);
    if (event !== undefined) events.push(event);
  }
  return events;
}

function isKnownEvent(value: unknown): value is LoggedEvent {
  if (typeof value !== 'object' || value === null) return false;
  const { v, seq, t, type } = value as Record<string, unknown>;
  return (
    v === 1 &&
    typeof seq === 'number' &&
    typeof t === 'number' &&
    typeof type === 'string' &&
    Object.hasOwn(knownTypes, type)
  );
}
