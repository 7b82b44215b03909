import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { expect, test } from 'vitest';
import { ok } from '../../src/base/result.js';
import { exitCodes } from '../../src/cli/exit-codes.js';
import { workerEnvironment } from '../../src/exec/worker-environment.js';
import { allowedFunctions, allowedMethods } from '../../src/pipeline/cel-functions.js';
import type { ModuleDescription } from '../../src/pipeline/modules.js';
import { planPipeline } from '../../src/pipeline/plan-pipeline.js';
import { readSignatures } from '../../src/pipeline/signatures.js';

const root = resolve(import.meta.dirname, '../..');
const page = readFileSync(resolve(root, 'docs/reference.md'), 'utf8');
const signatures = readSignatures(
  JSON.parse(readFileSync(resolve(root, 'schemas/stages.schema.json'), 'utf8')),
);
const chapter = (heading: string): string => {
  const from = page.indexOf(`\n## ${heading}\n`);
  return page.slice(from, page.indexOf('\n## ', from + 1));
};

test('the reference says what the schemas and the commands say', () => {
  const done = spawnSync(process.execPath, [resolve(root, 'scripts/reference.mjs'), '--check'], {
    encoding: 'utf8',
  });
  expect(done.stderr).toBe('');
  expect(done.status).toBe(0);
});

test('the reference has every function of expressions, and no others', () => {
  const table = chapter('Expressions');
  const named = [...table.matchAll(/`(?:\w\.)?(\w+)\(/g)].map(([, name]) => name!);
  expect([...new Set(named)].sort()).toEqual([...new Set([...allowedFunctions, ...allowedMethods])].sort());
});

test('the reference has every exit code, and no others', () => {
  const codes = [...chapter('Exit codes').matchAll(/^\| (\d+) /gm)].map(([, code]) => Number(code));
  expect(codes).toEqual(Object.values(exitCodes));
});

test('the reference has every variable that ticketlab reads or hands on', () => {
  const asked: string[] = [];
  workerEnvironment(new Proxy({}, { get: (_, name) => void asked.push(String(name)) }));
  const read = readFileSync(resolve(root, 'src/cli/wire.ts'), 'utf8').matchAll(/process\.env\['(\w+)'\]/g);
  const set = readFileSync(resolve(root, 'src/exec/command-stage.ts'), 'utf8').matchAll(/^ +([A-Z_]{4,}):/gm);
  const all = [...asked, ...[...read, ...set].map(([, name]) => name!)];
  const named = [...chapter('Environment variables').matchAll(/`([A-Za-z_]+)`/g)].map(([, name]) => name!);
  expect(all.length).toBeGreaterThan(15);
  expect(all.filter((name) => !named.includes(name))).toEqual([]);
});

test('a module needs what the reference calls required, and nothing else', () => {
  const contract = chapter('Modules');
  const rows = [
    ...contract.slice(0, contract.indexOf('An output is')).matchAll(/^\| `(\w+)`( \(required\))?/gm),
  ];
  const whole: Record<string, unknown> = {
    ...{ type: 'flip', version: 1, summary: 'Turns a mask round.', runtime: 'portable', threads: true },
    params: { type: 'object', properties: {}, additionalProperties: false },
    ...{ inputs: {}, outputs: { mask: { type: 'mask' } }, columnNames: { input: 'table', all: [] } },
  };
  const required = (left: string): boolean => {
    const { [left]: _, ...signature } = whole;
    const described = { file: 'm.mjs', closure: ['m.mjs'], packages: {}, signature } as ModuleDescription;
    const source = Buffer.from('ticketlab: 1\nname: p\nstages:\n  a: { uses: ./m.mjs }\n');
    const given = { source, file: 'p.yaml', signatures, describeModules: () => [ok(described)] };
    const planned = planPipeline(given);
    return !planned.ok && planned.error.some(({ code }) => code === 'MODULE_UNUSABLE');
  };
  // That there must be a function `run` is seen where the module is loaded.
  const named = rows
    .filter(([, name]) => name !== 'run')
    .map(([, name = '', word]) => [name, word !== undefined]);
  expect(named.map(([name]) => name).sort()).toEqual(Object.keys(whole).sort());
  expect(named.map(([name]) => [name, required(String(name))])).toEqual(named);
});
