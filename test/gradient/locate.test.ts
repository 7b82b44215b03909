import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { openBackend } from '../../src/gradient/backend.js';
import {
  backendReport,
  findNative,
  gradientClasses,
  gradientRuntime,
  instructionSet,
  nativeFolder,
  nativeRemedy,
  resolveBackend,
} from '../../src/gradient/locate.js';
import { packages, pretendNative } from './pretended.js';

const node = `node${process.versions.node.split('.')[0]}-${process.arch}`;
let cache: string;
beforeEach(() => (cache = mkdtempSync(join(tmpdir(), 'ticketlab-locate-'))));
afterEach(() => rmSync(cache, { recursive: true, force: true }));

/** The native library is looked for on these versions of Node only. */
const taken = test.skipIf(Number.parseInt(process.versions.node, 10) > 22);

describe('looking for the native library', () => {
  taken('finds the one in the user cache, and only when it is complete', () => {
    expect(findNative(cache).ok).toBe(false);
    pretendNative(cache, packages.loads, ['lib/napi-v8/tfjs_binding.node']);
    expect(findNative(cache).ok).toBe(false);
    const folder = pretendNative(cache);
    expect(findNative(cache)).toEqual({ ok: true, value: folder });
  });

  test('says so when Node is too new for it', () => {
    pretendNative(cache);
    expect(findNative(cache, { nodeVersion: '23.1.0' })).toEqual({
      ok: false,
      error: '@tensorflow/tfjs-node does not run on Node 23',
    });
    expect(nativeRemedy('23.1.0')).toBe('Run ticketlab on Node 20 or 22');
    expect(nativeRemedy('22.1.0')).toBe('Run `npm run native` in a checkout of ticketlab');
  });

  taken('decides what auto means, and nothing else', () => {
    expect(['auto', 'native', 'wasm'].map((c) => resolveBackend(c as 'auto', cache))).toEqual([
      'wasm',
      'native',
      'wasm',
    ]);
    pretendNative(cache);
    expect(['auto', 'native', 'wasm'].map((c) => resolveBackend(c as 'auto', cache))).toEqual([
      'native',
      'native',
      'wasm',
    ]);
  });
});

describe('a native library that is there', () => {
  taken.each([
    ['fails', 'libtensorflow_cc.so.2: cannot open shared object file'],
    ['computesNonsense', 'it computes 11 in place of 12'],
    ['crashes', 'loading it ends in SIGILL'],
    ['isKilled', 'loading it ends in SIGKILL'],
  ] as const)('and %s when it is loaded leaves the choice to wasm, with its reason', (how, reason) => {
    const folder = pretendNative(cache, packages[how]);
    const why = `the native library in ${folder} does not load (${reason})`;
    expect(findNative(cache)).toEqual({ ok: false, error: why });
    expect(resolveBackend('auto', cache)).toBe('wasm');
    expect(gradientRuntime('auto', cache)).toBe(`${node}-wasm`);
    expect(backendReport(cache)).toMatchObject({
      inUse: 'wasm',
      native: { there: false, detail: why },
      advice: `wasm is in use because ${why}. Run \`npm run native\` in a checkout of ticketlab to have the native one`,
    });
  });

  /** A package that counts how often it is loaded. */
  const counting = (source: string) => {
    const count = join(cache, 'count');
    writeFileSync(count, '');
    pretendNative(cache, `require('node:fs').appendFileSync(${JSON.stringify(count)}, 'x'); ${source}`);
    return () => readFileSync(count, 'utf8').length;
  };

  taken('is tried once, whatever the answer, until one of its files is another', () => {
    for (const how of ['loads', 'fails', 'crashes'] as const) {
      const tried = counting(packages[how]);
      const folder = join(nativeFolder(cache), 'node_modules', '@tensorflow', 'tfjs-node');
      const first = findNative(cache);
      expect(first.ok).toBe(how === 'loads');
      expect([findNative(cache), resolveBackend('auto', cache), tried()]).toEqual([
        first,
        first.ok ? 'native' : 'wasm',
        1,
      ]);
      writeFileSync(join(folder, 'deps/lib/libtensorflow.so'), how);
      expect([findNative(cache), tried()]).toEqual([first, 2]);
    }
  });

  taken('and did not load is tried once more by those who ask again', () => {
    const tried = counting(packages.fails);
    findNative(cache);
    backendReport(cache);
    findNative(cache, { retry: true });
    expect(tried()).toBe(3);
    pretendNative(cache);
    expect(findNative(cache, { retry: true }).ok).toBe(true);
  });

  taken('is known to other processes by what lies beside it, unless that cannot be read', () => {
    const answers = `${nativeFolder(cache)}.loads.json`;
    pretendNative(cache, packages.fails);
    findNative(cache);
    const [[key, answer]] = Object.entries(
      JSON.parse(readFileSync(answers, 'utf8')) as Record<string, { of: string; problem: string }>,
    ) as [[string, { of: string; problem: string }]];
    expect(key).toContain(`node ${process.versions.node}`);
    writeFileSync(answers, JSON.stringify({ [key]: { ...answer, problem: 'said another' } }));
    expect(findNative(cache)).toMatchObject({ ok: false, error: expect.stringContaining('said another') });
    writeFileSync(answers, '[');
    expect(findNative(cache)).toMatchObject({ ok: false, error: expect.stringContaining('cannot open') });
  });
});

