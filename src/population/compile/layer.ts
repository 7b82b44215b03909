import type { Layer } from '../../networks/network.js';
import { ROW_BYTES } from '../../numeric/kernels/contract.js';
import type { Layout } from '../../numeric/layout.js';
import type { Mask } from '../../numeric/mask.js';
import type { ActivationBuffer } from './buffer.js';
import { pairCost, singleCost } from './cost.js';
import type { Choose } from './cost.js';
import { sitesOf } from './sites.js';
import type { Site } from './sites.js';
import { countTaps, splitTaps, writePair, writeSingle } from './tap-lists.js';
import type { LayerWeights, PairTaps, TapWriter } from './tap-lists.js';

export interface LayerToCompile {
  readonly layer: Layer;
  readonly layout: Layout;
  readonly mask: Mask;
  /** Which outputs (flat, channel-last) somebody reads. */
  readonly live: Uint8Array;
  readonly input: ActivationBuffer;
  readonly output: ActivationBuffer;
  readonly writer: TapWriter;
  readonly choose: Choose;
}

export interface CompiledLayer {
  /** Records of units, as in the kernels' contract. */
  readonly units: { readonly pair: number[]; readonly single: number[] };
  /** Which inputs (flat, channel-last) the live outputs read. */
  readonly liveInputs: Uint8Array;
  readonly cost: number;
}

/** Finds the sums of one layer. Sites come first and outputs within them, so that a window stays in the cache. */
export function compileLayer(options: LayerToCompile): CompiledLayer {
  const { layer, live, input } = options;
  const { sites, tapRow } = sitesOf(layer, input);
  const weights = weightsOf(options, tapRow);
  const liveInputs = new Uint8Array(input.rowOf.length);
  const lists = listsOf(options, weights);
  const units = { pair: [] as number[], single: [] as number[] };
  let cost = 0;
  sites.forEach((site, place) => {
    for (let a = 0; a < layer.outputs; a += 2) {
      const liveA = live[place * layer.outputs + a] === 1;
      const liveB = a + 1 < layer.outputs && live[place * layer.outputs + a + 1] === 1;
      if (!liveA && !liveB) continue;
      const found = lists(site, a);
      const record = { options, site, place, a };
      if (liveA && liveB && found.pairIsBetter) cost += addPair(units.pair, record, found);
      else {
        if (liveA) cost += addSingle(units.single, record, found, a);
        if (liveB) cost += addSingle(units.single, record, found, a + 1);
      }
      markReads(liveInputs, site, found.taps, { liveA, liveB });
    }
  });
  return { units, liveInputs, cost };
}

/** The tap lists of two partners at sites with one and the same border, written when first asked for. */
interface Lists {
  readonly taps: PairTaps;
  readonly pairIsBetter: boolean;
  readonly single: (output: number) => number;
  readonly pair: () => number;
}

interface UnitRecord {
  readonly options: LayerToCompile;
  readonly site: Site;
  readonly place: number;
  readonly a: number;
}

const isPooled = (layer: Layer): boolean => layer.kind === 'conv' && layer.pool;

function weightsOf({ layer, layout, mask }: LayerToCompile, tapRow: Int32Array): LayerWeights {
  const offset = (kind: string): number =>
    layout.tensors.find((tensor) => tensor.module === layer.name && tensor.kind === kind)!.offset;
  return { outputs: layer.outputs, kernelOffset: offset('kernel'), biasOffset: offset('bias'), mask, tapRow };
}

function listsOf(options: LayerToCompile, weights: LayerWeights): (site: Site, a: number) => Lists {
  const { writer, choose, layer } = options;
  const known = new Map<Uint32Array, Lists[]>();
  const makeLists = (site: Site, a: number): Lists => {
    const taps = splitTaps(weights, a, site);
    const singles: number[] = [];
    let pair: number | undefined;
    return {
      taps,
      pairIsBetter: choose(isPooled(layer), countTaps(taps)) === 'pair',
      single: (output) => (singles[output - a] ??= writeSingle(writer, weights, output, taps)),
      pair: () => (pair ??= writePair(writer, weights, a, taps)),
    };
  };
  return (site, a) => {
    let lists = known.get(site.taps);
    if (lists === undefined) known.set(site.taps, (lists = []));
    return (lists[a] ??= makeLists(site, a));
  };
}

function addPair(units: number[], record: UnitRecord, lists: Lists): number {
  const { options, site, place, a } = record;
  const { output, layer } = options;
  const at = place * layer.outputs + a;
  units.push(
    output.rowOf[at] * ROW_BYTES,
    output.rowOf[at + 1] * ROW_BYTES,
    site.base * ROW_BYTES,
    lists.pair(),
  );
  return pairCost(isPooled(layer), countTaps(lists.taps));
}

function addSingle(units: number[], record: UnitRecord, lists: Lists, output: number): number {
  const { options, site, place } = record;
  const row = options.output.rowOf[place * options.layer.outputs + output];
  units.push(row * ROW_BYTES, site.base * ROW_BYTES, lists.single(output));
  const { common, ownA, ownB } = lists.taps;
  const taps = common.length + (output % 2 === 0 ? ownA : ownB).length;
  return singleCost(isPooled(options.layer), taps);
}

function markReads(
  liveInputs: Uint8Array,
  site: Site,
  taps: PairTaps,
  { liveA, liveB }: { liveA: boolean; liveB: boolean },
): void {
  const mark = (tap: number): void => {
    for (const input of site.reads(tap)) liveInputs[input] = 1;
  };
  taps.common.forEach(mark);
  if (liveA) taps.ownA.forEach(mark);
  if (liveB) taps.ownB.forEach(mark);
}
