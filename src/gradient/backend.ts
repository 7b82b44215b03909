import { createRequire } from 'node:module';
import type * as Tfjs from '@tensorflow/tfjs-core';
import { UserError } from '../base/result.js';
import { findNative, nativeRemedy, gradientRuntime, resolveBackend } from './locate.js';
import type { BackendChoice, BackendName } from './locate.js';

export type Tf = typeof Tfjs;

/** One of TensorFlow.js's two ways to compute, loaded and ready. */
export interface Backend {
  readonly name: BackendName;
  /** Runs `work` on this backend and frees the tensors that it leaves behind. Read data inside, and return nothing of them. */
  run(work: (tf: Tf) => void): void;
}

export interface BackendRequest {
  readonly choice: BackendChoice;
  /** The user cache, where `npm run native` puts the library. */
  readonly cacheDir: string;
  /** The runtime class in the key of the result, where there is a key: what is loaded has to be of that class. */
  readonly runtime?: string | undefined;
}

/** Names under which TensorFlow.js knows them. */
const registered: Readonly<Record<BackendName, string>> = { native: 'tensorflow', wasm: 'wasm' };
const loaded = new Map<BackendName, Promise<Backend>>();

/**
 * Loads the backend once a process.
 *
 * @throws UserError when native is asked for by name and is not there, does not load, or has come or gone since the
 * key of the result was made.
 */
export async function openBackend({ choice, cacheDir, runtime }: BackendRequest): Promise<Backend> {
  const name = resolveBackend(choice, cacheDir);
  const now = gradientRuntime(choice, cacheDir);
  if (runtime !== undefined && runtime !== now)
    throw new UserError(
      `this was planned for ${runtime}, but the backend that is there now is ${now}: it has changed while the run was going. Run again`,
    );
  const known = loaded.get(name);
  if (known !== undefined) return known;
  const loading = name === 'native' ? loadNative(cacheDir) : loadWasm();
  loaded.set(name, loading);
  loading.catch(() => loaded.delete(name));
  return loading;
}

async function loadWasm(): Promise<Backend> {
  const tf = await import('@tensorflow/tfjs-core');
  await import('@tensorflow/tfjs-backend-wasm');
  const { registerWasmKernels } = await import('./wasm-kernels.js');
  registerWasmKernels(tf);
  return ready('wasm', tf);
}

async function loadNative(cacheDir: string): Promise<Backend> {
  const found = findNative(cacheDir);
  if (!found.ok)
    throw new UserError(
      `backend: native is asked for, but ${found.error}. ${nativeRemedy()}, or use \`backend: auto\` or \`backend: wasm\``,
    );
  oneThread();
  let tf: Tf;
  try {
    tf = createRequire(import.meta.url)(found.value) as Tf;
  } catch (error) {
    const reason = (error instanceof Error ? error.message : String(error)).split('\n')[0];
    throw new UserError(
      `the native library in ${found.value} does not load (${reason}). ${nativeRemedy()}, or use \`backend: wasm\``,
    );
  }
  return ready('native', tf);
}

/**
 * TensorFlow cuts a sum according to the number of its threads, so that results would depend on the number of cores;
 * several stages run side by side anyway. The library takes the number from the environment and from nowhere else.
 */
function oneThread(): void {
  // eslint-disable-next-line no-restricted-properties -- written for the library, not read
  const environment = process.env;
  environment['TF_NUM_INTRAOP_THREADS'] = '1';
  environment['TF_NUM_INTEROP_THREADS'] = '1';
  // Its greeting on stderr would fill the logs.
  environment['TF_CPP_MIN_LOG_LEVEL'] = '2';
}

async function ready(name: BackendName, tf: Tf): Promise<Backend> {
  // Each backend brings a copy of the core, the second of which would warn that the first has set up Node already.
  tf.enableProdMode();
  if (!(await tf.setBackend(registered[name])))
    throw new Error(`TensorFlow.js could not start its backend ${registered[name]}`);
  await tf.ready();
  return {
    name,
    run: (work) => {
      // Both backends live in one engine when a worker has used both; a started one is switched to at once.
      if (tf.getBackend() !== registered[name]) void tf.setBackend(registered[name]);
      tf.tidy(() => {
        work(tf);
      });
    },
  };
}
