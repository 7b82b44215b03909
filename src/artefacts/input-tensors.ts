import { UserError } from '../base/result.js';
import type { Artefact } from '../pipeline/stage.js';
import { decodeTensors } from './tensors.js';
import type { DecodedTensors, TensorName } from './tensors.js';

/**
 * `decodeTensors` of an input of a stage.
 *
 * @param name what the stage calls the input: what is wrong is said of it
 * @throws UserError
 */
export function inputTensors<Required extends TensorName = never>(
  name: string,
  artefact: Pick<Artefact, 'bytes'>,
  ...required: readonly Required[]
): DecodedTensors<Required> {
  try {
    return decodeTensors(artefact.bytes(), ...required);
  } catch (error) {
    if (error instanceof UserError) throw new UserError(`input ${name}: ${error.message}`);
    throw error;
  }
}
