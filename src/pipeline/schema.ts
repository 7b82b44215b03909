import { paramSchema } from './schema-params.js';
import { stageDefinitions } from './schema-stages.js';
import { settingsKeys } from './schema-settings.js';
import { closed, expression, identifier, reference, text, type Schema } from './schema-words.js';
import type { Signatures } from './signatures.js';

/**
 * The JSON Schema (draft-07) of pipeline files for these stage types: what editors complete from and what the
 * planner checks with.
 */
export function pipelineSchema(signatures: Signatures): Schema {
  return {
    $schema: 'http://json-schema.org/draft-07/schema#',
    $comment: 'Written by scripts/emit-schemas.mjs from the stage definitions. Do not edit.',
    ...closed('a pipeline', pipelineKeys(), ['ticketlab', 'name', 'stages']),
    definitions: {
      identifier,
      expression,
      param: paramSchema(),
      ...stageDefinitions(signatures),
    },
  };
}

function pipelineKeys(): Record<string, Schema> {
  return {
    ticketlab: { const: 1, description: 'Version of the file format: 1.' },
    name: {
      type: 'string',
      pattern: '^[a-z0-9][a-z0-9_-]{0,63}$',
      patternHint: 'lower-case letters, digits, - and _',
      description: 'Name of the pipeline; its results go to results/<name>/.',
    },
    description: text('What the pipeline is for.'),
    params: named(
      reference('param'),
      'Parameters of the pipeline: declared and typed once, used as ${params.x}.',
    ),
    presets: named(
      {
        title: 'a preset',
        type: 'object',
        properties: { extends: text('The preset whose values this one starts from.') },
        additionalProperties: paramValue,
      },
      'Named sets of parameter values, chosen with --preset.',
    ),
    imports: named(
      {
        type: 'string',
        pattern: importPattern,
        patternHint:
          'a path to a YAML file that starts with ./ or ../, or with the name of an npm package and /',
      },
      'Component files, of the project or of an npm package, by a name of your own: their stages are used as <name>/<stage>.',
    ),
    defaults: {
      ...closed('defaults', settingsKeys()),
      description: 'Settings of all stages that do not say otherwise.',
    },
    stages: { ...named(reference('stage'), 'What is computed, by name.'), minProperties: 1 },
    targets: named(
      { type: 'array', items: { type: 'string' }, minItems: 1 },
      'Names a person types: each stands for stages, addresses or other targets. `default` is taken when nothing is asked.',
    ),
  };
}

/** The name of an npm package, with or without a scope. */
export const packagePattern = '(?:@[a-z0-9][a-z0-9._-]*/)?[a-z0-9][a-z0-9._-]*';

const importPattern = `^(\\.{1,2}|${packagePattern})/.*\\.ya?ml$`;

const paramValue: Schema = { type: ['number', 'string', 'boolean', 'array', 'object'] };

function named(member: Schema, description: string): Schema {
  return {
    type: 'object',
    propertyNames: reference('identifier'),
    additionalProperties: member,
    description,
  };
}
