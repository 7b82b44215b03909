import type { Json } from '../base/json.js';
import { commandKeys } from './schema-commands.js';
import { envSchema, settingsKeys } from './schema-settings.js';
import { closed, expression, identifier, reference, when, type Schema } from './schema-words.js';
import type { StageSignature } from './stage.js';
import { inputUnion, requiredInputs, withDefinitions } from './schema-with.js';
import { requiredParameters, type Signatures } from './signatures.js';

/** The definitions `stage`, `step`, `gather` ... and one `with-<type>` for every stage type (and variant). */
export function stageDefinitions(signatures: Signatures): Record<string, Schema> {
  const definitions: Record<string, Schema> = {
    edge,
    ...gatherDefinitions(),
    pick: pickSchema(),
    matrix: matrixSchema(),
    uses: usesSchema(signatures),
    stage: {
      if: { anyOf: [{ required: ['steps'] }, { required: ['iterate'] }] },
      then: reference('compound'),
      else: ownProgram(reference('stage-run'), reference('stage-shell'), reference('simple')),
    },
    simple: {
      ...closed('a stage', { ...stageKeys(signatures), matrix: reference('matrix') }, ['uses']),
      allOf: [reference('uses')],
    },
    'stage-run': closed('a stage with run', { ...programKeys('run'), matrix: reference('matrix') }, [
      'outputs',
    ]),
    'stage-shell': closed('a stage with shell', { ...programKeys('shell'), matrix: reference('matrix') }, [
      'outputs',
    ]),
    step: ownProgram(reference('step-run'), reference('step-shell'), reference('step-simple')),
    'step-simple': { ...closed('a step', stageKeys(signatures), ['uses']), allOf: [reference('uses')] },
    'step-run': closed('a step with run', programKeys('run'), ['outputs']),
    'step-shell': closed('a step with shell', programKeys('shell'), ['outputs']),
    compound: compoundSchema(),
  };
  for (const signature of signatures.values()) Object.assign(definitions, withDefinitions(signature));
  return definitions;
}

const edge: Schema = {
  $comment: 'edge',
  type: 'string',
  pattern: '^\\s*\\$\\{\\s*(stages|steps|state)\\.',
  description: 'An output: ${stages.x.output}; inside a loop also ${steps.x.output} and ${state.x}.',
};

function stageKeys(signatures: Signatures): Record<string, Schema> {
  const all = [...signatures.values()];
  return {
    uses: {
      $comment: 'uses',
      anyOf: [
        { enum: all.map((s) => s.type), enumDescriptions: all.map((s) => s.summary) },
        { type: 'string', pattern: foreignType },
      ],
      description: 'Stage type; or <import>/<stage> of a component; or ./<file>.mjs of your own.',
    },
    with: { type: 'object', description: 'Parameters and inputs of the stage type.' },
    after: afterSchema,
    env: envSchema(),
    ...settingsKeys(),
  };
}

/** Stage types that do not come with ticketlab: of a component file, or a module. */
const foreignType = '^([a-z][A-Za-z0-9_]*/[a-z][a-z0-9_-]*|\\.{1,2}/.*\\.(mjs|js))$';

function ownProgram(run: Schema, shell: Schema, uses: Schema): Schema {
  return {
    if: { required: ['run'] },
    then: run,
    else: { if: { required: ['shell'] }, then: shell, else: uses },
  };
}

function programKeys(form: 'run' | 'shell'): Record<string, Schema> {
  return {
    ...commandKeys(form),
    with: { type: 'object', description: 'What its inputs are, by name.' },
    after: afterSchema,
    env: envSchema(),
    ...settingsKeys(),
  };
}

const afterSchema: Schema = {
  type: 'array',
  minItems: 1,
  uniqueItems: true,
  items: {
    type: 'string',
    pattern: '^(stages|steps)\\.[a-z][A-Za-z0-9_]*$',
    patternHint: 'stages.<name>, in a loop also steps.<name>',
  },
  description: 'Starts only when these are done, although it reads nothing of them.',
};

/** The schema of `with` for one stage type, on its own. */
export function foreignWithSchema(signature: StageSignature): Schema {
  return {
    ...reference(`with-${signature.type}`),
    definitions: { ...inputDefinitions(), ...withDefinitions(signature) },
  };
}

/** The schema of an input of a stage type, on its own. */
export function foreignInputSchema(gather: boolean): Schema {
  return { ...inputUnion(gather), definitions: inputDefinitions() };
}

function inputDefinitions(): Record<string, Schema> {
  return { identifier, expression, edge, ...gatherDefinitions(), pick: pickSchema() };
}

/** What `with` must be for each stage type. */
export function usesSchema(signatures: Signatures): Schema {
  const rules: Schema[] = [];
  for (const signature of signatures.values()) {
    const needed = requiredInputs(signature).length + requiredParameters(signature, undefined).length > 0;
    const rest = {
      properties: { with: reference(`with-${signature.type}`) },
      ...(needed ? { required: ['with'] } : {}),
    };
    rules.push(when('uses', signature.type, rest));
  }
  return rules.length === 0 ? {} : { allOf: rules };
}

