import { log } from '../../numeric/math.js';
import type { VectorFunction } from '../ledger.js';
import type { SymmetricOperator } from '../spectrum/operator.js';
import type { Group } from './layer-curvature.js';
import type { Measure, Value } from './measure.js';
import { retainedOf } from './radius.js';
import type { Sharpness } from './sharpness.js';

export interface FlatnessSettings {
  /** Antithetic pairs of every measure. */
  readonly pairs: number;
  /** Absolute standard deviations, ascending. */
  readonly sigmas: readonly number[];
  /** Standard deviations relative to each layer's weights, ascending. */
  readonly rhos: readonly number[];
  /** Scales that are measured between two of the grid to find the radius more exactly. */
  readonly refinements: number;
  /** Length h of the steps of directional curvatures. */
  readonly step: number;
  /** Directions whose curvature is also told by the Hessian. */
  readonly paired: number;
  /** Directions whose second difference is also told by gradients along the line. */
  readonly lines: number;
}

/** Where flatness is measured, on the searched coordinates. */
export interface Spot {
  readonly measure: Measure;
  readonly centre: Float64Array;
  readonly value: Value;
  /** Number of classes: what knowing nothing is worth. */
  readonly classes: number;
  /** Scale of each coordinate's layer. */
  readonly relative: Float64Array;
  /** Of the search distribution, where there is one. */
  readonly std: Float64Array | undefined;
  readonly hessian: SymmetricOperator;
  readonly gradient: VectorFunction;
  /** Diagonal of the Gauss-Newton matrix. */
  readonly diagonal: Float64Array;
  /** Coordinates of each tensor. */
  readonly groups: readonly Group[];
}

/** One row of the table behind curves of sharpness; NaN where a measure does not exist. */
export interface SharpnessRow {
  readonly measure: 'absolute' | 'relative';
  readonly scale: number;
  /** False on the grid that was asked for, true for scales in between that were added to find the radius. */
  readonly refined: boolean;
  readonly pairs: number;
  readonly loss_increase: number;
  readonly loss_increase_se: number;
  readonly error_increase: number;
  readonly error_increase_se: number;
  /** 2 S / sigma^2: the trace of the Hessian for small sigma, but for kinks. */
  readonly curvature: number;
  /** Of the paired directions: how much larger it is than z'Hz, as a share. */
  readonly kink_gap: number;
  readonly kink_gap_se: number;
  /** What is left of accuracy, and of cross-entropy, above chance. */
  readonly retained_accuracy: number;
  readonly retained_loss: number;
}

/** In the order of the table, with their types. */
export const sharpnessColumns: Readonly<Record<keyof SharpnessRow, 'bool' | 'double' | 'int' | 'string'>> = {
  ...{ measure: 'string', scale: 'double', refined: 'bool', pairs: 'int' },
  ...{ loss_increase: 'double', loss_increase_se: 'double' },
  ...{ error_increase: 'double', error_increase_se: 'double' },
  ...{ curvature: 'double', kink_gap: 'double', kink_gap_se: 'double' },
  ...{ retained_accuracy: 'double', retained_loss: 'double' },
};

/** What is left of accuracy and of cross-entropy. */
export function retained({ value, classes }: Spot, scale: number, measured: Sharpness) {
  const of = (quantity: 'error' | 'loss', chance: number) =>
    retainedOf(scale, measured[quantity], { centre: value[quantity], chance });
  return { error: of('error', 1 - 1 / classes), loss: of('loss', log(classes)) };
}

export function rowOf(
  spot: Spot,
  at: Pick<SharpnessRow, 'measure' | 'scale' | 'refined' | 'pairs'>,
  measured: Sharpness,
): Omit<SharpnessRow, 'curvature' | 'kink_gap' | 'kink_gap_se'> {
  const left = retained(spot, at.scale, measured);
  return {
    ...at,
    loss_increase: measured.loss.mean,
    loss_increase_se: measured.loss.standardError,
    error_increase: measured.error.mean,
    error_increase_se: measured.error.standardError,
    retained_accuracy: left.error.mean,
    retained_loss: left.loss.mean,
  };
}
