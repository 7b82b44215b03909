import { spawnSync } from 'node:child_process';
import { chmodSync, cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { project } from '../cli/command.js';
import { installed } from './guide.js';

const root = resolve(import.meta.dirname, '../..');
const readme = readFileSync(resolve(root, 'README.md'), 'utf8');
const quickstart: unknown = parse(readFileSync(resolve(root, 'pipelines/quickstart.yaml'), 'utf8'));
const blocks = [...readme.matchAll(/^```(\w+)\n([^]*?)^```$/gm)].map(([, language = '', text = '']) => ({
  language,
  text,
}));

type Mapping = Readonly<Record<string, unknown>>;
const isMapping = (value: unknown): value is Mapping =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Whether everything that `part` says is said by `whole` in the same place. */
function within(part: unknown, whole: unknown): boolean {
  if (!isMapping(part)) return JSON.stringify(part) === JSON.stringify(whole);
  return isMapping(whole) && Object.entries(part).every(([key, value]) => within(value, whole[key]));
}

const somewhere = (part: unknown, tree: unknown): boolean =>
  within(part, tree) || (isMapping(tree) && Object.values(tree).some((below) => somewhere(part, below)));

test('every piece of the quickstart that the README explains stands in it', () => {
  const pieces = blocks.filter(({ language }) => language === 'yaml').map(({ text }) => text);
  expect(pieces.length).toBeGreaterThan(4);
  for (const piece of pieces) expect(somewhere(parse(piece), quickstart), piece).toBe(true);
});

describe('in a project with the shipped pipelines', () => {
  const folder = project();
  cpSync(resolve(root, 'pipelines'), join(folder, 'pipelines'), { recursive: true });
  mkdirSync(join(folder, 'bin'));
  writeFileSync(
    join(folder, 'bin/npx'),
    `#!/bin/sh\nshift\nexec "${process.execPath}" "${installed}" "$@"\n`,
  );
  chmodSync(join(folder, 'bin/npx'), 0o755);
  const env = { PATH: `${join(folder, 'bin')}:${process.env['PATH'] ?? ''}`, HOME: folder };
  const commands = blocks
    .filter(({ language }) => language === 'sh')
    .flatMap(({ text }) => text.split('\n'))
    .filter((line) => line.startsWith('npx ticketlab '))
    .map((line) => line.replace(/\s+#.*$/, ''));

  // Whatever would be computed is only planned: "why" and "diff" have something to say all the same.
  test.each(commands)('%s', (line) => {
    const planned = /\brun (?!--help)/.test(line) ? `${line} --dry-run` : line;
    const { status, stdout } = spawnSync('sh', ['-c', `${planned} 2>&1`], {
      ...{ cwd: folder, env, encoding: 'utf8', timeout: 170_000 },
    });
    expect([0, ...(/\b(plan|run)\b/.test(line) ? [10] : [])], stdout).toContain(status);
  });

  test('there are commands', () => expect(commands.length).toBeGreaterThan(6));
});
