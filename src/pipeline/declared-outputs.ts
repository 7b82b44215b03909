import type { Json } from '../base/json.js';
import type { OutputSignature, StageSignature } from './stage.js';

/** Names of the outputs that a stage has with these parameters, sorted. */
export function declaredOutputs(
  signature: Pick<StageSignature, 'outputs'>,
  params: Readonly<Record<string, Json>>,
): string[] {
  return Object.entries(signature.outputs)
    .filter(([, output]) => outputApplies(output, params))
    .map(([name]) => name)
    .sort();
}

/** Whether an output is there with these parameters: always, unless it has a `when`. */
export function outputApplies(output: OutputSignature, params: Readonly<Record<string, Json>>): boolean {
  if (output.when === undefined) return true;
  const value = params[output.when.parameter];
  return typeof value === 'number' && value > output.when.above;
}
