import { UserError } from '../base/result.js';
import { counted } from '../base/counted.js';
import type { ResultRecord } from '../store/record.js';
import type { Subject } from '../store-tools/subject.js';
import { shellWord } from './again.js';
import { examine } from './examine.js';
import type { LoadedPlan } from './load-plan.js';

/**
 * All instances of a plan, for commands that need them computed.
 *
 * @param done what was to be done with them, for the message.
 * @throws UserError when one of them is not in the store.
 */
export function loadComplete({ decisions, again }: LoadedPlan, done: string): readonly Subject[] {
  const subjects = examine(decisions);
  const missing = subjects.filter(({ outputs }) => outputs === undefined);
  const [first] = missing;
  if (first === undefined) return subjects;
  const are = missing.length === 1 ? 'is' : 'are';
  throw new UserError(
    `${missing.length} of ${counted(subjects.length, 'instance')} ${are} not in the store, for example ${first.id}: they cannot be ${done}.\n` +
      `  Compute them first:  ${again}`,
  );
}

/**
 * Their records by key.
 *
 * @throws UserError also when the record of one of them is gone or damaged.
 */
export function loadRecords(loaded: LoadedPlan, done: string): ReadonlyMap<string, ResultRecord> {
  const records = new Map<string, ResultRecord>();
  for (const { id, key, record } of loadComplete(loaded, done)) {
    const found = record();
    if (found === undefined)
      throw new UserError(
        `The record of ${id} is gone. Compute it again:\n  ${loaded.again} --force ${shellWord(id)}`,
      );
    records.set(key!, found);
  }
  return records;
}
