import type { StageSignature } from '../pipeline/stage.js';

/**
 * The part of a key that says on what kind of machine a stage's bytes hold: undefined when on all. Node's major version
 * and the processor's architecture decide how floating-point code is compiled.
 */
export function runtimeClass(runtime: StageSignature['runtime']): string | undefined {
  if (runtime === 'portable') return undefined;
  return `node${process.versions.node.split('.')[0]}-${process.arch}`;
}
