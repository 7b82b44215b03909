import { UserError } from '../base/result.js';
import { counted } from '../base/counted.js';
import type { Subject } from '../store-tools/subject.js';
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
