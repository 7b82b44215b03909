import { decodeSnapshot, encodeSnapshot } from '../numeric/snapshot.js';
import type { StateRecord } from '../numeric/snapshot.js';
import { packRows, unpackRows } from '../numeric/snapshot-rows.js';
import { evolve } from './evolve.js';
import type { Evolution } from './evolve.js';
import { adaptationColumns, countNonfinite, fitnessColumns, metricsColumnNames } from './metrics.js';
import type { Measured, MetricsRow } from './metrics.js';
import type { SearchSpace } from './search-space.js';
import type { Distribution, StrategyState } from './strategy.js';

/** Where an interrupted training finds itself again. */
export interface TrainingCheckpoints {
  latest(): Uint8Array | undefined;
  due(): boolean;
  save(generation: number, bytes: Uint8Array): void;
}

export interface Training {
  readonly space: SearchSpace;
  readonly evolution: Evolution;
  /** Generations between two evaluations of the mean; the first and the last generation have one too. */
  readonly testEvery: number;
  /** Share of the prunable weights that exist. */
  readonly remaining: number;
  /** Measures flat weights on all test images and, where there are any, on the held-out training images. */
  readonly measure: (
    weights: Float64Array,
  ) => Promise<{ readonly test: Measured; readonly validation?: Measured }>;
  readonly checkpoints: TrainingCheckpoints;
  /** After every generation; with the latest accuracy of the mean. */
  readonly report: (generation: number, testAccuracy: number) => void;
}

/** A search distribution on the flat layout: 0 where the mask says pruned. */
export interface TrainedDistribution extends Distribution {
  /** Generations done. */
  readonly generation: number;
}

export interface Trained {
  readonly final: TrainedDistribution;
  /** The evaluated distribution with the highest accuracy on the held-out images, where there are any. */
  readonly best: TrainedDistribution | undefined;
  readonly rows: readonly MetricsRow[];
}

/** All that a training knows between two generations. */
interface Progress {
  readonly state: StrategyState;
  readonly rows: readonly MetricsRow[];
  readonly nonfinite: number;
  readonly best: Best | undefined;
}

type Best = {
  readonly generation: number;
  readonly accuracy: number;
  readonly mean: Float64Array;
  readonly std: Float64Array;
};

/**
 * Trains from the newest checkpoint, or from the start. The result does not depend on where a training was
 * interrupted and taken up again.
 *
 * @throws UserError when no candidate of a generation has a finite fitness
 */
export async function train(training: Training): Promise<Trained> {
  const { space, evolution, testEvery, checkpoints, report } = training;
  const { strategy, generations } = evolution;
  const stored = restored(checkpoints.latest());
  let progress: Progress = stored ?? {
    state: strategy.init(space.start),
    rows: [],
    nonfinite: 0,
    best: undefined,
  };
  for await (const { state, fitness } of evolve(progress.state, evolution)) {
    progress = { ...progress, state, nonfinite: progress.nonfinite + countNonfinite(fitness) };
    const done = state.generation;
    if (done === 1 || done % testEvery === 0 || done === generations)
      progress = await evaluated(progress, fitness, training);
    report(done, progress.rows.at(-1)?.test_accuracy ?? NaN);
    if (checkpoints.due()) checkpoints.save(done, encodeSnapshot(toRecord(progress)));
  }
  const { state, rows, best } = progress;
  const onLayout = ({ mean, std }: Distribution, generation: number): TrainedDistribution => ({
    mean: space.toFlat(mean),
    std: space.toFlat(std),
    generation,
  });
  return {
    rows,
    final: onLayout(strategy.distribution(state), state.generation),
    best: best && onLayout(best, best.generation),
  };
}

/** With a row more: what the mean is worth now, and whether it is the best so far. */
async function evaluated(progress: Progress, fitness: Float64Array, training: Training): Promise<Progress> {
  const { space, evolution, remaining, measure } = training;
  const { state } = progress;
  const distribution = evolution.strategy.distribution(state);
  const { test, validation } = await measure(space.toFlat(distribution.mean));
  const row: MetricsRow = {
    generation: state.generation,
    remaining,
    ...fitnessColumns(fitness),
    test_accuracy: test.accuracy,
    test_loss: test.loss,
    validation_accuracy: validation?.accuracy ?? NaN,
    validation_loss: validation?.loss ?? NaN,
    ...adaptationColumns(evolution.strategy, state),
    nonfinite_scores: progress.nonfinite,
  };
  const better = validation !== undefined && validation.accuracy > (progress.best?.accuracy ?? -Infinity);
  return {
    ...progress,
    rows: [...progress.rows, row],
    best: better
      ? { generation: state.generation, accuracy: validation.accuracy, ...distribution }
      : progress.best,
  };
}

function toRecord({ state, rows, nonfinite, best }: Progress): StateRecord {
  return { state, cells: packRows(rows, metricsColumnNames), nonfinite, ...(best && { best }) };
}

/** Undefined when there is nothing to go on from: then the training starts anew. */
function restored(bytes: Uint8Array | undefined): Progress | undefined {
  const record = bytes && decodeSnapshot(bytes);
  if (record === undefined) return undefined;
  return {
    state: record.state as StrategyState,
    rows: unpackRows(record.cells as Float64Array, metricsColumnNames),
    nonfinite: record.nonfinite as number,
    best: record.best as Best | undefined,
  };
}
