import {
  appendFileSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { sha256Hex } from '../../src/store/durable.js';
import { layoutOf, type Layout } from '../../src/store/layout.js';
import { listObjects } from '../../src/store/object-list.js';
import { keepUnchanged, stillDone, type Asked, type Looked } from '../../src/store/unchanged.js';
import { changeLater } from '../rig/temporary.js';

const asked: Asked = { runtime: 'v20 linux x64', words: ['run', 'a.yaml'], variables: { HOME: '/home/a' } };
const contents = ['one', 'two', 'three'];
const hour = 3600 * 1000;

let project: string;
let layout: Layout;

function write(path: string, text: string): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
}

const inProject = (name: string): string => join(project, name);
const memo = (): string => inProject('.ticketlab/unchanged');
const objectOf = (text: string): string => layout.object(sha256Hex(text));

function looked(): Looked {
  return {
    asked,
    files: [inProject('a.yaml'), inProject('results/a.svg')],
    objects: contents.map((text) => listObjects([[sha256Hex(text), text.length]])),
    store: layout.root,
    ...{ run: '20250101-000000-abcdef', pipeline: 'a', variant: 'default', hits: 3 },
    ...{ quiet: false, results: ['results/a.svg'] },
  };
}

/** As if the run had begun an hour from now: the files of this test are old then. */
const keep = (started = Date.now() + hour): void => keepUnchanged(project, looked(), started);

beforeEach(() => {
  project = mkdtempSync(join(tmpdir(), 'ticketlab-unchanged-'));
  layout = layoutOf(join(project, '.ticketlab', 'store'));
  write(inProject('a.yaml'), 'name: a');
  utimesSync(inProject('a.yaml'), 1000, 1000);
  write(inProject('results/a.svg'), '<svg/>');
  write(join(layout.run('20250101-000000-abcdef'), 'events.jsonl'), '');
  for (const text of contents) write(objectOf(text), text);
});
afterEach(() => rmSync(project, { recursive: true, force: true }));

it('knows what the last run found while nothing has changed, and counts the run as used', () => {
  keep();
  const events = join(layout.run('20250101-000000-abcdef'), 'events.jsonl');
  utimesSync(events, 0, 0);
  expect(stillDone(project, asked)).toMatchObject({
    ...{ run: '20250101-000000-abcdef', pipeline: 'a', variant: 'default', hits: 3 },
    ...{ quiet: false, results: ['results/a.svg'], store: layout.root },
  });
  expect(statSync(events).mtimeMs).toBeGreaterThan(0);
});

/** Each of them has to be noticed. */
const changes: Readonly<Record<string, () => void>> = {
  'a file has another size': () => appendFileSync(inProject('a.yaml'), ' '),
  'a file has other bytes of the same size and its old time': () => {
    changeLater(inProject('a.yaml'), () => {
      writeFileSync(inProject('a.yaml'), 'name: b');
      utimesSync(inProject('a.yaml'), 1000, 1000);
    });
  },
  'a file is gone': () => rmSync(inProject('a.yaml')),
  'a result is gone': () => rmSync(inProject('results/a.svg')),
  'an object is gone': () => rmSync(objectOf('two')),
  'an object is cut short': () => writeFileSync(objectOf('three'), 'thre'),
  'an object is emptied': () => writeFileSync(objectOf('one'), ''),
  'the store is gone': () => rmSync(layout.root, { recursive: true }),
  'a record was replaced': () => writeFileSync(layout.epoch, 'x'),
  'the run was cleaned away': () => rmSync(layout.run('20250101-000000-abcdef'), { recursive: true }),
  'what was kept is gone': () => rmSync(memo()),
  'what was kept is cut short': () => writeFileSync(memo(), readFileSync(memo()).subarray(0, -1)),
  'what was kept is empty': () => writeFileSync(memo(), ''),
  'what was kept has a flipped bit': () => {
    const bytes = readFileSync(memo());
    bytes[bytes.length >> 1]! ^= 4;
    writeFileSync(memo(), bytes);
  },
};

describe('looks at everything anew when', () => {
  it.each(Object.entries(changes))('%s', (_, change) => {
    keep();
    change();
    expect(stillDone(project, asked)).toBeUndefined();
  });

  it.each<[string, Asked]>([
    ['other words', { ...asked, words: ['run', 'a.yaml', '--preset', 'b'] }],
    ['another Node', { ...asked, runtime: 'v22 linux x64' }],
    ['another variable', { ...asked, variables: { HOME: '/home/b' } }],
  ])('it is asked with %s', (_, other) => {
    keep();
    expect(stillDone(project, other)).toBeUndefined();
  });
});

describe('keeps nothing when', () => {
  it('a file was changed after the run began, or so shortly before that its time might not have moved', () => {
    keep(Date.now() - hour);
    keep(statSync(inProject('a.yaml')).ctimeMs + 1999);
    expect(stillDone(project, asked)).toBeUndefined();
  });

  it('a file is not there', () => {
    rmSync(inProject('results/a.svg'));
    keep();
    expect(stillDone(project, asked)).toBeUndefined();
  });

  it('the project cannot be written', () => {
    rmSync(inProject('.ticketlab'), { recursive: true });
    writeFileSync(inProject('.ticketlab'), 'a file');
    expect(() => keep()).not.toThrow();
  });
});
