import { UserError } from '../base/result.js';
import type { Instance } from '../pipeline/plan.js';
import type { StageSignature } from '../pipeline/stage.js';
import { ObjectLostError } from '../store/errors.js';
import type { Outputs } from '../store/record.js';
import { materialise, type ResultFolder } from './materialise.js';

export interface Delivery extends ResultFolder {
  readonly signature: (instance: Instance) => StageSignature;
  /** Undefined while it has none. */
  readonly made: (index: number) => { readonly key: string; readonly outputs: Outputs } | undefined;
  readonly written: (path: string) => void;
  /** @returns false when the figure was lost before and cannot be made again. */
  readonly lost: (index: number, message: string) => boolean;
  readonly failed: (index: number, message: string) => void;
}

/** Copies the figures that were asked for. @returns true when one of them was lost and is to be made again. */
export function deliver(delivery: Delivery): boolean {
  const { plan, written, lost, failed } = delivery;
  for (const index of plan.targets) {
    const instance = plan.instances[index]!;
    if (!hasFigures(delivery.signature(instance))) continue;
    const made = delivery.made(index);
    if (!made) continue;
    try {
      for (const path of materialise(instance, made, delivery)) written(path);
    } catch (error) {
      if (error instanceof ObjectLostError && lost(index, error.message)) return true;
      if (!(error instanceof UserError || error instanceof ObjectLostError)) throw error;
      failed(index, error.message);
    }
  }
  return false;
}

/** Most stages have none, and their results need not be read for that. */
function hasFigures({ outputs }: StageSignature): boolean {
  for (const name in outputs) if (outputs[name]!.type === 'figure') return true;
  return false;
}
