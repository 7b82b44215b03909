import type { Layer } from '../../networks/network.js';
import { ROW_BYTES } from '../../numeric/kernels/contract.js';
import type { Layout } from '../../numeric/layout.js';
import type { Mask } from '../../numeric/mask.js';
import type { ActivationBuffer } from './buffer.js';
import { pairCost, singleCost } from './cost.js';
import type { Choose } from './cost.js';
import { sitesOf } from './sites.js';
import type { LayerSites, Site } from './sites.js';
import { countTaps, splitTaps, writePair, writeSingle } from './tap-lists.js';
import type { LayerWeights, PairTaps, TapWriter } from './tap-lists.js';

/** A layer with its place in the network, before units are made. */
export interface LayerPlan {
  readonly layer: Layer;
  readonly sites: LayerSites['sites'];
  readonly weights: LayerWeights;
  readonly input: ActivationBuffer;
  readonly output: ActivationBuffer;
  readonly pooled: boolean;
}

export interface LayerPlace {
  readonly layout: Layout;
  readonly mask: Mask;
  readonly input: ActivationBuffer;
  readonly output: ActivationBuffer;
}

export function planLayer(layer: Layer, { layout, mask, input, output }: LayerPlace): LayerPlan {
  const { sites, tapRow } = sitesOf(layer, input);
  const offset = (kind: string): number =>
    layout.tensors.find((tensor) => tensor.module === layer.name && tensor.kind === kind)!.offset;
  const weights = {
    outputs: layer.outputs,
    kernelOffset: offset('kernel'),
    biasOffset: offset('bias'),
    mask,
    tapRow,
  };
  return { layer, sites, weights, input, output, pooled: layer.kind === 'conv' && layer.pool };
}

const hasTap = ({ mask, kernelOffset, outputs }: LayerWeights, tap: number, output: number): boolean =>
  mask[kernelOffset + tap * outputs + output] === 1;

/** Which inputs (flat, channel-last) the live outputs read. */
export function liveInputs({ sites, weights, input }: LayerPlan, live: Uint8Array): Uint8Array {
  const { outputs } = weights;
  const read = new Uint8Array(input.rowOf.length);
  sites.forEach((site, place) => {
    for (const tap of site.taps) {
      let wanted = false;
      for (let output = 0; output < outputs && !wanted; output++)
        wanted = live[place * outputs + output] === 1 && hasTap(weights, tap, output);
      if (wanted) for (const at of site.reads(tap)) read[at] = 1;
    }
  });
  return read;
}

/** Which live outputs depend on the image: the others have no taps, or only taps on activations that do not. */
export function varyingOutputs(plan: LayerPlan, live: Uint8Array, varyingInputs: Uint8Array): Uint8Array {
  const { sites, weights } = plan;
  const { outputs } = weights;
  const varies = new Uint8Array(sites.length * outputs);
  sites.forEach((site, place) => {
    for (const tap of site.taps) {
      if (!site.reads(tap).some((at) => varyingInputs[at] === 1)) continue;
      for (let output = 0; output < outputs; output++)
        if (hasTap(weights, tap, output)) varies[place * outputs + output] = live[place * outputs + output];
    }
  });
  return varies;
}

/** Records of units, as in the kernels' contract. */
export interface Units {
  readonly pair: number[];
  readonly single: number[];
  /** For the single kernel: what is the same for every image, so that once for a candidate is enough. */
  readonly constant: number[];
  /** Estimated processor operations for a block. */
  cost: number;
}

/** Makes the units of a layer. Sites come first and outputs within them, so that a window stays in the cache. */
export function makeUnits(
  plan: LayerPlan,
  flags: { readonly live: Uint8Array; readonly varies: Uint8Array },
  writer: TapWriter,
  choose: Choose,
): Units {
  const { sites, weights } = plan;
  const lists = listsOf(plan, writer, choose);
  const units: Units = { pair: [], single: [], constant: [], cost: 0 };
  sites.forEach((site, place) => {
    for (let a = 0; a < weights.outputs; a += 2) {
      const at = place * weights.outputs + a;
      const both = a + 1 < weights.outputs && flags.varies[at] === 1 && flags.varies[at + 1] === 1;
      if (both && lists(site, a).pairIsBetter) addPair(units, plan, { site, at }, lists(site, a));
      else
        for (let output = a; output < Math.min(a + 2, weights.outputs); output++)
          if (flags.live[at - a + output] === 1) {
            const isConstant = flags.varies[at - a + output] === 0;
            addSingle(units, plan, { site, at: at - a + output, isConstant }, lists(site, a));
          }
    }
  });
  return units;
}

/** The tap lists of two partners at sites with one and the same border, written when first asked for. */
interface Lists {
  readonly taps: PairTaps;
  readonly pairIsBetter: boolean;
  readonly single: (output: number) => number;
  readonly pair: () => number;
}

function listsOf(plan: LayerPlan, writer: TapWriter, choose: Choose): (site: Site, a: number) => Lists {
  const { weights, pooled } = plan;
  const known = new Map<Uint32Array, Lists[]>();
  const makeLists = (site: Site, a: number): Lists => {
    const taps = splitTaps(weights, a, site);
    const singles: number[] = [];
    let pair: number | undefined;
    return {
      taps,
      pairIsBetter: choose(pooled, countTaps(taps)) === 'pair',
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

function addPair(
  units: Units,
  plan: LayerPlan,
  { site, at }: { site: Site; at: number },
  lists: Lists,
): void {
  const { rowOf } = plan.output;
  units.pair.push(rowOf[at] * ROW_BYTES, rowOf[at + 1] * ROW_BYTES, site.base * ROW_BYTES, lists.pair());
  units.cost += pairCost(plan.pooled, countTaps(lists.taps));
}

function addSingle(
  units: Units,
  plan: LayerPlan,
  { site, at, isConstant }: { site: Site; at: number; isConstant: boolean },
  lists: Lists,
): void {
  const output = at % plan.weights.outputs;
  const { common, ownA, ownB } = lists.taps;
  const records = isConstant ? units.constant : units.single;
  records.push(plan.output.rowOf[at] * ROW_BYTES, site.base * ROW_BYTES, lists.single(output));
  if (!isConstant)
    units.cost += singleCost(plan.pooled, common.length + (output % 2 === 0 ? ownA : ownB).length);
}
