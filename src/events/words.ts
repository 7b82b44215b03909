import type { RunEvent } from './event.js';
import type { RunningInstance } from './run-state.js';

/** The words that all views share. */

/** `0:07`, `12:34`, `2:00:05`; whole seconds, rounded down. */
export function clock(milliseconds: number): string {
  const seconds = Math.max(0, Math.floor(milliseconds / 1000));
  const two = (value: number) => String(value).padStart(2, '0');
  const hours = Math.floor(seconds / 3600);
  const minutes = Math.floor(seconds / 60) % 60;
  return hours > 0 ? `${hours}:${two(minutes)}:${two(seconds % 60)}` : `${minutes}:${two(seconds % 60)}`;
}

/** `0.4 s`, `12.3 s`, `125 s`. */
export function secondsText(seconds: number): string {
  return `${seconds < 100 ? seconds.toFixed(1) : seconds.toFixed(0)} s`;
}

/** Time left in words that do not pretend: `under 10 s left`, `about 40 s left`, `about 12 min left`, `about 3 h left`. */
export function timeLeft(estimate: { readonly seconds: number; readonly at: number }, now: number): string {
  const left = estimate.seconds - (now - estimate.at) / 1000;
  if (left < 10) return 'under 10 s left';
  if (left < 95) return `about ${Math.round(left / 10) * 10} s left`;
  if (left < 5400) return `about ${Math.round(left / 60)} min left`;
  return `about ${Math.round(left / 3600)} h left`;
}

/** `generation 120/300`; empty while nothing is known. */
export function progressText(progress: RunningInstance['progress']): string {
  return progress === undefined ? '' : `${progress.unit} ${progress.done}/${progress.total}`;
}

/** The value most worth showing: the test accuracy, else the first there is. `{ name: 'test accuracy', value: '0.912' }` */
export function metricOf(progress: RunningInstance['progress']): { name: string; value: string } | undefined {
  const values = progress?.values ?? {};
  const name = 'test_accuracy' in values ? 'test_accuracy' : Object.keys(values)[0];
  const value = name === undefined ? undefined : values[name];
  if (name === undefined || value === undefined) return undefined;
  // Values that JSON cannot say (a loss that is not finite) arrive as null.
  return { name: name.replaceAll('_', ' '), value: Number.isFinite(value) ? shortNumber(value) : '-' };
}

/** `test accuracy 0.912`; empty while nothing is known. */
export function metricText(progress: RunningInstance['progress']): string {
  const metric = metricOf(progress);
  return metric === undefined ? '' : `${metric.name} ${metric.value}`;
}

/** `2 hit, 88 ran, 0 failed, 0 skipped in 95.2 s`; cancelled ones only when there are any. */
export function summaryText(end: Extract<RunEvent, { type: 'run.end' }>): string {
  const cancelled = end.cancelled > 0 ? `, ${end.cancelled} cancelled` : '';
  return `${end.hit} hit, ${end.ran} ran, ${end.failed} failed, ${end.skipped} skipped${cancelled} in ${secondsText(end.seconds)}`;
}

function shortNumber(value: number): string {
  const size = Math.abs(value);
  if (size !== 0 && (size < 0.001 || size >= 100_000)) return value.toExponential(2);
  return size < 10 ? value.toFixed(3) : value.toFixed(1);
}
