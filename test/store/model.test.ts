import { chmodSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from '../properties.js';
import { expect, test } from 'vitest';
import { ObjectLostError } from '../../src/store/errors.js';
import { openStore, type Store } from '../../src/store/store.js';
import { publication, sha256 } from '../rig/publication.js';
import { changeLater, temporaryFolder } from '../rig/temporary.js';

/**
 * What a store promises, in the simplest words: text under each name, and which texts are still there unharmed. `gone`
 * is seen by looking; `wrong` (bytes of the right number that are not the right ones) only by reading.
 */
class Model {
  readonly results = new Map<string, string>();
  readonly objects = new Map<string, 'right' | 'wrong' | 'gone'>();

  hits(name: string): boolean {
    const text = this.results.get(name);
    return text !== undefined && this.objects.get(text) !== 'gone';
  }
}

interface Real {
  readonly folder: string;
  /** Two views, as of two processes of two projects. */
  readonly views: Store[];
}

const openView = (folder: string, view: number): Store =>
  openStore(join(folder, 'store'), { indexFolder: join(folder, `project-${view}`) });

type Step = fc.Command<Model, Real>;
const always = (): boolean => true;

/** Whoever looks anew sees what is so; whoever has looked before may believe it for the length of a run. */
function reopened(real: Real, view: number): Store {
  real.views[view].saveIndex();
  return (real.views[view] = openView(real.folder, view));
}

const publish = (name: string, text: string, view: number): Step => ({
  check: always,
  toString: () => `publish ${name}=${text} by ${view}`,
  run: (model, real) => {
    const existed = model.results.get(name);
    const kept = model.hits(name) && existed !== undefined;
    const { outcome, differing } = reopened(real, view).publish(publication(name, { out: text }));
    // Writing the same bytes mends them.
    model.objects.set(text, 'right');
    expect(outcome).toBe(existed === undefined ? 'first' : kept || existed === text ? 'known' : 'replaced');
    expect(differing).toEqual(existed === undefined || existed === text ? [] : ['out']);
    if (outcome !== 'known') model.results.set(name, text);
  },
});

const look = (name: string, view: number): Step => ({
  check: always,
  toString: () => `look for ${name} by ${view}`,
  run: (model, real) => {
    const store = reopened(real, view);
    const found = store.find(sha256(name));
    expect(found.hit).toBe(model.hits(name));
    if (found.hit) expect(found.result.outputs['out'].sha256).toBe(sha256(model.results.get(name)!));
    else expect(found.lost).toBe(model.results.has(name));
  },
});

const read = (text: string, view: number): Step => ({
  check: always,
  toString: () => `read ${text} by ${view}`,
  run: (model, real) => {
    const bytes = (): string => Buffer.from(real.views[view].objects.read(sha256(text))).toString();
    if (model.objects.get(text) === 'right') return expect(bytes()).toBe(text);
    expect(bytes).toThrow(ObjectLostError);
    // Whatever was there is out of the way.
    if (model.objects.has(text)) model.objects.set(text, 'gone');
  },
});

const spoil = (text: string, how: 'delete' | 'empty' | 'flip'): Step => ({
  check: (model) => model.objects.get(text) === 'right',
  toString: () => `${how} ${text}`,
  run: (model, real) => {
    const path = real.views[0].layout.object(sha256(text));
    chmodSync(path, 0o644);
    if (how === 'delete') rmSync(path);
    else if (how === 'empty') truncateSync(path);
    else changeLater(path, () => writeFileSync(path, `X${text.slice(1)}`));
    model.objects.set(text, how === 'flip' ? 'wrong' : 'gone');
  },
});

const loseIndex = (view: number): Step => ({
  check: always,
  toString: () => `lose the index of ${view}`,
  run: (_, real) => {
    rmSync(join(real.folder, `project-${view}`), { recursive: true, force: true });
    real.views[view] = openView(real.folder, view);
  },
});

test('a store does what a map from names to texts would do, whoever looks, whatever is lost', () => {
  const name = fc.constantFrom('a', 'b', 'c');
  const text = fc.constantFrom('text 1', 'text 2', 'text 3');
  const view = fc.constantFrom(0, 1);
  const steps = fc.commands(
    [
      fc.tuple(name, text, view).map((of) => publish(...of)),
      fc.tuple(name, view).map((of) => look(...of)),
      fc.tuple(text, view).map((of) => read(...of)),
      fc
        .tuple(text, fc.constantFrom('delete' as const, 'empty' as const, 'flip' as const))
        .map((of) => spoil(...of)),
      view.map(loseIndex),
    ],
    { size: '+1' },
  );
  fc.assert(
    fc.property(steps, (commands) => {
      const folder = temporaryFolder();
      try {
        fc.modelRun(
          () => ({ model: new Model(), real: { folder, views: [openView(folder, 0), openView(folder, 1)] } }),
          commands,
        );
      } finally {
        rmSync(folder, { recursive: true, force: true });
      }
    }),
    { numRuns: 100 },
  );
});
