import { unreachable } from '../base/result.js';
import type { Outputs } from '../store/record.js';
import { decide, type Decision, type DecisionEnv } from './decide.js';

/** What `run` would do with one instance, as `plan --json` prints it. */
export interface Verdict {
  readonly instance: string;
  readonly verdict: 'hit' | 'run' | 'run-unless-unchanged';
  readonly reason: string;
  /** Null while an input is unknown, or when something from outside is missing. */
  readonly key: string | null;
  /** Of a hit; else empty. */
  readonly outputs: Readonly<Record<string, { readonly sha256: string; readonly bytes: number }>>;
}

/** Walks the plan as a run would, without computing anything. Writes nothing. */
export function planVerdicts(env: DecisionEnv): Verdict[] {
  const known: (Outputs | undefined)[] = [];
  const leaders = new Map<string, string>();
  return env.plan.instances.map(({ id }, index) => {
    const decision = decide(index, (source) => known[source], env);
    if (decision.verdict === 'hit') known[index] = decision.result.outputs;
    return verdictOf(id, decision, leaders);
  });
}

/** @param leaders which instance computes a key first. */
function verdictOf(instance: string, decision: Decision, leaders: Map<string, string>): Verdict {
  const { reason } = decision;
  switch (decision.verdict) {
    case 'hit':
      return {
        instance,
        verdict: 'hit',
        reason,
        key: decision.key,
        outputs: sizesOf(decision.result.outputs),
      };
    case 'run': {
      const { key } = decision.computation;
      const leader = leaders.get(key);
      if (leader === undefined) leaders.set(key, instance);
      const shared = leader === undefined ? reason : `the same computation as ${leader}, done once for both`;
      return { instance, verdict: 'run', reason: shared, key, outputs: {} };
    }
    case 'impossible':
      return { instance, verdict: 'run', reason, key: null, outputs: {} };
    case 'run-unless-unchanged':
      return { instance, verdict: 'run-unless-unchanged', reason, key: null, outputs: {} };
    default:
      return unreachable(decision);
  }
}

export function sizesOf(outputs: Outputs): Verdict['outputs'] {
  return Object.fromEntries(
    Object.entries(outputs).map(([name, { sha256, bytes }]) => [name, { sha256, bytes }]),
  );
}
