import type { Json } from '../base/json.js';
import type { Runtime, StageSignature } from '../pipeline/stage.js';

/** The class of machine and backend that a stage's parameter `backend` means here. Looks at files only. */
export type GradientClass = (backend: Json | undefined) => string;

type Params = Readonly<Record<string, Json>>;

/**
 * The part of a key that says on what kind of machine a stage's bytes hold: undefined when on all. Node's major version
 * and the processor's architecture decide how floating-point code is compiled; where gradients are computed, the
 * backend and its kernels come to that.
 */
export function runtimeClass(
  signature: Pick<StageSignature, 'type' | 'runtime'>,
  params: Params,
  gradientClass: GradientClass | undefined,
): string | undefined {
  const runtime = runtimeOf(signature.runtime, params);
  if (runtime === 'portable') return undefined;
  if (runtime === 'node') return `node${process.versions.node.split('.')[0]}-${process.arch}`;
  if (gradientClass === undefined)
    throw new Error(`Internal error: nobody says which gradient backend ${signature.type} would use`);
  return gradientClass(params['backend']);
}

function runtimeOf(runtime: StageSignature['runtime'], params: Params): Runtime {
  if (typeof runtime === 'string') return runtime;
  const value = params[runtime.by];
  return typeof value === 'string' && Object.hasOwn(runtime.of, value)
    ? runtime.of[value]!
    : runtime.otherwise;
}
