import { mkdirSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { layoutOf, type Layout } from '../../src/store/layout.js';
import { ownIdentity } from '../../src/store/process-identity.js';
import {
  describeRun,
  LiveMark,
  liveRuns,
  readDescription,
  type RunDescription,
} from '../../src/store/run-folder.js';
import { temporaryFolder } from '../rig/temporary.js';

const now = Date.UTC(2026, 0, 31);
const hour = 3600 * 1000;

let layout: Layout;
let folder: string;
beforeEach(() => {
  layout = layoutOf(temporaryFolder());
  folder = layout.run('r');
  mkdirSync(folder, { recursive: true });
});
afterEach(() => rmSync(layout.root, { recursive: true, force: true }));

const path = (): string => join(folder, 'live');
const touch = (time: number): void => utimesSync(path(), new Date(time), new Date(time));

describe('a run goes on', () => {
  test('from its mark to the removal of that, and says so again and again', () => {
    expect(liveRuns(layout, now)).toEqual([]);
    const mark = new LiveMark(folder);
    touch(0);
    expect(liveRuns(layout, now)).toEqual(['r']);
    mark.beat();
    expect(statSync(path()).mtimeMs).toBeGreaterThan(0);
    mark.remove();
    expect(liveRuns(layout, now)).toEqual([]);
    // Gone already, as when the run's folder was cleaned away.
    mark.beat();
    mark.remove();
  });

  const elsewhere = JSON.stringify({ ...ownIdentity(), host: 'another-machine' });
  test.each<[string, string, number, boolean]>([
    ['of a process that is gone', JSON.stringify({ ...ownIdentity(), pid: 4_194_304 }), 0, false],
    ['on another machine, that says so', elsewhere, hour - 1, true],
    ['on another machine, that has said nothing for an hour', elsewhere, hour, false],
    ['whose mark is torn, young', '{"host":', hour - 1, true],
    ['whose mark is torn, old', '{"host":', hour, false],
  ])('or not: one %s', (_, text, age, goesOn) => {
    writeFileSync(path(), text);
    touch(now - age);
    expect(liveRuns(layout, now)).toEqual(goesOn ? ['r'] : []);
  });

  test('whether or not its mark can be written', () => {
    const mark = new LiveMark(join(folder, 'gone'));
    expect(() => mark.beat()).not.toThrow();
  });
});

test('what was asked for can be read again, and nothing else is taken for it', () => {
  expect(readDescription(folder)).toBeUndefined();
  const description: RunDescription = {
    v: 1,
    ...{ run: 'r', start: now, pipeline: 'p', file: 'p.yaml', sha256: 'x', variant: 'default' },
    ...{ preset: null, params: {}, git: null, jobs: 1, ticketlab: '0' },
  };
  describeRun(folder, description);
  expect(readDescription(folder)).toEqual(description);
  for (const text of [JSON.stringify({ ...description, v: 2 }), 'null', '{']) {
    writeFileSync(join(folder, 'run.json'), text);
    expect(readDescription(folder)).toBeUndefined();
  }
});
