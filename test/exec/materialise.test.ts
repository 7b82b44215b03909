import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { readMark } from '../../src/exec/figure-mark.js';
import { filesOf, freeName, materialise } from '../../src/exec/materialise.js';
import type { OutputBytes } from '../../src/pipeline/stage.js';
import { openStore, type Store } from '../../src/store/store.js';
import { planOf } from '../rig/plan.js';
import { publication, sha256 } from '../rig/publication.js';
import { temporaryFolder } from '../rig/temporary.js';

let folder: string;
let store: Store;
beforeEach(() => {
  folder = temporaryFolder();
  store = openStore(join(folder, 'store'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const svg = (text: string): string => `<svg xmlns="http://www.w3.org/2000/svg"><g>${text}</g></svg>`;
const home = (): string => join(folder, 'results', 'rigged', 'default');

/** Copies the figures of an instance with these outputs. */
function drawn(
  outputs: Readonly<Record<string, OutputBytes>>,
  types: Readonly<Record<string, string>> = {},
): string[] {
  const plan = planOf({ plot: {} });
  const plain = publication('a', outputs);
  const typed = Object.entries(plain.outputs).map(([name, { content }]) => [
    name,
    { type: types[name] ?? 'figure', content },
  ]);
  const { record } = store.publish({
    ...plain,
    key: sha256(JSON.stringify(Object.keys(outputs))),
    outputs: Object.fromEntries(typed) as typeof plain.outputs,
  });
  return materialise(plan.instances[0]!, record, { plan, objects: store.objects, projectDir: folder });
}

describe('the names of an artefact for people', () => {
  const names = (content: OutputBytes): string[] => {
    const { record } = store.publish(publication(`${typeof content}`, { out: content }));
    return filesOf(record.outputs['out']!, 'plot', store.objects).map(({ file }) => file);
  };

  test('are its own where it is one file, and have extensions where they tell its files apart', () => {
    expect(names('text')).toEqual(['plot']);
    expect(
      names(new Map(['a.svg', 'a.png', 'b.csv', 'c.csv', 'd/e.csv'].map((path) => [path, path]))),
    ).toEqual(['plot.png', 'plot.svg', 'plot.b.csv', 'plot.c.csv', 'plot.d_e.csv']);
  });

  test('are free: those that differ in small and capital letters only are counted', () => {
    const taken = new Set(['index.json']);
    const stems = ['a', 'A', 'a', 'index'];
    expect(stems.map((stem) => freeName(stem, '.json', taken))).toEqual([
      'a.json',
      'A~2.json',
      'a~3.json',
      'index~2.json',
    ]);
  });
});

describe('figures', () => {
  test('of one result are told apart by their outputs; what is no figure is not copied', () => {
    const outputs = { left: new Map([['x.svg', svg('l')]]), right: svg('r'), table: 'a,b' };
    expect(drawn(outputs, { table: 'table' })).toEqual([
      'results/rigged/default/plot.left.svg',
      'results/rigged/default/plot.right',
    ]);
    expect(readdirSync(home()).sort()).toEqual(['plot.left.svg', 'plot.right']);
    expect(readMark(readFileSync(join(home(), 'plot.left.svg')))).toMatchObject({ output: 'left' });
  });

  test('are written anew when they have another mark, and then only', () => {
    const path = join(home(), 'plot.svg');
    drawn({ out: new Map([['x.svg', svg('one')]]) });
    const first = readFileSync(path);
    // The same bytes as another result.
    drawn({ other: new Map([['x.svg', svg('one')]]) });
    expect(readMark(readFileSync(path))).toMatchObject({ output: 'other' });
    drawn({ out: new Map([['x.svg', svg('one')]]) });
    expect(readFileSync(path).equals(first)).toBe(true);
    writeFileSync(path, first.subarray(1));
    drawn({ out: new Map([['x.svg', svg('one')]]) });
    expect(readFileSync(path).equals(first)).toBe(true);
    expect(existsSync(join(folder, '.ticketlab'))).toBe(true);
    expect(readdirSync(join(folder, '.ticketlab'))).toEqual([]);
  });
});
