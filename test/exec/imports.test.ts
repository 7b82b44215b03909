import { execFileSync } from 'node:child_process';
import { resolve } from 'node:path';
import { expect, test } from 'vitest';

const run = resolve(import.meta.dirname, '../../dist/src/exec/run.js');
const script = `
  import { createRequire } from 'node:module';
  const before = new Set(process.moduleLoadList);
  await import(process.argv[1]);
  const loaded = process.moduleLoadList.filter((name) => !before.has(name)).map((name) => name.replace('NativeModule ', ''));
  console.log(JSON.stringify(loaded));
`;

test('a run in which everything hits loads nothing that starts processes, threads or sockets', () => {
  const output = execFileSync(process.execPath, ['--input-type=module', '-e', script, run], {
    encoding: 'utf8',
  });
  const loaded = JSON.parse(output) as string[];
  expect(loaded).toContain('crypto');
  for (const heavy of ['child_process', 'worker_threads', 'net', 'readline'])
    expect(loaded).not.toContain(heavy);
});
