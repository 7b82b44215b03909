import { UserError } from '../base/result.js';
import { addressMatches, parseAddress } from '../pipeline/address.js';
import type { Plan } from '../pipeline/plan.js';

/**
 * The instances that `--force` names.
 *
 * @throws UserError for an address that names nothing in this plan.
 */
export function forcedInstances(plan: Plan, addresses: readonly string[]): ReadonlySet<number> {
  const forced = new Set<number>();
  for (const text of addresses) {
    const address = parseAddress(text);
    if (!address.ok) throw new UserError(`--force ${text}: ${address.error}`);
    const matched = plan.instances.filter((instance) => addressMatches(address.value, instance));
    if (matched.length === 0)
      throw new UserError(`--force ${text} names no instance of this run. ticketlab plan lists them.`);
    for (const { index } of matched) forced.add(index);
  }
  return forced;
}
