import { homedir } from 'node:os';
import { join } from 'node:path';
import { openBackend } from '../../src/gradient/backend.js';
import { findNative } from '../../src/gradient/locate.js';

/** The user cache, as the command line finds it. */
const cacheDir =
  process.env.TICKETLAB_CACHE || join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'ticketlab');
const native = findNative(cacheDir);

/** Undefined where the native backend can be tested, else why not. */
export const nativeMissing: string | undefined = native.ok ? undefined : native.error;

export const openWasm = () => openBackend({ choice: 'wasm', cacheDir });
export const openNative = () => openBackend({ choice: 'native', cacheDir });
