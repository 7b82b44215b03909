import { spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, test } from 'vitest';
import { err, ok } from '../../src/base/result.js';
import { allowedFunctions, allowedMethods } from '../../src/pipeline/cel-functions.js';
import { formatDiagnostics } from '../../src/pipeline/diagnostic.js';
import { planPipeline, type PipelineRequest } from '../../src/pipeline/plan-pipeline.js';
import { readSignatures } from '../../src/pipeline/signatures.js';
import { project } from '../cli/command.js';
import { blocks, commands, files, guide, installed, nameOf, pattern } from './guide.js';

const root = resolve(import.meta.dirname, '../..');
const signatures = readSignatures(
  JSON.parse(readFileSync(resolve(root, 'schemas/stages.schema.json'), 'utf8')),
);

/** Files that the page shows are there; modules are left to the commands. */
const around: Pick<PipelineRequest, 'readFile'> = {
  readFile: (_, path) => {
    const file = path.replace('./', '');
    const text = files[file];
    return text === undefined ? err('there is no such file') : ok({ file, bytes: Buffer.from(text) });
  },
};
const plan = (text: string, more: object = {}) =>
  planPipeline({ source: Buffer.from(text), file: 'example.yaml', signatures, ...around, ...more });

const pipelines = blocks
  .filter(({ kind }) => kind === 'plans' || kind === 'wrong')
  .map((block) => ({ ...block, name: nameOf(block) }));
const usesModule = (text: string) => text.includes('uses: ./');

describe('the page', () => {
  test('says of every example what comes of it', () => {
    expect(pipelines.length).toBeGreaterThan(19);
    const wrong = blocks.filter(({ language, kind }) =>
      language === 'yaml' || language === 'js' ? !['plans', 'wrong', 'file'].includes(kind) : kind !== '',
    );
    expect(wrong).toEqual([]);
  });

  test('gives every file a name of its own', () => {
    expect(Object.keys(files)).toHaveLength(blocks.filter(({ kind }) => kind !== '').length);
  });

  test('names every function of the expression language', () => {
    const chapter = guide.slice(guide.indexOf('## Expressions'), guide.indexOf('## Programs'));
    for (const name of [...allowedFunctions, ...allowedMethods]) expect(chapter).toContain(`\`${name}\``);
  });

  test('says that another level would be refused, and it is', () => {
    expect(guide).toContain("`-P 'probes=[1,9]'` is refused");
    const refused = plan(files['carried-over.yaml']!, { overrides: ['probes=[1,9]'] });
    expect(refused.ok ? [] : refused.error.map(({ code }) => code)).toContain('AXIS_VALUE_MISSING');
  });
});

describe.each(pipelines.filter(({ kind, text }) => kind === 'plans' && !usesModule(text)))(
  'the example $name',
  ({ text, value }) => {
    test(`plans as ${value} instances`, () => {
      const planned = plan(text);
      expect(planned.ok ? '' : formatDiagnostics(planned.error)).toBe('');
      expect(planned.ok && planned.value.instances.length).toBe(Number(value));
    });
  },
);

describe.each(pipelines.filter(({ kind }) => kind === 'wrong'))('the example $name', ({ text, value }) => {
  test(`is refused with ${value}`, () => {
    const planned = plan(text);
    expect([...new Set(planned.ok ? [] : planned.error.map(({ code }) => code))]).toEqual([value]);
  });
});

describe('in a project of the files of the page', () => {
  const folder = project(files);
  const bin = join(folder, 'bin');
  mkdirSync(bin);
  writeFileSync(join(bin, 'ticketlab'), `#!/bin/sh\nexec "${process.execPath}" "${installed}" "$@"\n`);
  chmodSync(join(bin, 'ticketlab'), 0o755);
  const { PATH = '' } = process.env;
  const env = { PATH: `${bin}:${PATH}`, HOME: folder, LANG: 'C', NO_COLOR: '1' };
  const shell = (words: string) =>
    spawnSync('sh', ['-c', `${words} 2>&1`], { cwd: folder, env, encoding: 'utf8', timeout: 170_000 });

  test('every module is a stage type', () => {
    for (const { name, text, value } of pipelines.filter((block) => usesModule(block.text))) {
      expect(text).toContain(`name: ${name}`);
      const { instances } = JSON.parse(shell(`ticketlab plan ${name}.yaml --json`).stdout) as {
        instances: unknown[];
      };
      expect(instances, name).toHaveLength(Number(value));
    }
  });

  // In the order of the page: what one command computes is there for the next.
  test.each(commands)('$words', ({ words, says }) => {
    const { status, stdout } = shell(words);
    if (says !== undefined) expect(stdout).toMatch(pattern(says));
    else expect([0, ...(/\bplan\b/.test(words) ? [10] : [])], stdout).toContain(status);
  });

  test.each(['one-training.yaml', 'chosen.yaml', 'settled.yaml data init words'])(
    'what costs little is really run: %s',
    (words) => {
      const { status, stdout } = shell(`ticketlab run ${words} --ui plain`);
      expect(stdout).toContain('0 failed');
      expect(status).toBe(0);
    },
  );
});
