import type { Part } from './model.js';
import type { InputSource } from './plan.js';

/** Several sources of one input are one gather. */
export function together(before: InputSource | undefined, source: InputSource): InputSource {
  if (before?.kind !== 'gather' || source.kind !== 'gather') return source;
  return { kind: 'gather', rows: [...before.rows, ...source.rows] };
}

/** The rows of one of them, with its name as a coordinate. */
export function partOf(source: InputSource, { axis, name }: Part): InputSource {
  if (source.kind === 'edge') return source;
  return {
    kind: 'gather',
    rows: source.rows.map((row) => ({ ...row, coords: { ...row.coords, [axis]: name } })),
  };
}

/** A gather of one row. */
export function asGather({ from, output }: { readonly from: number; readonly output: string }): InputSource {
  return { kind: 'gather', rows: [{ coords: {}, from, output }] };
}
