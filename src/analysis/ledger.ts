import { decodeSnapshot, encodeSnapshot } from '../numeric/snapshot.js';
import type { StateRecord } from '../numeric/snapshot.js';

/** Where an interrupted analysis finds itself again. */
export interface LedgerCheckpoints {
  latest(): Uint8Array | undefined;
  due(): boolean;
  save(pieces: number, bytes: Uint8Array): void;
}

/** out <- a function of `vector`: a gradient, or a product with a Hessian. Both vectors have one length. */
export type VectorFunction = (out: Float64Array, vector: Float64Array) => unknown;

/**
 * The pieces of a long computation: names, and the numbers that each came to. A computation that is interrupted and
 * started again goes through the same pieces in the same order, and only those that are not in the ledger yet are
 * computed; the numbers are exact, so that the result is the same to the last bit.
 */
export interface Ledger {
  /** The numbers of a piece: those of an earlier try, or else computed now. */
  once(name: string, compute: () => Float64Array): Float64Array;
  /** The same for a piece that takes other threads. */
  onceAsync(name: string, compute: () => Promise<Float64Array>): Promise<Float64Array>;
  /**
   * A piece that calls a costly function many times. Each call is a piece too, until the whole is done and its numbers
   * stand for them all: vectors of all coordinates are too large to keep every one.
   */
  inSteps(name: string, costly: VectorFunction, work: (costly: VectorFunction) => Float64Array): Float64Array;
}

export interface LedgerOptions {
  /** Without them a ledger lasts as long as its process. */
  readonly checkpoints?: LedgerCheckpoints;
  /** After every piece that is computed: how many have been since the very first try. */
  readonly report?: (pieces: number) => void;
}

export function createLedger({ checkpoints, report }: LedgerOptions = {}): Ledger {
  const found = restored(checkpoints?.latest());
  const { entries } = found;
  let { pieces } = found;
  const enter = (name: string, numbers: Float64Array): Float64Array => {
    entries.set(name, numbers);
    report?.(++pieces);
    if (checkpoints?.due()) checkpoints.save(pieces, encodeSnapshot(toRecord(entries, pieces)));
    return numbers;
  };
  const once: Ledger['once'] = (name, compute) => entries.get(name) ?? enter(name, compute());
  return {
    once,
    onceAsync: async (name, compute) => entries.get(name) ?? enter(name, await compute()),
    inSteps: (name, costly, work) =>
      once(name, () => {
        let calls = 0;
        const result = work((out, vector) => {
          const compute = (): Float64Array => {
            costly(out, vector);
            return out.slice();
          };
          out.set(once(`${name}, call ${++calls}`, compute));
        });
        for (; calls > 0; calls--) entries.delete(`${name}, call ${calls}`);
        return result;
      }),
  };
}

type Entries = Map<string, Float64Array>;

function toRecord(entries: Entries, pieces: number): StateRecord {
  return { pieces, entries: Object.fromEntries(entries) };
}

/** Empty when there is nothing to go on from. */
function restored(bytes: Uint8Array | undefined): { readonly entries: Entries; readonly pieces: number } {
  const record = bytes && decodeSnapshot(bytes);
  if (record === undefined) return { entries: new Map(), pieces: 0 };
  return {
    entries: new Map(Object.entries(record.entries as Record<string, Float64Array>)),
    pieces: record.pieces as number,
  };
}
