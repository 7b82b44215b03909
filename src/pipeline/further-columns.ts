import type { Json } from '../base/json.js';
import { mappingAt } from './params.js';
import { ownEntry } from './signatures.js';
import type { FurtherColumns } from './stage.js';

/** What a stage is given, as far as it is known. */
export interface Given {
  /** The values that a parameter has on its axes; undefined where they are not known. */
  parameter(name: string): readonly (Json | undefined)[] | undefined;
  /** The names of the coordinates of an input; undefined where they are not known. */
  coordinates(input: string): readonly string[] | undefined;
}

/** The columns that a table may have besides its own, at the most; undefined where they are not known. */
export function furtherColumns(
  rules: readonly FurtherColumns[],
  given: Given,
): ReadonlySet<string> | undefined {
  const found = rules.map((rule) => columnsOf(rule, given));
  if (!found.every((columns) => columns !== undefined)) return undefined;
  return new Set(found.flat());
}

function columnsOf(rule: FurtherColumns, given: Given): readonly string[] | undefined {
  if ('names' in rule) return rule.names;
  if ('coordinatesOf' in rule)
    return given
      .coordinates(rule.coordinatesOf)
      ?.flatMap((name) => rule.prefixes.map((prefix) => prefix + name));
  const named = namedBy(rule.parameter, given);
  const without = rule.without === undefined ? [] : namedBy(rule.without, given);
  if (named === undefined || without === undefined) return undefined;
  // Which value goes with which is not asked: only what none of them has is certainly not there.
  const never = (name: string) => without.length > 0 && without.every((names) => names.includes(name));
  return named.flat().filter((name) => !never(name));
}

/** For each value of a parameter the names in it, or in the member after the dot. */
function namedBy(path: string, given: Given): readonly (readonly string[])[] | undefined {
  const [parameter = '', member] = path.split('.');
  return given.parameter(parameter)?.map((value) => namesIn(value, member));
}

/** A text, the texts of a list, or the keys of a mapping; an empty text names nothing. Of a member: what each item has. */
export function namesIn(value: Json | undefined, member?: string): readonly string[] {
  if (member !== undefined) {
    const items = Array.isArray(value) ? (value as readonly Json[]) : [];
    return items.flatMap((item) => namesIn(ownEntry(mappingAt(item), member)));
  }
  if (typeof value === 'string') return value === '' ? [] : [value];
  if (Array.isArray(value)) return (value as readonly Json[]).filter((item) => typeof item === 'string');
  return Object.keys(mappingAt(value));
}
