import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { filesBelow, project, ticketlab } from './command.js';

describe('doctor', () => {
  test('says on what ticketlab would run, and writes nothing', () => {
    const folder = project();
    // A home that can be written to: where it cannot, doctor has a warning more.
    const { code, stdout } = ticketlab(folder, ['doctor'], { HOME: project() });
    expect(code).toBe(0);
    expect(stdout.split('\n').map((line) => line.slice(0, 11).trimEnd())).toEqual([
      'ticketlab',
      'node',
      'cores',
      'memory',
      'store',
      'cache',
      'gradients',
      '  native',
      '  wasm',
      '  advice',
      '',
    ]);
    expect(filesBelow(folder)).toEqual([]);
  });

  test('names the backend in use and the one that is not, with what to do', () => {
    const { stdout } = ticketlab(project(), ['doctor', '--json']);
    const { backend, versions } = JSON.parse(stdout) as {
      backend: { inUse: string; advice: string; native: { there: boolean } };
      versions: { node: string };
    };
    expect(versions.node).toBe(process.versions.node);
    expect(backend.inUse).toBe(backend.native.there ? 'native' : 'wasm');
    expect(backend.advice).toContain(`${backend.inUse} is in use because`);
    expect(backend.advice).toContain(backend.native.there ? '`backend: wasm`' : '`npm run native`');
  });

  test('says what is wrong with a store that cannot be used, with exit code 2', () => {
    const folder = project({ taken: 'a file' });
    const { code, stdout } = ticketlab(folder, ['doctor', '--store', 'taken/store']);
    expect(stdout).toMatch(
      /store {6}.*taken\/store: unusable\. The store cannot be at .* is a file, not a folder/,
    );
    expect(code).toBe(2);
  });

  test('warns of a cache that takes no files, and of variables that mean nothing', () => {
    const folder = project({ taken: 'a file' });
    const variables = { TICKETLAB_CACHE: 'taken/cache', TICKETLAB_STROE: '/x' };
    const { code, stdout } = ticketlab(folder, ['doctor', '--json'], variables);
    expect(code).toBe(0);
    const { cache, warnings } = JSON.parse(stdout) as { cache: string; warnings: string[] };
    expect(cache).toBe(join(folder, 'taken/cache'));
    expect(warnings).toEqual([
      'nothing can be written to the cache: downloads are not kept; TICKETLAB_CACHE names another folder',
      'the variable TICKETLAB_STROE means nothing to ticketlab; did you mean TICKETLAB_STORE?',
    ]);
    expect(ticketlab(folder, ['doctor'], variables).stdout).toContain(
      '\nwarning    the variable TICKETLAB_STROE',
    );
  });
});
