import type { Network } from '../../networks/network.js';
import { ROW_BYTES } from '../../numeric/kernels/contract.js';
import type { LayerKernelName } from '../../numeric/kernels/contract.js';
import { searchCoordinates } from '../../numeric/mask.js';
import type { Mask } from '../../numeric/mask.js';
import { bufferOf, linearBuffer } from './buffer.js';
import { checkNetwork } from './check.js';
import { cheaper } from './cost.js';
import type { Choose } from './cost.js';
import { liveInputs, makeUnits, planLayer, varyingOutputs } from './layer.js';
import type { LayerPlan } from './layer.js';
import type { TapWriter } from './tap-lists.js';

/** One call of a layer kernel. */
export interface LayerStep {
  readonly kernel: LayerKernelName;
  readonly records: Int32Array;
  readonly count: number;
  /** Buffers it reads and writes, by index. */
  readonly input: number;
  readonly output: number;
  readonly pitchBytes: number;
  readonly floor: number;
}

/** The tanh of rows of a buffer, by their byte offsets. */
export interface TanhStep {
  readonly kernel: 'tanhRows';
  readonly records: Int32Array;
  readonly count: number;
  readonly output: number;
}

export type Step = LayerStep | TanhStep;

/**
 * A network under one mask, compiled: which sums are taken, from where, in which order. Weights are filled in per
 * candidate. Plain data, so that every thread can have it.
 */
export interface Program {
  /** Rows of each activation buffer: the first holds the images, the last the logits. */
  readonly bufferRows: readonly number[];
  /** Taken once for a candidate: activations that are the same for every image. */
  readonly candidateSteps: readonly Step[];
  /** Taken for every block. */
  readonly blockSteps: readonly Step[];
  /** Tap lists (see the kernels' contract) with zeros for weights. */
  readonly taps: Int32Array;
  /** Byte weightBytes[i] of the tap lists is the weight at byte sourceBytes[i] of the float32 search coordinates. */
  readonly weightBytes: Int32Array;
  readonly sourceBytes: Int32Array;
  /** Numbers in an image. */
  readonly inputs: number;
  /** Pixels that some live sum reads and their rows in the image buffer, as byte offsets. */
  readonly pixelBytes: Int32Array;
  readonly pixelRowBytes: Int32Array;
  /** Number of search coordinates. */
  readonly coordinates: number;
  readonly outputs: number;
  /** Estimated processor operations for a block. */
  readonly cost: number;
}

/**
 * Compiles a network for a mask. Walks backwards from the outputs: only activations that some live sum reads are
 * computed; then forwards: those that do not depend on the image are computed once for a candidate. `choose` decides
 * which kernel serves two partner outputs; it does not change results.
 *
 * @throws UserError when the mask does not fit or a layer is beyond the kernels.
 */
export function compileProgram(network: Network, mask: Mask, choose: Choose = cheaper): Program {
  checkNetwork(network, mask);
  const { layers, layout, outputs } = network;
  const buffers = [...layers.map(bufferOf), linearBuffer(outputs)];
  const plans = layers.map((layer, index) =>
    planLayer(layer, { layout, mask, input: buffers[index], output: buffers[index + 1] }),
  );
  /** live[i]: which activations of buffer i somebody reads. */
  const live: Uint8Array[] = [];
  live[layers.length] = new Uint8Array(outputs).fill(1);
  for (let i = layers.length - 1; i >= 0; i--) live[i] = liveInputs(plans[i], live[i + 1]);

  const writer: TapWriter = { words: [], weightWords: [], weightSources: [] };
  const steps: { candidate: Step[]; block: Step[]; cost: number } = { candidate: [], block: [], cost: 0 };
  let varies = live[0];
  plans.forEach((plan, index) => {
    const flags = { live: live[index + 1], varies: varyingOutputs(plan, live[index + 1], varies) };
    const units = makeUnits(plan, flags, writer, choose);
    steps.block.push(
      ...layerSteps(plan, index, { pair: units.pair, single: units.single, rows: flags.varies }),
    );
    const constants = flags.live.map((bit, i) => bit - flags.varies[i]);
    steps.candidate.push(...layerSteps(plan, index, { pair: [], single: units.constant, rows: constants }));
    steps.cost += units.cost;
    varies = flags.varies;
  });

  const coordinateOf = new Int32Array(mask.length).fill(-1);
  const coordinates = searchCoordinates(mask);
  coordinates.forEach((flat, coordinate) => (coordinateOf[flat] = coordinate));
  const pixels = flagged(live[0]);
  return {
    bufferRows: buffers.map((buffer) => buffer.rows),
    candidateSteps: steps.candidate,
    blockSteps: steps.block,
    taps: Int32Array.from(writer.words),
    weightBytes: Int32Array.from(writer.weightWords, (word) => word * 4),
    sourceBytes: Int32Array.from(writer.weightSources, (flat) => coordinateOf[flat] * 4),
    inputs: network.inputs,
    pixelBytes: pixels.map((pixel) => pixel * 4),
    pixelRowBytes: pixels.map((pixel) => buffers[0].rowOf[pixel] * ROW_BYTES),
    coordinates: coordinates.length,
    outputs,
    cost: steps.cost,
  };
}

interface StepRecords {
  readonly pair: readonly number[];
  readonly single: readonly number[];
  /** Flags of the activations that these steps write. */
  readonly rows: Uint8Array;
}

function layerSteps(plan: LayerPlan, index: number, { pair, single, rows }: StepRecords): Step[] {
  const output = index + 1;
  const step = (kernel: LayerKernelName, words: readonly number[], wordsPerUnit: number): LayerStep => ({
    kernel,
    records: Int32Array.from(words),
    count: words.length / wordsPerUnit,
    input: index,
    output,
    pitchBytes: plan.input.pitch * ROW_BYTES,
    floor: plan.layer.activation === 'relu' ? 0 : -Infinity,
  });
  const steps: Step[] = [];
  if (pair.length > 0) steps.push(step(plan.pooled ? 'pooledPair' : 'plainPair', pair, 4));
  if (single.length > 0) steps.push(step(plan.pooled ? 'pooledSingle' : 'plainSingle', single, 3));
  if (plan.layer.activation === 'tanh') {
    const records = flagged(rows).map((at) => plan.output.rowOf[at] * ROW_BYTES);
    if (records.length > 0) steps.push({ kernel: 'tanhRows', records, count: records.length, output });
  }
  return steps;
}

/** Indices of the flags that are set, ascending. */
function flagged(flags: Uint8Array): Int32Array {
  return Int32Array.from(flags.keys()).filter((at) => flags[at] === 1);
}
