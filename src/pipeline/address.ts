import type { Json } from '../base/json.js';
import { err, ok, type Result } from '../base/result.js';
import { textOf } from './terminal-text.js';

/** What one coordinate must be: a value by its text, or a range of whole numbers, both ends included. */
export type Condition =
  | { readonly axis: string; readonly kind: 'value'; readonly text: string }
  | { readonly axis: string; readonly kind: 'range'; readonly from: number; readonly to: number };

/** `imp.train[method=magnitude,k=1..5]`: a definition, or all of a stage with steps, and some coordinates. */
export interface Address {
  readonly name: string;
  readonly conditions: readonly Condition[];
  readonly text: string;
}

const plain = /^[A-Za-z0-9_.+-]+$/;

/** Reads an address; the error says what is wrong with it. */
export function parseAddress(text: string): Result<Address, string> {
  const match = /^([a-z][A-Za-z0-9_]*(?:\.[a-z][A-Za-z0-9_]*)?)(?:\[(.*)\])?$/.exec(text);
  if (match === null)
    return err('an address is a stage, a step, or either with coordinates: imp.train[seed=3,k=1..5]');
  const conditions: Condition[] = [];
  for (const part of splitConditions(match[2] ?? '')) {
    const condition = readCondition(part);
    if (condition === undefined) return err(`"${part}" is not axis=value or axis=from..to`);
    if (conditions.some((other) => other.axis === condition.axis))
      return err(`the axis ${condition.axis} stands there twice`);
    conditions.push(condition);
  }
  return ok({ name: match[1] ?? '', conditions, text });
}

/** Splits at commas outside quotes. */
function splitConditions(text: string): string[] {
  if (text.trim() === '') return [];
  return (text.match(/("(?:[^"\\]|\\.)*"|[^,"])+/g) ?? [text]).map((part) => part.trim());
}

function readCondition(part: string): Condition | undefined {
  const match = /^([a-z][A-Za-z0-9_]*)\s*=\s*(.+)$/.exec(part);
  const [, axis, value] = match ?? [];
  if (axis === undefined || value === undefined) return undefined;
  const range = /^(-?\d+)\.\.(-?\d+)$/.exec(value);
  if (range !== null) return { axis, kind: 'range', from: Number(range[1]), to: Number(range[2]) };
  if (!value.startsWith('"')) return { axis, kind: 'value', text: value };
  const unquoted = unquote(value);
  return unquoted === undefined ? undefined : { axis, kind: 'value', text: unquoted };
}

function unquote(value: string): string | undefined {
  try {
    const text: unknown = JSON.parse(value);
    return typeof text === 'string' ? text : undefined;
  } catch {
    return undefined;
  }
}

/** A coordinate inside an address: as it is where that is unambiguous, else in quotes. */
export function coordinateText(value: Json): string {
  const text = textOf(value);
  return plain.test(text) && !text.includes('..') ? text : JSON.stringify(text);
}

export function satisfies(value: Json, condition: Condition): boolean {
  if (condition.kind === 'value') return textOf(value) === condition.text;
  return typeof value === 'number' && value >= condition.from && value <= condition.to;
}

interface Addressable {
  readonly definition: string;
  readonly coords: Readonly<Record<string, Json>>;
}

/** Whether an instance is among those that an address means. */
export function addressMatches(address: Address, instance: Addressable): boolean {
  const { definition, coords } = instance;
  if (definition !== address.name && !definition.startsWith(`${address.name}.`)) return false;
  return address.conditions.every(
    (condition) =>
      Object.hasOwn(coords, condition.axis) && satisfies(coords[condition.axis] ?? null, condition),
  );
}
