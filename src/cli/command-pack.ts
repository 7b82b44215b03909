import { existsSync } from 'node:fs';
import { dirname } from 'node:path';
import { counted } from '../base/counted.js';
import { UserError } from '../base/result.js';
import { safeLine } from '../base/safe-text.js';
import { openStore } from '../store/store.js';
import { ObjectLostError } from '../store/errors.js';
import { packResults, unpackResults, type Packed } from '../store-tools/pack.js';
import { sizeText } from '../store-tools/sizes.js';
import { loadRecords } from './complete.js';
import { exitCodes } from './exit-codes.js';
import { loadPlan } from './load-plan.js';
import type { PlanOptions } from './plan-options.js';
import { cannotBeWritten } from './refusals.js';
import { stepwise } from './stepwise.js';
import { wire } from './wire.js';
import { say } from './say.js';

export interface PackOptions extends PlanOptions {
  readonly output: string;
}

/** Writes results and all they came from to one file, from which another store gets them as hits. */
export async function packCommand(words: readonly string[], options: PackOptions): Promise<number> {
  const loaded = loadPlan(words, { ...options, force: [], readOnly: true });
  if (!loaded.ok) return exitCodes.usage;
  const { output } = options;
  const { decisions, again } = loaded.value;
  if (existsSync(output)) throw new UserError(`${output} is there already. Take another name, or remove it.`);
  if (!existsSync(dirname(output)))
    throw new UserError(`There is no folder ${dirname(output)}. Make it first.`);
  const records = loadRecords(loaded.value, 'packed');
  let packed: Packed;
  try {
    const steps = packResults(decisions.store, [...records.values()], output);
    packed = await stepwise(steps, `stopped; ${output} was not written.`);
  } catch (error) {
    if (!(error instanceof ObjectLostError)) throw cannotBeWritten(output, error);
    throw new UserError(`${error.message}. Compute it again, then pack:\n  ${again}`);
  }
  const what = `${counted(packed.records, 'result')}, ${counted(packed.objects, 'object')}`;
  say(`${output}: ${what}, ${sizeText(packed.bytes)}.`);
  return exitCodes.ok;
}

/** Brings the results of an archive into the store. */
export function unpackCommand(file: string, options: { readonly store?: string }): number {
  const { added, known, differing } = unpackResults(openStore(wire(options.store).store), file);
  const there = `${known} ${known === 1 ? 'was' : 'were'} there`;
  say(`${file}: ${counted(added, 'result is new', 'results are new')}, ${there}.`);
  for (const instance of differing)
    say(
      `${safeLine(instance)}: the store has other bytes under the same key, and keeps them. NOT REPRODUCIBLE.`,
    );
  return differing.length === 0 ? exitCodes.ok : exitCodes.failures;
}
