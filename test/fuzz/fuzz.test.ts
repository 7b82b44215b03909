import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect, test } from 'vitest';
import { problemsJson } from '../../src/cli/report-problems.js';
import { planPipeline } from '../../src/pipeline/plan-pipeline.js';
import { readSignatures } from '../../src/pipeline/signatures.js';

const root = resolve(import.meta.dirname, '../..');
const scripts = resolve(root, 'scripts');
const { hostileFiles } = (await import(pathToFileURL(resolve(scripts, 'fuzz-files.mjs')).href)) as {
  hostileFiles(): Record<string, string | Uint8Array>;
};
const signatures = readSignatures(
  JSON.parse(readFileSync(resolve(root, 'schemas/stages.schema.json'), 'utf8')),
);

test('mutated pipelines are refused or plan: a seeded slice of npm run fuzz', () => {
  const done = spawnSync(
    process.execPath,
    [resolve(scripts, 'fuzz.mjs'), '--files', '250', '--seed', '20000', '--mutations-only'],
    { encoding: 'utf8' },
  );
  expect(done.stderr).toBe('');
  expect(done.status).toBe(0);
  expect(done.stdout).toMatch(/^250 mutated files from seed 20000: \d+ refused, [1-9]\d* planned/);
});

test.each(Object.entries(hostileFiles()))('%s is refused or plans, and says so in print', (_, content) => {
  const source = typeof content === 'string' ? Buffer.from(content) : content;
  const planned = planPipeline({ source, file: 'hostile.yaml', signatures });
  if (planned.ok) return expect(planned.value.instances.length).toBeGreaterThan(0);
  expect(planned.error.length).toBeGreaterThan(0);
  expect(problemsJson('hostile.yaml', planned.error)).not.toMatch(/[^\n\P{Cc}]|\p{Cf}/u);
});