const from: Schema = {
  type: 'string',
  pattern: '^(stages|steps)\\.[a-z][A-Za-z0-9_]*\\.[a-z][A-Za-z0-9_]*$',
  patternHint: 'stages.<name>.<output>, without ${ }',
  description: 'An output of many instances: stages.x.output.',
};

const scalarOrExpression: Schema = {
  $comment: 'parameter',
  anyOf: [{ type: ['number', 'string', 'boolean'] }, reference('expression')],
};

const at: Schema = {
  type: 'object',
  minProperties: 1,
  propertyNames: reference('identifier'),
  additionalProperties: scalarOrExpression,
  description: 'Fixes axes: one value of each, or `last` for the last one.',
};

/** Many instances of one stage, or of several stages under each other. */
function gatherDefinitions(): Record<string, Schema> {
  return {
    gather: eitherGather(reference('gather-one')),
    'gather-one': gatherSchema(),
    'gather-several': severalSchema({
      $comment: 'gather-input',
      anyOf: [reference('gather-one'), reference('edge')],
    }),
  };
}

/** What `from` is tells the two forms apart. */
export function eitherGather(one: Schema): Schema {
  return {
    $comment: 'gather',
    if: { type: 'object', properties: { from: { type: 'object' } }, required: ['from'] },
    then: reference('gather-several'),
    else: one,
  };
}

/** Sources by name; the names are the values of a further coordinate. */
export function severalSchema(source: Schema): Schema {
  const from: Schema = {
    title: 'from',
    type: 'object',
    minProperties: 1,
    propertyNames: {
      type: 'string',
      minLength: 1,
      maxLength: 60,
      patternHint: 'a text of 1 to 60 characters',
    },
    additionalProperties: source,
    description: 'The sources, each under a name of its own.',
  };
  const as = {
    ...reference('identifier'),
    description: 'The name of the column that tells the sources apart.',
  };
  return { $comment: 'gather', ...closed('a gather of several stages', { as, from }, ['as', 'from']) };
}

function gatherSchema(): Schema {
  const over: Schema = {
    type: 'array',
    items: { type: 'string' },
    uniqueItems: true,
    description: 'The axes to gather; the others line up with the reader.',
  };
  const where: Schema = {
    type: 'string',
    description: 'Only the rows for which this holds; it sees params and the gathered axes: k >= 5.',
  };
  return { $comment: 'gather', ...closed('a gather', { from, over, at, where }, ['from']) };
}

/** One instance among many, for an input that takes one artefact. */
function pickSchema(): Schema {
  return { $comment: 'pick', ...closed('an input', { from, at }, ['from']) };
}

function matrixSchema(): Schema {
  const row: Schema = {
    title: 'a row of a matrix',
    type: 'object',
    minProperties: 1,
    propertyNames: reference('identifier'),
    additionalProperties: scalarOrExpression,
  };
  return {
    title: 'a matrix',
    type: 'object',
    propertyNames: { anyOf: [reference('identifier'), { enum: ['include', 'exclude'] }] },
    properties: {
      exclude: {
        type: 'array',
        items: row,
        description: 'Leaves out every combination that has all values of one of these rows.',
      },
      include: {
        type: 'array',
        items: row,
        minItems: 1,
        description: 'Adds single combinations; each row gives all axes.',
      },
    },
    additionalProperties: {
      anyOf: [
        { type: 'array', items: { type: ['number', 'string', 'boolean'] as unknown as Json } },
        reference('expression'),
      ],
      $comment: 'parameter',
    },
    description: 'Axes: the stage runs once for each combination of their values.',
  };
}

function compoundSchema(): Schema {
  const state = closed(
    'a state variable',
    {
      start: {
        $comment: 'input',
        anyOf: [reference('pick'), reference('edge')],
        description: 'Its value in the first pass.',
      },
      next: { ...reference('edge'), description: 'What replaces it after each pass.' },
    },
    ['start', 'next'],
  );
  const iterate = closed(
    'iterate',
    {
      axis: { ...reference('identifier'), description: 'Name of the axis that counts the passes from 1.' },
      times: {
        $comment: 'parameter',
        anyOf: [{ type: 'integer', minimum: 1 }, reference('expression')],
        description: 'Number of passes.',
      },
      state: { type: 'object', propertyNames: reference('identifier'), additionalProperties: state },
    },
    ['axis', 'times'],
  );
  const members = (member: Schema, description: string): Schema => ({
    type: 'object',
    propertyNames: reference('identifier'),
    additionalProperties: member,
    description,
  });
  return closed(
    'a stage with steps',
    {
      matrix: reference('matrix'),
      iterate: { ...iterate, description: 'Repeats the steps; state is carried from pass to pass.' },
      steps: { ...members(reference('step'), 'The stages inside.'), minProperties: 1 },
      group: {
        type: 'array',
        minItems: 1,
        uniqueItems: true,
        items: { type: 'string' },
        description:
          'Steps of one pass that belong together: executors that submit jobs make one job of them. A run on this machine does not differ.',
      },
      outputs: members(reference('edge'), 'What other stages may use of it.'),
    },
    ['steps'],
  );
}
