import { EventEmitter } from 'node:events';
import { stripVTControlCharacters } from 'node:util';
import { describe, expect, test } from 'vitest';
import { createView } from '../../src/cli/ui.js';
import { drawsLastFrameOnly } from '../../src/dashboard/ci.js';
import { mountDashboard } from '../../src/dashboard/mount.js';
import { replay } from '../../src/events/run-state.js';
import { mixedRun, startTime } from '../events/scripted-run.js';

/** Just enough of a terminal: it has a size and remembers what was written. */
function fakeTerminal(size: { columns: number; rows: number }) {
  const written: string[] = [];
  const write = (text: string): boolean => {
    written.push(text);
    return true;
  };
  const stdout = Object.assign(new EventEmitter(), { ...size, isTTY: true, write });
  return { stdout: stdout as unknown as NodeJS.WriteStream, written };
}

describe('the mounted dashboard', () => {
  test('leaves the final summary and the results on the screen', () => {
    const { stdout, written } = fakeTerminal({ columns: 80, rows: 24 });
    const dashboard = mountDashboard({ stdout, watched: true });
    dashboard.update(replay(mixedRun.slice(0, 10)), startTime + 3000);
    // Too soon after the frame before to be drawn at once.
    dashboard.update(replay(mixedRun), startTime + 3001);
    dashboard.finish();
    const screen = stripVTControlCharacters(written.join(''));
    expect(screen).toContain('result: results/quickstart/smoke/accuracy.svg');
    expect(screen.trimEnd().endsWith('2 hit, 3 ran, 1 failed, 1 skipped in 6.1 s')).toBe(true);
  });

  test('draws at most four frames a second however many events there are', () => {
    const { stdout } = fakeTerminal({ columns: 80, rows: 24 });
    let reads = 0;
    // The size of the terminal is read once a frame.
    Object.defineProperty(stdout, 'rows', { get: () => ((reads += 1), 24) });
    const dashboard = mountDashboard({ stdout, watched: true });
    const run = replay(mixedRun.slice(0, 10));
    dashboard.update(run, startTime);
    const readsOfOneFrame = reads;
    for (let millisecond = 1; millisecond < 1000; millisecond += 1)
      dashboard.update(run, startTime + millisecond);
    expect(reads).toBeLessThanOrEqual(4 * readsOfOneFrame);
    expect(reads).toBeGreaterThan(readsOfOneFrame);
    dashboard.finish();
  });

  test('says what it is told to say without waiting for an event', () => {
    const { stdout, written } = fakeTerminal({ columns: 80, rows: 24 });
    const dashboard = mountDashboard({ stdout, watched: true });
    dashboard.update(replay(mixedRun.slice(0, 10)), startTime + 3000);
    dashboard.say('stopping');
    dashboard.finish();
    expect(stripVTControlCharacters(written.join(''))).toContain('stopping');
  });

  test('erases all of a frame whose lines were broken by a terminal that became narrower', () => {
    const { stdout, written } = fakeTerminal({ columns: 80, rows: 24 });
    const dashboard = mountDashboard({ stdout, watched: true });
    dashboard.update(replay(mixedRun.slice(0, 10)), startTime + 3000);
    const drawn = stripVTControlCharacters(written.join('')).trimEnd().split('\n');
    const rowsOf = (columns: number) =>
      drawn.reduce((rows, line) => rows + Math.max(1, Math.ceil(line.length / columns)), 0);
    expect(rowsOf(60)).toBeGreaterThan(drawn.length);
    written.length = 0;
    Object.assign(stdout, { columns: 60 });
    stdout.emit('resize');
    // The first thing: up past the rows that Ink does not know of.
    expect(written[0]).toBe('\u001b[2K\u001b[1A'.repeat(rowsOf(60) - drawn.length));
    dashboard.finish();
    expect(stdout.listenerCount('resize')).toBe(0);
  });

  test('can be finished before anything was shown', () => {
    const { stdout, written } = fakeTerminal({ columns: 80, rows: 24 });
    mountDashboard({ stdout, watched: true }).finish();
    expect(written).toEqual([]);
  });
});

describe('where CI is set', () => {
  test('auto is plain lines, on a terminal too', () => {
    const { stdout, written } = fakeTerminal({ columns: 80, rows: 24 });
    const view = createView('auto', stdout, { CI: 'true' });
    for (const event of mixedRun) view.event(event);
    view.finish();
    expect(written.length).toBeGreaterThan(5);
    expect(written.join('')).not.toContain('\u001b');
    expect(written.join('').trimEnd().endsWith('2 hit, 3 ran, 1 failed, 1 skipped in 6.1 s')).toBe(true);
  });

  test('Ink draws the last frame only: a resized terminal keeps what others wrote', () => {
    const { stdout } = fakeTerminal({ columns: 80, rows: 24 });
    const watched = mountDashboard({ stdout, watched: true });
    expect(stdout.listenerCount('resize')).toBe(1);
    watched.finish();
    mountDashboard({ stdout, watched: false });
    expect(stdout.listenerCount('resize')).toBe(0);
  });

  test.each([
    [{}, false],
    [{ CI: 'false' }, false],
    [{ CI: '0' }, false],
    [{ CI: '' }, true],
    [{ CI: '1' }, true],
    [{ CONTINUOUS_INTEGRATION: 'true' }, true],
  ])('%o: %s, by the rule of Ink', (environment, expected) => {
    expect(drawsLastFrameOnly(environment)).toBe(expected);
  });
});
