import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { expect, it } from 'vitest';
import { filesBelow, project, ticketlab } from './command.js';

/** Not written by the test: a file that is younger than a run is looked at anew. */
const pipeline = resolve(import.meta.dirname, 'fixtures/unchanged.yaml');
const answer =
  /^unchanged \(default\): nothing has changed since the last run\n3 hit, 0 ran, 0 failed, 0 skipped in \d+\.\d s\n$/;

/** A project in which the pipeline has run, and has been looked at once more. */
function settled(...words: string[]): string {
  const folder = project();
  expect(ticketlab(folder, ['run', pipeline, ...words])).toMatchObject({ code: 0, stderr: '' });
  expect(ticketlab(folder, ['run', pipeline, ...words])).toMatchObject({ code: 0, stderr: '' });
  return folder;
}

const runs = (folder: string): string[] => readdirSync(join(folder, '.ticketlab/store/runs'));

it('answers a third run without looking at the pipeline again, and makes no run of it', () => {
  const folder = settled();
  const before = filesBelow(folder);
  const { code, stdout, stderr } = ticketlab(folder, ['run', pipeline]);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  expect(stdout).toMatch(answer);
  expect(filesBelow(folder)).toEqual(before);
  expect(runs(folder)).toHaveLength(2);
});

it('says nothing when asked to be quiet', () => {
  const folder = settled('--ui', 'quiet');
  expect(ticketlab(folder, ['run', pipeline, '--ui', 'quiet'])).toEqual({ code: 0, stdout: '', stderr: '' });
  expect(runs(folder)).toHaveLength(2);
});

it('tells all events to those who want events', () => {
  const folder = settled('--ui', 'json');
  const { stdout } = ticketlab(folder, ['run', pipeline, '--ui', 'json']);
  expect(stdout.match(/"inst.end"/g)).toHaveLength(3);
});

it('looks again with other words', () => {
  const folder = settled();
  expect(ticketlab(folder, ['run', pipeline, '-P', 'seeds=[0]']).stdout).toContain('2 hit, 0 ran');
  expect(ticketlab(folder, ['run', pipeline, '-P', 'seeds=[0,7]']).stdout).toContain('2 hit, 1 ran');
});

it('heals what was lost after it had been looked at', () => {
  const folder = settled();
  const objects = join(folder, '.ticketlab/store/cas');
  const lost = filesBelow(objects).find((name) => readFileSync(join(objects, name)).length > 100)!;
  rmSync(join(objects, lost));
  const { code, stdout } = ticketlab(folder, ['run', pipeline]);
  expect(code).toBe(0);
  expect(stdout).toContain('object lost');
  expect(filesBelow(objects)).toContain(lost);
});

it('is no worse off when what it kept is damaged', () => {
  const folder = settled();
  writeFileSync(join(folder, '.ticketlab/unchanged'), 'something else');
  expect(ticketlab(folder, ['run', pipeline])).toMatchObject({ code: 0, stderr: '' });
  expect(runs(folder)).toHaveLength(3);
});
