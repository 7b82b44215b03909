import { writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterEach, describe, expect, test } from 'vitest';
import { project, ticketlab } from './command.js';

// As it is built: it starts a program that lies beside it.
const built = pathToFileURL(resolve(import.meta.dirname, '../../dist/src/exec/describe-modules.js')).href;
const { describeModules } = (await import(built)) as typeof import('../../src/exec/describe-modules.js');

const stage = `export default { type: 'm', version: 1, params: { type: 'object', properties: {} }, inputs: {},
  outputs: { out: { type: 'file' } }, runtime: 'portable', run: () => ({ out: 'x' }) };\n`;
const { execPath } = process;
afterEach(() => {
  process.execPath = execPath;
});

/** What is said of each of the modules: nothing of those that are right. */
function complaints(files: Readonly<Record<string, string>>): (string | undefined)[] {
  const folder = project(files);
  const modules = Object.keys(files).map((name) => join(folder, name));
  return describeModules({ project: folder, modules }, { PATH: process.env['PATH'] }).map((described) =>
    described.ok ? undefined : described.error,
  );
}

describe('of modules that are loaded together', () => {
  test('only the one that ends the process is to blame', () => {
    expect(
      complaints({
        'a.mjs': stage,
        'b.mjs': 'process.exit(0);',
        'c.mjs': stage,
        'd.mjs': "process.kill(process.pid, 'SIGKILL'); await new Promise(() => undefined);",
        'e.mjs': 'process.abort();',
        'f.mjs': stage,
      }),
    ).toEqual([
      undefined,
      'the process that loads it ended too early, with exit code 0',
      undefined,
      'the process that loads it ended too early, by SIGKILL (the system does that when memory runs out)',
      'the process that loads it ended too early, by SIGABRT (JavaScript ran out of memory, as a rule)',
      undefined,
    ]);
  });

  test('one that answers itself does not answer for the others', () => {
    const [loud, other] = complaints({
      'a.mjs': "import { writeSync } from 'node:fs'; writeSync(3, 'what\\n'); process.exit(0);",
      'b.mjs': stage,
    });
    expect(loud).toBe('the process that loads it ended too early, with exit code 0');
    expect(other).toBe(undefined);
  });
});

describe('no module is blamed when the process that loads them', () => {
  test('cannot be started', () => {
    const folder = project({ 'a.mjs': stage, file: '' });
    const wanted = { project: folder, modules: [join(folder, 'a.mjs')] };
    for (const [path, code] of [
      [join(folder, 'none'), 'ENOENT, it is not there'],
      [join(folder, 'file'), 'EACCES, this user may not start it'],
    ] as const) {
      process.execPath = path;
      expect(() => describeModules(wanted, {})).toThrow(
        `The process that is to load the modules of this pipeline cannot be started (${path}: ${code}). None of the modules is to blame`,
      );
    }
  });

  test('ends before it begins', () => {
    const folder = project({ 'a.mjs': stage });
    process.execPath = '/bin/false';
    expect(() => describeModules({ project: folder, modules: [join(folder, 'a.mjs')] }, {})).toThrow(
      'The process that is to load the modules of this pipeline ended before it began, with exit code 1. None',
    );
  });

  test('has no memory: exit code 2 and one line', () => {
    const folder = project({
      'p.yaml': 'ticketlab: 1\nname: p\nstages:\n  a: { uses: ./m.mjs }\n',
      'm.mjs': stage,
    });
    // What starts processes says no, as the system does where there is no memory for one.
    writeFileSync(
      join(folder, 'hook.cjs'),
      `const child = require('node:child_process');
child.spawnSync = () => ({ error: Object.assign(new Error('spawnSync ENOMEM'), { code: 'ENOMEM' }), status: null, signal: null, output: null });\n`,
    );
    const variables = { NODE_OPTIONS: '--require ./hook.cjs' };
    const { code, stdout, stderr } = ticketlab(folder, ['validate', 'p.yaml'], variables);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toMatch(
      /^ticketlab: The process that is to load the modules of this pipeline cannot be started \([^\n]*: ENOMEM, no memory is left\)\. None of the modules is to blame; [^\n]*\.\n$/,
    );
  });
});
