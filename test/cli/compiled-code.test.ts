import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { project, ticketlab } from './command.js';

const pipeline = `ticketlab: 1
name: tiny
stages:
  start: { uses: init, with: { model: mlp, layers: [4, 2], activation: relu, rng: 1 } }
`;

/** Validates with a cache of its own. */
function validate(folder: string, cache = join(folder, 'cache')): string {
  const { stdout, stderr } = ticketlab(folder, ['validate', 'tiny.yaml'], { TICKETLAB_CACHE: cache });
  return stdout + stderr;
}

const said = 'tiny.yaml is valid.\n';
const compiled = (folder: string): string[] => readdirSync(join(folder, 'cache/code'));
const isSealed = (bytes: Buffer): boolean =>
  createHash('sha256').update(bytes.subarray(32)).digest().equals(bytes.subarray(0, 32));

it('keeps compiled code for the next start, once', () => {
  const folder = project({ 'tiny.yaml': pipeline });
  expect(validate(folder)).toBe(said);
  const [name, ...others] = compiled(folder);
  expect(name).toMatch(/^validate-/);
  expect(others).toEqual([]);
  const path = join(folder, 'cache/code', name!);
  const before = readFileSync(path);
  expect(isSealed(before)).toBe(true);
  expect(validate(folder)).toBe(said);
  expect(readFileSync(path).equals(before)).toBe(true);
});

it.each([
  ['a flipped bit', (bytes: Buffer) => Buffer.from(bytes.map((byte, at) => (at === 5000 ? byte ^ 1 : byte)))],
  ['a lost end', (bytes: Buffer) => bytes.subarray(0, 1000)],
  ['nothing in it', () => Buffer.alloc(0)],
])('compiles again after %s', (_, damage) => {
  const folder = project({ 'tiny.yaml': pipeline });
  expect(validate(folder)).toBe(said);
  const path = join(folder, 'cache/code', compiled(folder)[0]!);
  writeFileSync(path, damage(readFileSync(path)));
  expect(validate(folder)).toBe(said);
  expect(isSealed(readFileSync(path))).toBe(true);
});

it('works without a place to keep it', () => {
  const folder = project({ 'tiny.yaml': pipeline });
  expect(validate(folder, join(folder, 'tiny.yaml'))).toBe(said);
});

it('draws the dashboard, which is loaded late, with code from the cache too', () => {
  const folder = project({ 'tiny.yaml': pipeline });
  for (const store of ['compiled', 'cached']) {
    const words = ['run', 'tiny.yaml', '--ui', 'ink', '--store', store];
    const { code, stdout, stderr } = ticketlab(folder, words, { TICKETLAB_CACHE: join(folder, 'cache') });
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toContain('1 ran');
  }
});
