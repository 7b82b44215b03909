import { ROW_BYTES } from '../../numeric/kernels/contract.js';
import type { TapCounts } from './cost.js';
import type { Site } from './sites.js';

/** The kernel and bias of one layer as lists are made from it. */
export interface LayerWeights {
  readonly outputs: number;
  /** Flat positions of the first entry of the kernel (positions x outputs, row-major) and of the bias. */
  readonly kernelOffset: number;
  readonly biasOffset: number;
  readonly mask: Uint8Array;
  readonly tapRow: Int32Array;
}

/** Tap lists under construction: int32 words, and where weights (float32) go in them, from which flat position. */
export interface TapWriter {
  readonly words: number[];
  readonly weightWords: number[];
  readonly weightSources: number[];
}

/** Taps of two partners in the order of the contract: kernel positions, ascending. */
export interface PairTaps {
  readonly common: readonly number[];
  readonly ownA: readonly number[];
  readonly ownB: readonly number[];
}

const noTaps: readonly number[] = [];

/** Splits the taps of outputs a and a + 1 at a site; an output without a partner has only taps of its own. */
export function splitTaps(layer: LayerWeights, a: number, site: Site): PairTaps {
  const common: number[] = [];
  const ownA: number[] = [];
  const ownB: number[] = [];
  const hasPartner = a + 1 < layer.outputs;
  for (const tap of site.taps) {
    const at = layer.kernelOffset + tap * layer.outputs + a;
    const inA = layer.mask[at] === 1;
    const inB = hasPartner && layer.mask[at + 1] === 1;
    if (inA && inB) common.push(tap);
    else if (inA) ownA.push(tap);
    else if (inB) ownB.push(tap);
  }
  return { common, ownA, ownB };
}

export function countTaps({ common, ownA, ownB }: PairTaps): TapCounts {
  return { common: common.length, ownA: ownA.length, ownB: ownB.length };
}

/** Writes the list of one output for the single kernels; returns its byte offset. */
export function writeSingle(writer: TapWriter, layer: LayerWeights, output: number, taps: PairTaps): number {
  const own = output % 2 === 0 ? taps.ownA : taps.ownB;
  const start = writer.words.length;
  writer.words.push(0);
  weight(writer, layer.biasOffset + output);
  for (const tap of taps.common) tapOf(writer, layer, tap, [output]);
  for (const tap of own) tapOf(writer, layer, tap, [output]);
  writer.words[start] = writer.words.length * 4;
  return start * 4;
}

/** Writes the list of outputs a and a + 1 for the pair kernels; returns its byte offset. */
export function writePair(writer: TapWriter, layer: LayerWeights, a: number, taps: PairTaps): number {
  const { common, ownA, ownB } = taps;
  const start = writer.words.length;
  const turns = Math.min(ownA.length, ownB.length);
  const restIsB = ownB.length > turns;
  writer.words.push(0, 0, 0, restIsB ? 1 : 0);
  weight(writer, layer.biasOffset + a);
  weight(writer, layer.biasOffset + a + 1);
  for (const tap of common) tapOf(writer, layer, tap, [a, a + 1]);
  writer.words[start] = writer.words.length * 4;
  for (let i = 0; i < turns; i++) {
    tapOf(writer, layer, ownA[i], [a]);
    tapOf(writer, layer, ownB[i], [a + 1]);
  }
  writer.words[start + 1] = writer.words.length * 4;
  const rest = restIsB ? ownB : ownA.length > turns ? ownA : noTaps;
  for (let i = turns; i < rest.length; i++) tapOf(writer, layer, rest[i], [restIsB ? a + 1 : a]);
  writer.words[start + 2] = writer.words.length * 4;
  return start * 4;
}

function tapOf(writer: TapWriter, layer: LayerWeights, tap: number, outputs: readonly number[]): void {
  writer.words.push(layer.tapRow[tap] * ROW_BYTES);
  for (const output of outputs) weight(writer, layer.kernelOffset + tap * layer.outputs + output);
}

function weight(writer: TapWriter, source: number): void {
  writer.weightWords.push(writer.words.length);
  writer.weightSources.push(source);
  writer.words.push(0);
}
