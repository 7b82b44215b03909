// eslint-disable-next-line no-restricted-imports -- whether the library is there has to be known without loading it
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { err, ok } from '../base/result.js';
import type { Result } from '../base/result.js';
import { nativeLoads } from './native-load.js';

/** `auto`: native where it can be loaded, else wasm. */
export const backendChoices = ['auto', 'native', 'wasm'] as const;
export type BackendChoice = (typeof backendChoices)[number];
export type BackendName = Exclude<BackendChoice, 'auto'>;

const binding = '@tensorflow/tfjs-node';
/** Of the binding, and of the TensorFlow whose C library `npm run native` puts beside it. */
export const nativeVersions = { binding: '4.22.0', tensorflow: '2.15.1' } as const;
/** The binding uses functions that Node has dropped since. */
const lastNodeMajor = 22;

/** Where `npm run native` keeps the library: it serves every checkout of this user on this kind of machine. */
export function nativeFolder(cacheDir: string): string {
  const { binding: tfjs, tensorflow } = nativeVersions;
  return join(cacheDir, `tfjs-node-${tfjs}-tensorflow-${tensorflow}-${process.platform}-${process.arch}`);
}

/** A package with native parts, or in words why there is none. */
type Found = Result<string, string>;

/**
 * The folder of a tfjs-node package whose native parts can be loaded, or in words why there is none. What is there is
 * loaded once, in another process (`nativeLoads`); from then on this looks at files only.
 *
 * @param cacheDir the user cache
 * @param retry try once more what did not load
 */
export function findNative(
  cacheDir: string,
  {
    nodeVersion = process.versions.node,
    retry = false,
  }: { readonly nodeVersion?: string; readonly retry?: boolean } = {},
): Found {
  const major = Number.parseInt(nodeVersion, 10);
  if (major > lastNodeMajor) return err(`${binding} does not run on Node ${major}`);
  const own = ownPackage();
  const cached = join(nativeFolder(cacheDir), 'node_modules', binding);
  const there = [own, cached].filter((folder) => folder !== undefined && hasNativeParts(folder));
  let problem =
    own === undefined
      ? `${binding} is not installed`
      : `${binding} is installed without its native library, which could not be downloaded`;
  const answersFile = `${nativeFolder(cacheDir)}.loads.json`;
  for (const folder of there as string[]) {
    const loads = nativeLoads(folder, { answersFile, retry, instructions: instructionSet(cpuFlags()) });
    if (loads.ok) return ok(folder);
    problem = `the native library in ${folder} does not load (${loads.error})`;
  }
  return err(problem);
}

/** What would bring the native backend to where there is none, as the beginning of a sentence. */
export function nativeRemedy(nodeVersion = process.versions.node): string {
  return Number.parseInt(nodeVersion, 10) > lastNodeMajor
    ? `Run ticketlab on Node 20 or ${lastNodeMajor}`
    : 'Run `npm run native` in a checkout of ticketlab';
}

/** Folder of the package among ticketlab's own dependencies, whether or not it is complete. */
function ownPackage(): string | undefined {
  try {
    return dirname(createRequire(import.meta.url).resolve(`${binding}/package.json`));
  } catch {
    return undefined;
  }
}

/** The binding (`lib/napi-v8/tfjs_binding.node`) and the TensorFlow library that it opens. */
function hasNativeParts(folder: string): boolean {
  const lib = join(folder, 'lib');
  const bindings = existsSync(lib) ? readdirSync(lib) : [];
  if (!bindings.some((name) => existsSync(join(lib, name, 'tfjs_binding.node')))) return false;
  return ['libtensorflow.so', 'libtensorflow.so.2', 'libtensorflow.2.dylib', 'tensorflow.dll'].some((name) =>
    existsSync(join(folder, 'deps', 'lib', name)),
  );
}

/** The backend that a choice means on this machine. Asked for by name it is that one, there or not. */
export function resolveBackend(choice: BackendChoice, cacheDir: string): BackendName {
  if (choice !== 'auto') return choice;
  return findNative(cacheDir).ok ? 'native' : 'wasm';
}

/**
 * On what kind of machine the bytes of a computation with gradients hold: Node's major version, the architecture, the
 * backend and, because TensorFlow picks its kernels by it, the processor's instruction set for the native one. The
 * number of cores is not part of it: the native backend computes on one thread.
 */
export function gradientRuntime(choice: BackendChoice, cacheDir: string): string {
  const backend = resolveBackend(choice, cacheDir);
  const machine = `node${process.versions.node.split('.')[0]}-${process.arch}`;
  return backend === 'wasm' ? `${machine}-wasm` : `${machine}-native-${instructionSet(cpuFlags())}`;
}

/** The same for any number of stages, each choice looked up once. */
export function gradientClasses(cacheDir: string): (choice: unknown) => string {
  const known = new Map<BackendChoice, string>();
  return (given) => {
    const choice = backendChoices.find((name) => name === given) ?? 'auto';
    const runtime = known.get(choice) ?? gradientRuntime(choice, cacheDir);
    known.set(choice, runtime);
    return runtime;
  };
}

/** What /proc/cpuinfo says of the first processor; empty where there is no such file. */
function cpuFlags(): readonly string[] {
  try {
    const line = /^flags\s*:(.*)$/m.exec(readFileSync('/proc/cpuinfo', 'utf8'));
    return line?.[1]?.trim().split(/\s+/) ?? [];
  } catch {
    return [];
  }
}

/** The widest vector instructions for which TensorFlow has kernels of its own. */
export function instructionSet(flags: readonly string[]): string {
  const has = (...wanted: string[]): boolean => wanted.every((flag) => flags.includes(flag));
  if (has('avx512f', 'avx512dq', 'avx512bw', 'avx512vl')) return 'avx512';
  if (has('avx2', 'fma')) return 'avx2';
  if (has('avx')) return 'avx';
  return 'base';
}

export interface BackendReport {
  /** What `auto` means here. */
  readonly inUse: BackendName;
  /** Runtime class of results that are computed with it. */
  readonly runtime: string;
  readonly native: { readonly there: boolean; readonly detail: string };
  readonly wasm: { readonly there: true; readonly detail: string };
  /** One sentence: why this one is in use, and what to do for the other. */
  readonly advice: string;
}

/** For `ticketlab doctor`: which backend gradients will be computed on, and why. What did not load is tried anew. */
export function backendReport(cacheDir: string): BackendReport {
  const native = findNative(cacheDir, { retry: true });
  const wasm = { there: true, detail: 'part of ticketlab: runs wherever Node runs' } as const;
  const runtime = gradientRuntime('auto', cacheDir);
  return native.ok
    ? {
        inUse: 'native',
        runtime,
        native: { there: true, detail: native.value },
        wasm,
        advice: 'native is in use because it is installed and loads; a stage takes wasm with `backend: wasm`',
      }
    : {
        inUse: 'wasm',
        runtime,
        native: { there: false, detail: native.error },
        wasm,
        advice: `wasm is in use because ${native.error}. ${nativeRemedy()} to have the native one`,
      };
}
