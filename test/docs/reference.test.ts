import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { expect, test } from 'vitest';
import { allowedFunctions, allowedMethods } from '../../src/pipeline/cel-functions.js';

const root = resolve(import.meta.dirname, '../..');
const page = readFileSync(resolve(root, 'docs/reference.md'), 'utf8');

test('the reference says what the schemas say', () => {
  const done = spawnSync(process.execPath, [resolve(root, 'scripts/reference.mjs'), '--check'], {
    encoding: 'utf8',
  });
  expect(done.stderr).toBe('');
  expect(done.status).toBe(0);
});

test('the reference has every function of expressions, and no others', () => {
  const table = page.slice(page.indexOf('| function'), page.indexOf('## Mappings'));
  const named = [...table.matchAll(/`(?:\w\.)?(\w+)\(/g)].map(([, name]) => name!);
  expect([...new Set(named)].sort()).toEqual([...new Set([...allowedFunctions, ...allowedMethods])].sort());
});

test('links inside the reference lead to headings of it', () => {
  const anchors = [...page.matchAll(/^#+ (.*)$/gm)].map(([, heading]) =>
    heading!
      .toLowerCase()
      .replaceAll(' ', '-')
      .replace(/[^\w-]/g, ''),
  );
  const links = [...page.matchAll(/\]\(#([^)]*)\)/g)].map(([, anchor]) => anchor);
  expect(links.length).toBeGreaterThan(5);
  for (const link of links) expect(anchors).toContain(link);
});
