import { componentSchema } from '../pipeline/schema-component.js';
import { pipelineSchema } from '../pipeline/schema.js';
import { exitCodes } from './exit-codes.js';
import { loadSignatures } from './plan-options.js';
import { wire } from './wire.js';

const schemas = { pipeline: pipelineSchema, component: componentSchema };
export type SchemaKind = keyof typeof schemas;

/** Prints the schema that files of a kind are checked against. */
export function schemaCommand(kind: SchemaKind): number {
  process.stdout.write(`${JSON.stringify(schemas[kind](loadSignatures(wire())), null, 2)}\n`);
  return exitCodes.ok;
}
