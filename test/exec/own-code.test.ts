import { cpSync, mkdirSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { decide, type Decision } from '../../src/exec/decide.js';
import { OwnCodeReader, type OwnCode } from '../../src/exec/own-code.js';
import type { PlanType, StageSettings } from '../../src/pipeline/plan.js';
import { OutsideFileReader } from '../../src/store/outside-files.js';
import { openStore } from '../../src/store/store.js';
import { planOf } from '../rig/plan.js';
import { sha256 } from '../rig/publication.js';
import { signatures } from '../rig/signatures.js';
import { temporaryFolder } from '../rig/temporary.js';

let project: string;
beforeEach(() => {
  project = join(temporaryFolder(), 'project');
  put('code/run.py', 'run');
  put('code/lib/b.py', 'b');
  put('code/lib/a.py', 'a');
});
afterEach(() => rmSync(dirname(project), { recursive: true, force: true }));

function put(path: string, text: string): void {
  mkdirSync(dirname(join(project, path)), { recursive: true });
  writeFileSync(join(project, path), text);
}

const signature = signatures['held']!;
type Command = NonNullable<PlanType['command']>;
type Module = NonNullable<PlanType['module']>;

const program = (changed: Partial<Command> = {}): PlanType => ({
  signature,
  command: { argv: ['python', 'code/run.py'], code: ['code'], inputs: {}, outputs: {}, ...changed },
});
const script = (shell: string): PlanType => ({
  signature,
  command: { shell, code: ['code'], inputs: {}, outputs: {} },
});
const moduleType = (changed: Partial<Module> = {}): PlanType => ({
  signature,
  module: {
    ...{ file: 'code/run.py', closure: ['code/run.py', 'code/lib/a.py'], packages: { yaml: '2.0.0' } },
    ...changed,
  } as Module,
});

const read = (type: PlanType, env: Record<string, string | null> = {}, at = project) =>
  new OwnCodeReader(at, { SET: 'from outside' }).read(type, env);

function codeOf(...of: Parameters<typeof read>): OwnCode {
  const found = read(...of);
  if (!found.ok) throw new Error(found.error);
  return found.value;
}
const keyOf = (...of: Parameters<typeof read>): string => JSON.stringify(codeOf(...of).key);

describe('the part of a key that a program of the user has', () => {
  test('is its words, and the digests of its files by their names', () => {
    expect(codeOf(program()).key).toEqual({
      argv: ['python', 'code/run.py'],
      files: { 'code/lib/a.py': sha256('a'), 'code/lib/b.py': sha256('b'), 'code/run.py': sha256('run') },
      outputs: { out: { type: 'file', file: 'out' } },
    });
    expect(codeOf(program()).files.map(({ path }) => path)).toEqual([
      'code/lib/a.py',
      'code/lib/b.py',
      'code/run.py',
    ]);
  });

  test.each<[string, () => PlanType]>([
    ['a byte of a file', () => (put('code/lib/b.py', 'B'), program())],
    [
      'the name of a file',
      () => (renameSync(join(project, 'code/run.py'), join(project, 'code/go.py')), program()),
    ],
    ['a file more', () => (put('code/lib/c.py', ''), program())],
    ['its words', () => program({ argv: ['python', '-O', 'code/run.py'] })],
    ['a line of the shell in their place', () => script('python code/run.py')],
    ['the file of an output', () => program({ outputs: { out: 'out.txt' } })],
    ['the type of an output', () => ({ ...program(), signature: signatures['figure']! })],
  ])('differs with %s', (_, changed) => {
    const before = keyOf(program());
    expect(keyOf(changed())).not.toBe(before);
  });

  test('differs with the line of the shell', () => {
    const [one, other] = ['a', 'b'].map((shell) => keyOf(script(shell)));
    expect(one).not.toBe(other);
  });

  test('does not know where the project lies', () => {
    const before = keyOf(program());
    const elsewhere = join(dirname(project), 'elsewhere');
    cpSync(project, elsewhere, { recursive: true });
    expect(keyOf(program(), {}, elsewhere)).toBe(before);
  });
});

describe('the part of a key that a module of the user has', () => {
  test('is the digests of its files as they lie to each other, so that they may move together', () => {
    const before = keyOf(moduleType());
    expect(JSON.parse(before)).toEqual({
      files: { 'run.py': sha256('run'), 'lib/a.py': sha256('a') },
      packages: { yaml: '2.0.0' },
    });
    renameSync(join(project, 'code'), join(project, 'moved'));
    const moved = { file: 'moved/run.py', closure: ['moved/run.py', 'moved/lib/a.py'] };
    expect(keyOf(moduleType(moved))).toBe(before);
  });

  test('differs with the version of a package', () => {
    expect(keyOf(moduleType({ packages: { yaml: '2.0.1' } }))).not.toBe(keyOf(moduleType()));
  });
});

describe('variables', () => {
  test('have the value that the file gives, or that of the environment', () => {
    expect(codeOf(program(), { SET: 'given', MORE: 'x' }).env).toEqual({ SET: 'given', MORE: 'x' });
    expect(codeOf(program(), { SET: null }).env).toEqual({ SET: 'from outside' });
    expect(read(program(), { UNSET: null })).toEqual({
      ok: false,
      error: 'the environment variable UNSET is not set',
    });
  });
});

describe('an instance of a program', () => {
  function decided(type: PlanType, env: Record<string, string | null> = {}): Decision {
    const plan = planOf({ z: { uses: 'mine' } });
    const settings = { env } as unknown as StageSettings;
    return decide(0, () => undefined, {
      plan: {
        ...plan,
        instances: plan.instances.map((instance) => ({ ...instance, settings })),
        types: new Map([['mine', type]]),
      },
      ...{ store: openStore(join(project, 'store')), signatures: new Map(), force: new Set<number>() },
      outsideFiles: new OutsideFileReader(join(project, 'memo.json'), project),
      ownCode: new OwnCodeReader(project, { SET: 'from outside' }),
    });
  }

  test('has its code and the values of its variables in its key, and takes both to the worker', () => {
    const decision = decided(program(), { SET: null });
    if (decision.verdict !== 'run') throw new Error(decision.reason);
    const own = codeOf(program(), { SET: null });
    expect(decision.computation.K).toMatchObject({ code: own.key, env: { SET: 'from outside' } });
    expect(decision.computation.own).toEqual(own);
  });

  test('whose code or variables cannot be had is impossible', () => {
    expect(decided(program({ code: ['none.py'] }))).toEqual({
      verdict: 'impossible',
      reason: 'there is no code file none.py',
    });
    expect(decided(program(), { UNSET: null })).toMatchObject({ verdict: 'impossible' });
  });
});

describe('code is refused', () => {
  test.each<[string, () => string, string]>([
    ['that is not there', () => 'code/none.py', 'there is no code file code/none.py'],
    ['below a file', () => 'code/run.py/x', 'there is no code file code/run.py/x'],
    ['beside the project', () => '../other.py', 'the code file ../other.py lies outside the project'],
    [
      'that leads out of the project',
      () => (symlinkSync('../../other.py', join(project, 'code/link.py')), 'code'),
      'the code file code/link.py lies outside the project',
    ],
  ])('%s', (_, path, error) => {
    writeFileSync(join(dirname(project), 'other.py'), '');
    expect(read(program({ code: [path()] }))).toEqual({ ok: false, error });
  });
});