describe('the runtime class of gradients', () => {
  taken('names the backend, and for the native one the instructions of the processor', () => {
    expect(gradientRuntime('auto', cache)).toBe(`${node}-wasm`);
    expect(gradientRuntime('native', cache)).toMatch(new RegExp(`^${node}-native-(avx512|avx2|avx|base)$`));
    pretendNative(cache);
    expect(gradientRuntime('auto', cache)).toBe(gradientRuntime('native', cache));
    expect(gradientRuntime('wasm', cache)).toBe(`${node}-wasm`);
  });

  taken('is looked up once for all stages of a run; without a parameter the choice is auto', () => {
    const classOf = gradientClasses(cache);
    expect([classOf('auto'), classOf('wasm')]).toEqual([`${node}-wasm`, `${node}-wasm`]);
    pretendNative(cache);
    expect(classOf(undefined)).toBe(`${node}-wasm`);
    expect(gradientClasses(cache)(undefined)).toBe(gradientRuntime('native', cache));
  });

  test.each([
    ['avx512', 'sse avx avx2 fma avx512f avx512dq avx512bw avx512vl'],
    ['avx2', 'sse avx avx2 fma avx512f'],
    ['avx', 'sse avx avx2'],
    ['base', 'sse'],
    ['base', ''],
  ])('takes %s from the flags %s', (expected, flags) => {
    expect(instructionSet(flags.split(' '))).toBe(expected);
  });
});

describe('the report for doctor', () => {
  taken('says which backend is in use, why, and what to do for the other', () => {
    const { inUse, native, advice } = backendReport(cache);
    expect([inUse, native.there]).toEqual(['wasm', false]);
    expect(advice).toBe(`wasm is in use because ${native.detail}. ${nativeRemedy()} to have the native one`);
    const folder = pretendNative(cache);
    expect(backendReport(cache)).toMatchObject({
      inUse: 'native',
      native: { there: true, detail: folder },
      advice: 'native is in use because it is installed and loads; a stage takes wasm with `backend: wasm`',
    });
  });
});

describe('a backend that cannot be opened', () => {
  test('is refused with what to do when it was asked for by name and is not there', async () => {
    const found = findNative(cache);
    await expect(openBackend({ choice: 'native', cacheDir: cache })).rejects.toThrow(
      `backend: native is asked for, but ${found.ok ? '' : found.error}. ${nativeRemedy()}, or use \`backend: auto\` or \`backend: wasm\``,
    );
  });

  taken('is refused with its reason when it is asked for by name and does not load', async () => {
    const folder = pretendNative(cache, packages.fails);
    await expect(openBackend({ choice: 'native', cacheDir: cache })).rejects.toThrow(
      `backend: native is asked for, but the native library in ${folder} does not load (libtensorflow_cc.so.2: cannot open shared object file). Run \`npm run native\` in a checkout of ticketlab, or use \`backend: auto\` or \`backend: wasm\``,
    );
  });

  test('is refused when another one was planned for', async () => {
    const planned = openBackend({ choice: 'auto', cacheDir: cache, runtime: `${node}-native-avx2` });
    await expect(planned).rejects.toThrow(
      `this was planned for ${node}-native-avx2, but the backend that is there now is ${node}-wasm: it has changed while the run was going. Run again`,
    );
  });
});
