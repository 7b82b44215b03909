import { mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { collectOutputs } from '../../src/exec/command-outputs.js';
import { codeBytes } from '../../src/exec/own-stage.js';
import type { CommandSpec } from '../../src/pipeline/plan.js';
import type { OutputBytes, OutputSignature, StageSignature } from '../../src/pipeline/stage.js';
import { sha256 } from '../rig/publication.js';
import { signatures } from '../rig/signatures.js';
import { temporaryFolder } from '../rig/temporary.js';

let folder: string;
beforeEach(() => {
  folder = temporaryFolder();
  mkdirSync(join(folder, 'out'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function put(path: string, text: string): void {
  mkdirSync(dirname(join(folder, 'out', path)), { recursive: true });
  writeFileSync(join(folder, 'out', path), text);
}

/** What a program left, as text by output and file. */
function collected(files: Readonly<Record<string, string>>, outputs: StageSignature['outputs']): unknown {
  const command = { outputs: files } as unknown as CommandSpec;
  const found = collectOutputs(command, { ...signatures['held']!, outputs }, folder);
  const text = (content: OutputBytes): unknown =>
    content instanceof Map
      ? [...(content as ReadonlyMap<string, Uint8Array>)].map(([path, bytes]) => [path, text(bytes)])
      : Buffer.from(content as Uint8Array).toString();
  return Object.fromEntries(Object.entries(found).map(([name, content]) => [name, text(content)]));
}

const output = (type: OutputSignature['type'], more: object = {}): OutputSignature => ({
  type,
  doc: 'x',
  ...more,
});

describe('what a program leaves', () => {
  test('is collected as files, folders, and figures that keep their extension', () => {
    for (const path of ['out.txt', 'tree/b/c', 'tree/a', 'tree/B', 'drawn.svg']) put(path, path);
    const files = { text: 'out.txt', tree: 'tree', figure: 'drawn.svg' };
    const outputs = { text: output('file'), tree: output('dir'), figure: output('figure') };
    expect(collected(files, outputs)).toEqual({
      text: 'out.txt',
      tree: [
        ['B', 'tree/B'],
        ['a', 'tree/a'],
        ['b/c', 'tree/b/c'],
      ],
      figure: [['drawn.svg', 'drawn.svg']],
    });
  });

  test.each<[string, () => void, string]>([
    ['lacks an output', () => undefined, 'it ended well but did not write its output "out" (out/x).'],
    [
      'has one more',
      () => (put('x', ''), put('y', '')),
      'it wrote out/y, which is not an output that it declares. Declare it, or write it to $TMPDIR.',
    ],
    [
      'is a link',
      () => symlinkSync('/etc/passwd', join(folder, 'out/x')),
      'its output out/x is neither a file nor',
    ],
    [
      'has a link in it',
      () => (put('x/a/b', ''), symlinkSync('/etc/passwd', join(folder, 'out/x/a/link'))),
      'a/link in an output is neither a file nor a folder.',
    ],
    [
      'is empty',
      () => mkdirSync(join(folder, 'out/x/y'), { recursive: true }),
      'its output out/x is an empty folder.',
    ],
  ])('that %s is refused', (_, leave, message) => {
    leave();
    expect(() => collected({ out: 'x' }, { out: output('file') })).toThrow(message);
  });

  test('is a table only with the columns that it declares', () => {
    const table = { out: output('table', { columns: { k: 'number', 'a b': 'text' } }) };
    put('x.csv', '"a b", k,more\r\n1,2,3\r\n');
    expect(collected({ out: 'x.csv' }, table)).toEqual({ out: '"a b", k,more\r\n1,2,3\r\n' });
    put('x.csv', 'k,l\n1,2\n');
    expect(() => collected({ out: 'x.csv' }, table)).toThrow(
      'its output "out" lacks the column a b; it has k, l.',
    );
    put('y.csv/part', 'k,a b\n1,2\n');
    rmSync(join(folder, 'out', 'x.csv'));
    expect(() => collected({ out: 'y.csv' }, table)).toThrow(
      'its output "out" is a folder, but its columns are those of one file.',
    );
    rmSync(join(folder, 'out', 'y.csv'), { recursive: true });
    put('x.csv', '');
    expect(() => collected({ out: 'x.csv' }, table)).toThrow(
      'its output "out" lacks the columns k, a b; it has .',
    );
  });
});

test('code that is not what the key was made from is refused', () => {
  const file = { path: 'run.py', real: join(folder, 'run.py'), sha256: sha256('one') };
  writeFileSync(file.real, 'one');
  expect(Buffer.from(codeBytes(file)).toString()).toBe('one');
  writeFileSync(file.real, 'two');
  expect(() => codeBytes(file)).toThrow(
    'run.py was changed while the run was going: run again to take it as it is now.',
  );
});
