import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { describe, expect, test } from 'vitest';
import { formatDiagnostics } from '../../src/pipeline/diagnostic.js';
import { planPipeline } from '../../src/pipeline/plan-pipeline.js';
import { readSignatures } from '../../src/pipeline/signatures.js';
import { allowedFunctions, allowedMethods } from '../../src/pipeline/cel-functions.js';

const root = resolve(import.meta.dirname, '../..');
const page = readFileSync(resolve(root, 'docs/writing-pipelines.md'), 'utf8');
const signatures = readSignatures(
  JSON.parse(readFileSync(resolve(root, 'schemas/stages.schema.json'), 'utf8')),
);

const examples = [...page.matchAll(/^```yaml ?([^\n]*)\n([^]*?)^```$/gm)].map(([, info = '', text = '']) => {
  const [kind, value = ''] = info.split('=');
  return { kind, value, text, name: /^name: (.*)$/m.exec(text)?.[1] ?? '' };
});

const plan = (text: string, more: object = {}) =>
  planPipeline({ source: Buffer.from(text), file: 'example.yaml', signatures, ...more });

test('every example says what comes of it', () => {
  expect(examples.length).toBeGreaterThan(12);
  for (const { kind, name } of examples) expect(['plans', 'wrong'], name).toContain(kind);
});

describe.each(examples.filter(({ kind }) => kind === 'plans'))('the example $name', ({ text, value }) => {
  test(`plans as ${value} instances`, () => {
    const planned = plan(text);
    expect(planned.ok ? '' : formatDiagnostics(planned.error)).toBe('');
    expect(planned.ok && planned.value.instances.length).toBe(Number(value));
  });
});

describe.each(examples.filter(({ kind }) => kind === 'wrong'))('the example $name', ({ text, value }) => {
  test(`is refused with ${value}`, () => {
    const planned = plan(text);
    expect([...new Set(planned.ok ? [] : planned.error.map(({ code }) => code))]).toEqual([value]);
  });
});

test('what the page says of commands holds', () => {
  const example = (wanted: string) => examples.find(({ name }) => name === wanted)!.text;
  const instances = (name: string, more: object) => {
    const planned = plan(example(name), more);
    return planned.ok ? planned.value.instances.map(({ id }) => id) : planned.error.map(({ code }) => code);
  };
  expect(instances('starts', { targets: ['init[seed=3]'] })).toEqual(['init[seed=3]']);
  expect(instances('starts', { targets: ['init[seed=2..4]'] })).toHaveLength(3);
  expect(instances('with-params', { preset: 'quick_wide', overrides: ['width=128'] })).toHaveLength(1);
  expect(instances('with-params', { overrides: ['seeds=[7,8]'] })).toHaveLength(2);
  expect(instances('carried-over', { overrides: ['probes=[1,9]'] })).toContain('AXIS_VALUE_MISSING');
});

test('the page names every function of the expression language', () => {
  const chapter = page.slice(page.indexOf('## Expressions'), page.indexOf('## Targets'));
  for (const name of [...allowedFunctions, ...allowedMethods]) expect(chapter).toContain(`\`${name}\``);
});
