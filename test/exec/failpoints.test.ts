import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { expect, test } from 'vitest';
import { failpoints } from '../../src/store/failpoints.js';

const src = resolve(import.meta.dirname, '../../src');
const sources = readdirSync(src, { recursive: true, encoding: 'utf8' })
  .filter((name) => /\.tsx?$/.test(name))
  .map((name) => ({ name, text: readFileSync(join(src, name), 'utf8') }));

test('every named place of the crash tests is somewhere in the code', () => {
  const elsewhere = sources.filter(({ name }) => name !== 'store/failpoints.ts');
  for (const name of failpoints)
    expect(
      elsewhere.filter(({ text }) => text.includes(`'${name}'`)),
      name,
    ).not.toEqual([]);
});

test('nothing that is installed can make a named place do anything', () => {
  const callers = sources.filter(
    ({ name, text }) => name !== 'store/failpoints.ts' && text.includes('onFailpoint'),
  );
  expect(callers).toEqual([]);
  const own = sources.find(({ name }) => name === 'store/failpoints.ts')!.text;
  expect(own).not.toMatch(/process\.|import /);
});
