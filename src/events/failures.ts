/** Instances that failed with the same message. */
export interface FailureGroup {
  /** One clear message; may have several lines. */
  readonly message: string;
  /** The instance that failed first. */
  readonly inst: string;
  /** How many instances failed like this. */
  readonly count: number;
  /** The last lines of the first one's log. */
  readonly log: readonly string[];
}

export interface Failures {
  /** In the order in which they first happened, at most `keptGroups`. */
  readonly groups: readonly FailureGroup[];
  /** Failures with messages beyond those kept. */
  readonly others: number;
}

export const noFailures: Failures = { groups: [], others: 0 };

/** A broken sweep may fail in thousands of instances: what is kept is bounded, the counts are exact. */
export const keptGroups = 20;

export function recordFailure(
  failures: Failures,
  failure: { readonly inst: string; readonly message?: string; readonly log?: readonly string[] },
): Failures {
  const message = failure.message ?? 'failed without a message';
  const position = failures.groups.findIndex((group) => group.message === message);
  const known = failures.groups[position];
  if (known !== undefined) {
    return { ...failures, groups: failures.groups.with(position, { ...known, count: known.count + 1 }) };
  }
  if (failures.groups.length === keptGroups) return { ...failures, others: failures.others + 1 };
  const group = { message, inst: failure.inst, count: 1, log: failure.log ?? [] };
  return { ...failures, groups: [...failures.groups, group] };
}
