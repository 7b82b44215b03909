import { createHash } from 'node:crypto';
import { canonicalJson, type Json } from '../base/json.js';
import type { InputSource, Instance, Plan } from '../pipeline/plan.js';
import { keyChanges, type Change, type Keyed } from './changes.js';
import type { Cause } from './why.js';

/** A plan, and what is known of its instances before anything has been computed. */
export interface Standing {
  readonly plan: Plan;
  readonly keyed: (instance: Instance) => KeyedInstance;
}

/** What the key of an instance will be made of but for its inputs. */
export interface KeyedInstance extends Keyed {
  /** Why it cannot be computed here: something from outside is missing. */
  readonly problem: string | undefined;
}

/** What becomes of the instances of one plan in another. */
export interface Comparison {
  readonly appear: readonly Instance[];
  readonly vanish: readonly Instance[];
  /** Instances with another key, by what made it another; those that merely follow are counted. */
  readonly causes: readonly Cause[];
  /** Definition -> instances whose key changes only because of something before them. */
  readonly follows: Readonly<Record<string, number>>;
  readonly changed: number;
  readonly same: number;
  /** Instances that appear at an address of their own, but compute what an instance that vanishes or stays computes. */
  readonly moved: number;
}

/**
 * Compares two plans address by address. Nothing has to have been computed: two instances have the same key when
 * everything that it is made of is the same and so is, all the way up, that of their inputs.
 */
export function comparePlans(before: Standing, after: Standing): Comparison {
  const [was, now] = [identify(before), identify(after)];
  const addresses = new Map(before.plan.instances.map((instance) => [instance.id, instance]));
  const known = new Set(was);
  const appear: Instance[] = [];
  const found: { readonly instance: Instance; readonly change: Change }[] = [];
  const follows = new Map<string, number>();
  let changed = 0;
  let moved = 0;
  after.plan.instances.forEach((instance, index) => {
    const earlier = addresses.get(instance.id);
    addresses.delete(instance.id);
    if (earlier === undefined) {
      appear.push(instance);
      if (known.has(now[index]!)) moved++;
    } else if (was[earlier.index] !== now[index]) {
      changed++;
      const changes = [
        ...partChanges(before.keyed(earlier), after.keyed(instance)),
        ...inputChanges({ plan: before.plan, instance: earlier }, { plan: after.plan, instance }),
      ];
      for (const change of changes) found.push({ instance, change });
      if (changes.length === 0) follows.set(instance.definition, (follows.get(instance.definition) ?? 0) + 1);
    }
  });
  return {
    ...{ appear, vanish: [...addresses.values()], changed, moved },
    causes: fold(found),
    follows: Object.fromEntries(follows),
    same: after.plan.instances.length - appear.length - changed,
  };
}

/** A key for each instance that is made of keys instead of bytes: equal for what would be computed alike. */
function identify({ plan, keyed }: Standing): string[] {
  const keys: string[] = [];
  const digest = (from: number, output: string) => sha256(`${keys[from]} ${output}`);
  for (const instance of plan.instances) {
    const parts = Object.entries(instance.inputs).map(([name, input]) => [
      name,
      input.kind === 'edge'
        ? digest(input.from, input.output)
        : input.rows.map(({ coords, from, output }) => [coords, digest(from, output)]),
    ]);
    const { K, problem } = keyed(instance);
    const own = canonicalJson({ K, problem: problem ?? null });
    keys[instance.index] = sha256(`${own} ${canonicalJson(Object.fromEntries(parts) as Json)}`);
  }
  return keys;
}

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

interface Side {
  readonly plan: Plan;
  readonly instance: Instance;
}

/** In what two instances differ by themselves, but for their inputs. */
function partChanges(was: KeyedInstance, now: KeyedInstance): Change[] {
  if (was.problem === now.problem) return keyChanges(now, was.K);
  const text = now.problem ?? `it could not be computed before: ${was.problem ?? ''}`;
  return [{ kind: 'state', text }];
}

function inputChanges(before: Side, after: Side): Change[] {
  const [was, now] = [before.instance, after.instance];
  const changes: Change[] = [];
  for (const name of new Set([...Object.keys(was.inputs), ...Object.keys(now.inputs)])) {
    const [a, b] = [was.inputs[name], now.inputs[name]];
    if (a === undefined || b === undefined) {
      changes.push({ kind: 'input', name, now: b !== undefined });
      continue;
    }
    const [then, today] = [rowsOf(a, before.plan), rowsOf(b, after.plan)];
    const gone = [...then.keys()].filter((coords) => !today.has(coords));
    const added = [...today.keys()].filter((coords) => !then.has(coords));
    if (gone.length + added.length > 0) changes.push({ kind: 'rows', name, gone, added });
    if ([...today].some(([coords, source]) => (then.get(coords) ?? source) !== source))
      changes.push({ kind: 'source', name });
  }
  return changes;
}

/** Coordinates -> address and output. */
function rowsOf(input: InputSource, { instances }: Plan): Map<string, string> {
  const address = (from: number, output: string) => `${instances[from]?.id ?? ''} ${output}`;
  if (input.kind === 'edge') return new Map([['{}', address(input.from, input.output)]]);
  return new Map(
    input.rows.map(({ coords, from, output }) => [canonicalJson(coords), address(from, output)]),
  );
}

/** Equal changes of one definition are one cause, in the order of the plan. */
function fold(found: readonly { readonly instance: Instance; readonly change: Change }[]): Cause[] {
  const causes = new Map<
    string,
    { change: Change; definition: string; instances: string[]; alike: boolean }
  >();
  for (const { instance, change } of found) {
    const name = 'name' in change ? change.name : '';
    const label = `${instance.definition} ${change.kind} ${name}`;
    const cause = causes.get(label);
    if (cause === undefined) {
      const { definition, id } = instance;
      causes.set(label, { change, definition, instances: [id], alike: true });
      continue;
    }
    cause.instances.push(instance.id);
    cause.alike &&= canonicalJson(cause.change as Json) === canonicalJson(change as Json);
  }
  return [...causes.values()];
}
