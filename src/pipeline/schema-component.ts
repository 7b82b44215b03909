import { commandKeys, inputsSchema, outputsSchema } from './schema-commands.js';
import { paramSchema } from './schema-params.js';
import { eitherGather, severalSchema, usesSchema } from './schema-stages.js';
import { withDefinitions } from './schema-with.js';
import { closed, expression, identifier, reference, text, type Schema } from './schema-words.js';
import type { Signatures } from './signatures.js';

/** The JSON Schema (draft-07) of component files: stages with typed inputs and outputs, for pipelines to use. */
export function componentSchema(signatures: Signatures): Schema {
  const all = [...signatures.values()];
  return {
    $schema: 'http://json-schema.org/draft-07/schema#',
    $comment: 'Written by scripts/emit-schemas.mjs from the stage definitions. Do not edit.',
    ...closed(
      'a component file',
      {
        ticketlab: { const: 1, description: 'Version of the file format: 1.' },
        kind: { const: 'component', description: 'Says that this is no pipeline.' },
        description: text('What the components are for.'),
        stages: {
          type: 'object',
          minProperties: 1,
          propertyNames: {
            type: 'string',
            pattern: '^[a-z][a-z0-9_-]{0,63}$',
            patternHint: 'lower-case letters, digits, - and _',
          },
          additionalProperties: reference('component'),
          description: 'The components, by name.',
        },
      },
      ['ticketlab', 'kind', 'stages'],
    ),
    definitions: {
      identifier,
      expression,
      param: paramSchema(),
      edge: edgeOfComponent,
      gather: eitherGather({ ...edgeOfComponent, $comment: 'gather' }),
      'gather-several': severalSchema({ $comment: 'input', anyOf: [reference('edge')] }),
      pick: { ...edgeOfComponent, $comment: 'pick' },
      component: {
        if: { required: ['run'] },
        then: closed('a component with run', commandKeys('run'), ['outputs']),
        else: {
          if: { required: ['shell'] },
          then: closed('a component with shell', commandKeys('shell'), ['outputs']),
          else: componentOfStage(signatures),
        },
      },
      ...(Object.assign({}, ...all.map(withDefinitions)) as Record<string, Schema>),
    },
  };
}

/** A component that is a stage type with some of its parameters and inputs settled. */
function componentOfStage(signatures: Signatures): Schema {
  const all = [...signatures.values()];
  const uses: Schema = {
    $comment: 'uses',
    anyOf: [
      { enum: all.map((s) => s.type), enumDescriptions: all.map((s) => s.summary) },
      { type: 'string', pattern: '^\\.{1,2}/.*\\.(mjs|js)$' },
    ],
    description: 'Stage type; or ./<file>.mjs of your own.',
  };
  const withKeys = {
    type: 'object',
    description: 'Parameters and inputs of the stage type, made from ${inputs.x}.',
  };
  return {
    ...closed('a component', { inputs: inputsSchema(), outputs: outputsSchema(), uses, with: withKeys }, [
      'outputs',
      'uses',
    ]),
    allOf: [usesSchema(signatures)],
  };
}

const edgeOfComponent: Schema = {
  $comment: 'edge',
  type: 'string',
  pattern: '^\\s*\\$\\{\\s*inputs\\.[a-z][A-Za-z0-9_]*\\s*\\}\\s*$',
  description: 'An artefact that the component is given: ${inputs.x}.',
};
