import { UserError } from '../base/result.js';
import { permutation } from '../numeric/rng.js';
import type { StreamKey } from '../numeric/rng.js';
import { decodeSnapshot, encodeSnapshot } from '../numeric/snapshot.js';
import type { StateRecord } from '../numeric/snapshot.js';
import { packRows, unpackRows } from '../numeric/snapshot-rows.js';
import { metricsColumnNames } from './metrics.js';
import type { MetricsRow } from './metrics.js';
import type { Optimizer } from './optimizers.js';
import { learningRateAt } from './schedule.js';
import type { Schedule } from './schedule.js';

/** Where an interrupted training finds itself again. */
export interface TrainingCheckpoints {
  latest(): Uint8Array | undefined;
  due(): boolean;
  save(step: number, bytes: Uint8Array): void;
}

export interface Training {
  /** Where the weights start, flat; 0 at pruned entries. */
  readonly start: Float64Array;
  readonly optimizer: Optimizer;
  readonly schedule: Schedule;
  /** Share of a weight, times the learning rate, that a step takes off it beside the optimizer's own step. */
  readonly weightDecay: number;
  /** Training images, and how many a step looks at. Every epoch sees each image once; its last batch may be smaller. */
  readonly images: number;
  readonly batch: number;
  readonly shuffling: StreamKey;
  /** Writes the gradient of the mean loss on a minibatch, 0 at pruned entries; returns that loss. */
  readonly gradient: (out: Float64Array, weights: Float64Array, indices: Uint32Array) => number;
  /** Steps between two tests; the last step has one too. */
  readonly testEvery: number;
  readonly measure: (weights: Float64Array) => Promise<{ readonly accuracy: number; readonly loss: number }>;
  /** Share of the prunable weights that exist. */
  readonly remaining: number;
  /** Steps after which the weights are kept. */
  readonly keepAt: readonly number[];
  readonly checkpoints: TrainingCheckpoints;
  /** After every step; with the latest test accuracy, NaN before the first. */
  readonly report: (step: number, testAccuracy: number) => void;
}

export interface Trained {
  readonly weights: Float64Array;
  readonly rows: readonly MetricsRow[];
  /** The weights kept, by the number of steps done. */
  readonly kept: ReadonlyMap<number, Float64Array>;
}

/** All that a training knows between two steps. */
interface Progress {
  readonly weights: Float64Array;
  readonly optimizer: StateRecord;
  /** Steps done. */
  step: number;
  readonly rows: MetricsRow[];
  /** Sum of the losses of the images seen since the last row, and their number. */
  lossSum: number;
  lossImages: number;
  readonly kept: Map<number, Float64Array>;
}

/**
 * Trains from the newest checkpoint, or from the start. The result does not depend on where a training was
 * interrupted and taken up again.
 *
 * @throws UserError when a loss is not finite, be it of a minibatch or measured
 */
export async function train(training: Training): Promise<Trained> {
  const { schedule, testEvery, checkpoints, keepAt, report } = training;
  const progress = restored(checkpoints.latest()) ?? fresh(training);
  const takeStep = stepper(training);
  while (progress.step < schedule.steps) {
    const norm = takeStep(progress);
    const done = ++progress.step;
    if (keepAt.includes(done)) progress.kept.set(done, progress.weights.slice());
    if (done % testEvery === 0 || done === schedule.steps) await addRow(progress, norm, training);
    report(done, progress.rows.at(-1)?.test_accuracy ?? NaN);
    if (checkpoints.due()) checkpoints.save(done, encodeSnapshot(toRecord(progress)));
  }
  return { weights: progress.weights, rows: progress.rows, kept: progress.kept };
}

function fresh({ start, optimizer }: Training): Progress {
  return {
    weights: start.slice(),
    optimizer: optimizer.init(start.length),
    step: 0,
    rows: [],
    lossSum: 0,
    lossImages: 0,
    kept: new Map(),
  };
}

