import { existsSync } from 'node:fs';
import { dirname } from 'node:path';
import { UserError } from '../base/result.js';
import { safeLine } from '../base/safe-text.js';
import { openStore } from '../store/store.js';
import { ObjectLostError } from '../store/errors.js';
import type { ResultRecord } from '../store/record.js';
import { packResults, unpackResults, type Packed } from '../store-tools/pack.js';
import { sizeText } from '../store-tools/sizes.js';
import { loadComplete } from './complete.js';
import { exitCodes } from './exit-codes.js';
import { loadPlan } from './load-plan.js';
import type { PlanOptions } from './plan-options.js';
import { wire } from './wire.js';

export interface PackOptions extends PlanOptions {
  readonly output: string;
}

/** Writes results and all they came from to one file, from which another store gets them as hits. */
export function packCommand(words: readonly string[], options: PackOptions): number {
  const loaded = loadPlan(words, { ...options, force: [], readOnly: true });
  if (!loaded.ok) return exitCodes.usage;
  const { store } = loaded.value.decisions;
  if (existsSync(options.output))
    throw new UserError(`${options.output} is there already. Take another name, or remove it.`);
  if (!existsSync(dirname(options.output)))
    throw new UserError(`There is no folder ${dirname(options.output)}. Make it first.`);
  const records = new Map<string, ResultRecord>();
  for (const { id, key, record } of loadComplete(loaded.value, 'packed')) {
    const found = record();
    if (found === undefined)
      throw new UserError(`The record of ${id} is gone. Compute it again:  ticketlab run --force '${id}'`);
    records.set(key!, found);
  }
  let packed: Packed;
  try {
    packed = packResults(store, [...records.values()], options.output);
  } catch (error) {
    if (!(error instanceof ObjectLostError)) throw error;
    throw new UserError(`${error.message}. Run the pipeline again, then pack.`);
  }
  console.log(
    `${options.output}: ${packed.records} results, ${packed.objects} objects, ${sizeText(packed.bytes)}.`,
  );
  return exitCodes.ok;
}

/** Brings the results of an archive into the store. */
export function unpackCommand(file: string, options: { readonly store?: string }): number {
  const { added, known, differing } = unpackResults(openStore(wire(options.store).store), file);
  console.log(`${file}: ${added} results are new, ${known} were there.`);
  for (const instance of differing)
    console.log(
      `${safeLine(instance)}: the store has other bytes under the same key, and keeps them. NOT REPRODUCIBLE.`,
    );
  return differing.length === 0 ? exitCodes.ok : exitCodes.failures;
}
