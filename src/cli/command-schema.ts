import { pipelineSchema } from '../pipeline/schema.js';
import { exitCodes } from './exit-codes.js';
import { loadSignatures } from './plan-options.js';
import { wire } from './wire.js';

/** Prints the schema that pipeline files are checked against. */
export function schemaCommand(): number {
  process.stdout.write(`${JSON.stringify(pipelineSchema(loadSignatures(wire())), null, 2)}\n`);
  return exitCodes.ok;
}