/** One step of the optimizer on the minibatch that is due; returns the norm of the gradient. */
function stepper(training: Training): (progress: Progress) => number {
  const { optimizer, schedule, weightDecay } = training;
  const minibatch = minibatches(training);
  const gradient = new Float64Array(training.start.length);
  return (progress) => {
    const { weights, step } = progress;
    const indices = minibatch(step);
    const loss = training.gradient(gradient, weights, indices);
    const norm = Math.sqrt(gradient.reduce((sum, value) => sum + value * value, 0));
    if (!Number.isFinite(loss)) throw diverged(training, `the loss is ${loss}`, progress);
    if (!Number.isFinite(norm)) throw diverged(training, 'the gradient is not finite', progress);
    progress.lossSum += loss * indices.length;
    progress.lossImages += indices.length;
    const learningRate = learningRateAt(schedule, step);
    const shrink = 1 - learningRate * weightDecay;
    if (weightDecay > 0) for (let i = 0; i < weights.length; i++) weights[i] *= shrink;
    optimizer.step(progress.optimizer, weights, { gradient, learningRate, earlier: step });
    return norm;
  };
}

/** The images of a step: every epoch in an order of its own, which follows from its number alone. */
function minibatches({ images, batch, shuffling }: Training): (step: number) => Uint32Array {
  const perEpoch = stepsPerEpoch(images, batch);
  const order = new Uint32Array(images);
  let shuffled = -1;
  return (step) => {
    const epoch = Math.floor(step / perEpoch);
    if (epoch !== shuffled) permutation(order, shuffling, epoch);
    shuffled = epoch;
    const from = (step % perEpoch) * batch;
    return order.subarray(from, Math.min(from + batch, images));
  };
}

export const stepsPerEpoch = (images: number, batch: number): number => Math.ceil(images / batch);

async function addRow(progress: Progress, norm: number, training: Training): Promise<void> {
  const { schedule, images, batch, remaining } = training;
  const { weights, step, lossSum, lossImages } = progress;
  const { accuracy, loss } = await training.measure(weights);
  // A minibatch is looked at before its step, so that nothing else sees where the last step has led.
  if (!Number.isFinite(loss))
    throw diverged(training, `the test loss is ${loss}`, { step, epochOf: step - 1 });
  progress.rows.push({
    step,
    epoch: step / stepsPerEpoch(images, batch),
    remaining,
    train_loss: lossSum / lossImages,
    test_accuracy: accuracy,
    test_loss: loss,
    learning_rate: learningRateAt(schedule, step - 1),
    gradient_norm: norm,
  });
  progress.lossSum = 0;
  progress.lossImages = 0;
}

/** @param epochOf the step whose epoch is told, from 0; the one that is due unless given */
function diverged(
  { schedule, images, batch }: Training,
  what: string,
  { step, epochOf = step }: { readonly step: number; readonly epochOf?: number },
): UserError {
  const epoch = Math.floor(epochOf / stepsPerEpoch(images, batch)) + 1;
  return new UserError(
    `${what} after ${step} ${step === 1 ? 'step' : 'steps'} (in epoch ${epoch}): the training has diverged. Try a smaller learning_rate (it is ${schedule.from}), or check the weights that it starts from`,
  );
}

function toRecord({ weights, optimizer, step, rows, lossSum, lossImages, kept }: Progress): StateRecord {
  return {
    weights,
    optimizer,
    step,
    cells: packRows(rows, metricsColumnNames),
    lossSum,
    lossImages,
    kept: Object.fromEntries([...kept].map(([at, values]) => [`after ${at}`, values])),
  };
}

/** Undefined when there is nothing to go on from: then the training starts anew. */
function restored(bytes: Uint8Array | undefined): Progress | undefined {
  const record = bytes && decodeSnapshot(bytes);
  if (record === undefined) return undefined;
  const kept = Object.entries(record.kept as Record<string, Float64Array>);
  return {
    weights: record.weights as Float64Array,
    optimizer: record.optimizer as StateRecord,
    step: record.step as number,
    rows: unpackRows(record.cells as Float64Array, metricsColumnNames),
    lossSum: record.lossSum as number,
    lossImages: record.lossImages as number,
    kept: new Map(kept.map(([name, values]) => [Number(name.slice('after '.length)), values])),
  };
}
