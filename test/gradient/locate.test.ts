import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
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

const node = `node${process.versions.node.split('.')[0]}-${process.arch}`;
let cache: string;
beforeEach(() => (cache = mkdtempSync(join(tmpdir(), 'ticketlab-locate-'))));
afterEach(() => rmSync(cache, { recursive: true, force: true }));

/** The native library is looked for on these versions of Node only. */
const taken = test.skipIf(Number.parseInt(process.versions.node, 10) > 22);

/** A native library in the cache, as far as one can see without loading it. */
function pretend(parts: readonly string[] = ['lib/napi-v8/tfjs_binding.node', 'deps/lib/libtensorflow.so']) {
  const folder = join(nativeFolder(cache), 'node_modules', '@tensorflow', 'tfjs-node');
  for (const part of parts) {
    mkdirSync(join(folder, part, '..'), { recursive: true });
    writeFileSync(join(folder, part), '');
  }
  writeFileSync(join(folder, 'package.json'), '{ "main": "lib/napi-v8/tfjs_binding.node" }');
  return folder;
}

describe('looking for the native library', () => {
  taken('finds the one in the user cache, and only when it is complete', () => {
    expect(findNative(cache).ok).toBe(false);
    pretend(['lib/napi-v8/tfjs_binding.node']);
    expect(findNative(cache).ok).toBe(false);
    const folder = pretend();
    expect(findNative(cache)).toEqual({ ok: true, value: folder });
  });

  test('says so when Node is too new for it', () => {
    pretend();
    expect(findNative(cache, '23.1.0')).toEqual({
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
    pretend();
    expect(['auto', 'native', 'wasm'].map((c) => resolveBackend(c as 'auto', cache))).toEqual([
      'native',
      'native',
      'wasm',
    ]);
  });
});

describe('the runtime class of gradients', () => {
  taken('names the backend, and for the native one the instructions of the processor', () => {
    expect(gradientRuntime('auto', cache)).toBe(`${node}-wasm`);
    expect(gradientRuntime('native', cache)).toMatch(new RegExp(`^${node}-native-(avx512|avx2|avx|base)$`));
    pretend();
    expect(gradientRuntime('auto', cache)).toBe(gradientRuntime('native', cache));
    expect(gradientRuntime('wasm', cache)).toBe(`${node}-wasm`);
  });

  taken('is looked up once for all stages of a run; without a parameter the choice is auto', () => {
    const classOf = gradientClasses(cache);
    expect([classOf('auto'), classOf('wasm')]).toEqual([`${node}-wasm`, `${node}-wasm`]);
    pretend();
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
    const folder = pretend();
    expect(backendReport(cache)).toMatchObject({
      inUse: 'native',
      native: { there: true, detail: folder },
      advice: 'native is in use because it is installed; a stage takes wasm with `backend: wasm`',
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

  taken('is refused with its reason when it is there but does not load', async () => {
    const folder = pretend();
    const opened = openBackend({ choice: 'auto', cacheDir: cache });
    await expect(opened).rejects.toThrow(`the native library in ${folder} does not load (`);
    await expect(opened).rejects.toThrow('npm run native -- --again');
  });

  test('is refused when another one was planned for', async () => {
    const planned = openBackend({ choice: 'auto', cacheDir: cache, runtime: `${node}-native-avx2` });
    await expect(planned).rejects.toThrow(
      `this was planned for ${node}-native-avx2, but the backend that is there now is ${node}-wasm: it has changed while the run was going. Run again`,
    );
  });
});
