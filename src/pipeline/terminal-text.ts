import type { Json } from '../base/json.js';
import { safeLine } from '../base/safe-text.js';

/** The excerpt of a range, and the carets that go below it. A tab counts as one blank. */
export function caretLine(at: {
  readonly excerpt: string;
  readonly excerptStart: number;
  readonly start: number;
  readonly end: number;
}): { text: string; caret: string } {
  const before = safeLine(at.excerpt.slice(0, at.excerptStart));
  const marked = safeLine(at.excerpt.slice(at.excerptStart, at.excerptStart + at.end - at.start));
  const after = safeLine(at.excerpt.slice(at.excerptStart + at.end - at.start));
  return {
    text: (before + marked + after).trimEnd(),
    caret: ' '.repeat(before.length) + '^'.repeat(Math.max(1, marked.trimEnd().length)),
  };
}

/** A value inside a message: JSON, shortened. */
export function show(value: unknown): string {
  const text = JSON.stringify(value) ?? String(value);
  return text.length > 60 ? `${text.slice(0, 57)}...` : text;
}

/** A value as text: texts as they are, the rest as JSON. */
export function textOf(value: Json | undefined): string {
  return typeof value === 'string' ? value : JSON.stringify(value ?? null);
}

/** "a, b and c"; long lists are cut. */
export function listed(words: readonly string[], limit = 12): string {
  if (words.length === 0) return 'none';
  if (words.length > limit) return `${words.slice(0, limit).join(', ')}, ... (${words.length} in all)`;
  const last = words[words.length - 1] ?? '';
  return words.length === 1 ? last : `${words.slice(0, -1).join(', ')} and ${last}`;
}

/** The steps of a long way without its middle. */
export function folded(steps: readonly string[], limit = 8): string[] {
  if (steps.length <= limit) return [...steps];
  const ends = Math.ceil(limit / 2) - 1;
  return [...steps.slice(0, ends), `... ${steps.length - 2 * ends} more ...`, ...steps.slice(-ends)];
}

/** What kind of value this is, for "must be a list, not a number". */
export function kindOf(value: Json | undefined): string {
  if (value === null || value === undefined) return 'nothing';
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'object') return 'a mapping';
  if (typeof value === 'string') return `the text ${show(value)}`;
  return `${show(value)}`;
}
