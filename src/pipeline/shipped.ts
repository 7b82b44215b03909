import { createHash } from 'node:crypto';
import { prepare } from './checkers.js';
import { stamp, validators } from './precompiled.js';
import { readSignatures, type Signatures } from './signatures.js';

/**
 * The signatures of the stage types that come with ticketlab, with the validators that were written for them. Where
 * the two do not belong together (a changed stage type, not built yet), validators are compiled as they are needed.
 *
 * @param text schemas/stages.schema.json.
 */
export function shippedSignatures(text: string): Signatures {
  const signatures = readSignatures(JSON.parse(text));
  if (createHash('sha256').update(text).digest('hex') === stamp) prepare(signatures, validators);
  return signatures;
}
