import { byCodeUnit, canonicalJson, type Json } from '../base/json.js';
import { mappingAt } from '../pipeline/params.js';

type Mapping = Readonly<Record<string, Json>>;

/** What may have become of something that a key names. */
export type Fate = 'changed' | 'new' | 'gone';

/** In what the code of a program or module of the user's own differs. */
export type CodeChange =
  /** A file that it consists of: of a program relative to the project, of a module to where the module lies. */
  | { readonly kind: 'code'; readonly name: string; readonly fate: Fate }
  /** A package that a module imports; its versions. */
  | {
      readonly kind: 'package';
      readonly name: string;
      readonly was: Json | undefined;
      readonly now: Json | undefined;
    }
  /** The words of a program: its arguments, or its script. */
  | {
      readonly kind: 'command';
      readonly name: 'run' | 'shell';
      readonly was: Json | undefined;
      readonly now: Json | undefined;
    }
  /** How an output of a program is declared. */
  | { readonly kind: 'output'; readonly name: string; readonly fate: Fate };

/** Everything in which the part `code` of two keys differs. */
export function codeChanges(was: Json | undefined, now: Json | undefined): CodeChange[] {
  const [before, after] = [mappingAt(was), mappingAt(now)];
  const part = (name: string): [Mapping, Mapping] => [mappingAt(before[name]), mappingAt(after[name])];
  const changes: CodeChange[] = [];
  for (const [name, key] of [
    ['run', 'argv'],
    ['shell', 'shell'],
  ] as const)
    if (!same(before[key], after[key]))
      changes.push({ kind: 'command', name, was: before[key], now: after[key] });
  for (const [name, fate] of fates(...part('files'))) changes.push({ kind: 'code', name, fate });
  const [packages, packagesNow] = part('packages');
  for (const [name] of fates(packages, packagesNow))
    changes.push({ kind: 'package', name, was: packages[name], now: packagesNow[name] });
  for (const [name, fate] of fates(...part('outputs'))) changes.push({ kind: 'output', name, fate });
  return changes;
}

/** The names whose values differ, sorted, and how. */
export function fates(was: Mapping, now: Mapping): [string, Fate][] {
  const names = new Set([...Object.keys(was), ...Object.keys(now)]);
  return [...names]
    .filter((name) => !same(was[name], now[name]))
    .sort(byCodeUnit)
    .map((name) => [name, was[name] === undefined ? 'new' : now[name] === undefined ? 'gone' : 'changed']);
}

export function same(a: Json | undefined, b: Json | undefined): boolean {
  if (a === undefined || b === undefined) return a === b;
  return canonicalJson(a) === canonicalJson(b);
}
