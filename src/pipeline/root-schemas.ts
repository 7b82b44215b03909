import { componentSchema } from './schema-component.js';
import { signatureSchema } from './schema-module.js';
import { pipelineSchema } from './schema.js';
import { foreignInputSchema } from './schema-stages.js';
import { paramsSchema } from './schema-with.js';
import type { Schema } from './schema-words.js';
import type { Signatures } from './signatures.js';
import type { StageSignature } from './stage.js';

/** Everything that is checked against a schema known when ticketlab is built: the schemas, made when asked for. */
export function rootSchemas(signatures: Signatures): Map<string, () => Schema> {
  const roots = new Map<string, () => Schema>([
    ['pipeline', () => pipelineSchema(signatures)],
    ['component', () => componentSchema(signatures)],
    [moduleName, () => signatureSchema],
    ...[true, false].map((gather) => [inputName(gather), () => foreignInputSchema(gather)] as const),
  ]);
  for (const signature of signatures.values())
    for (const variant of [undefined, ...Object.keys(signature.variants?.of ?? {})])
      roots.set(paramsName(signature, variant), () => paramsSchema(signature, variant));
  return roots;
}

/** The name of the schema of what a module exports. */
export const moduleName = 'module';

/** The name of the schema of an input of a program, a component or a module. */
export function inputName(gather: boolean): string {
  return gather ? 'gather-input' : 'input';
}

/** The name of the schema of a stage type's evaluated parameters. */
export function paramsName({ type }: Pick<StageSignature, 'type'>, variant: string | undefined): string {
  return variant === undefined ? `params:${type}` : `params:${type}:${variant}`;
}
