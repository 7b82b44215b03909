import { statfsSync } from 'node:fs';
import { availableParallelism, cpus, freemem, totalmem } from 'node:os';
import { dirname, join } from 'node:path';
import { UserError } from '../base/result.js';
import { backendReport, type BackendReport } from '../gradient/locate.js';
import { openStore } from '../store/store.js';
import { doctorWarnings } from './doctor-warnings.js';
import { exitCodes } from './exit-codes.js';
import { wire, type Wiring } from './wire.js';
import { say, sayJson } from './say.js';

interface Health {
  readonly versions: { readonly ticketlab: string; readonly node: string; readonly platform: string };
  readonly cores: number;
  readonly processor: string;
  readonly memory_bytes: { readonly total: number; readonly free: number };
  readonly store: { readonly folder: string; readonly usable: boolean; readonly detail: string };
  readonly cache: string;
  readonly backend: BackendReport;
  /** What will not work as somebody may expect. */
  readonly warnings: readonly string[];
}

/** Says on what ticketlab would run here. Loads no backend itself and writes nothing into the project. */
export function doctorCommand(options: { readonly store?: string; readonly json?: boolean }): number {
  const wiring = wire(options.store);
  const store = storeHealth(wiring);
  const health: Health = {
    versions: {
      ticketlab: wiring.version,
      node: process.versions.node,
      platform: `${process.platform}-${process.arch}`,
    },
    cores: availableParallelism(),
    processor: cpus()[0]?.model.trim() ?? 'unknown',
    memory_bytes: { total: totalmem(), free: freemem() },
    store,
    cache: wiring.cache,
    backend: backendReport(wiring.cache),
    warnings: doctorWarnings(wiring, store.usable),
  };
  if (options.json === true) sayJson(health);
  else say(asText(health));
  return health.store.usable ? exitCodes.ok : exitCodes.usage;
}

function storeHealth(wiring: Wiring): Health['store'] {
  const folder = wiring.store;
  try {
    openStore(folder, { indexFolder: join(wiring.project, '.ticketlab') });
    return { folder, usable: true, detail: `${gibibytes(freeBytes(folder))} free` };
  } catch (error) {
    if (error instanceof UserError) return { folder, usable: false, detail: error.message };
    throw error;
  }
}

/** Of the file system that holds the folder, or would. */
function freeBytes(folder: string): number {
  for (let at = folder; ; at = dirname(at)) {
    try {
      const { bavail, bsize } = statfsSync(at);
      return bavail * bsize;
    } catch (error) {
      if (at === dirname(at)) throw error;
    }
  }
}

const gibibytes = (bytes: number): string => `${(bytes / 2 ** 30).toFixed(1)} GiB`;

function asText(health: Health): string {
  const { versions, cores, processor, memory_bytes, store, cache, backend, warnings } = health;
  const { native, wasm } = backend;
  const rows: readonly (readonly [string, string])[] = [
    ['ticketlab', versions.ticketlab],
    ['node', `${versions.node} on ${versions.platform}`],
    ['cores', `${cores} (${processor})`],
    ['memory', `${gibibytes(memory_bytes.total)}, ${gibibytes(memory_bytes.free)} free`],
    ['store', `${store.folder}: ${store.usable ? '' : 'unusable. '}${store.detail}`],
    ['cache', cache],
    ['gradients', `${backend.inUse} (${backend.runtime})`],
    ['  native', `${native.there ? 'there: ' : 'not there: '}${native.detail}`],
    ['  wasm', wasm.detail],
    ['  advice', backend.advice],
    ...warnings.map((text) => ['warning', text] as const),
  ];
  return rows.map(([name, value]) => `${name.padEnd(11)}${value}`).join('\n');
}
