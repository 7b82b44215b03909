import { declarationRules } from './schema-params.js';
import { closed, oneOfWords, reference, text, when, type Schema } from './schema-words.js';
import { artefactTypes } from './stage.js';

const columnTypes = ['int', 'double', 'string', 'bool'];

const columns: Schema = {
  type: 'object',
  additionalProperties: { enum: columnTypes },
  description: 'Columns that a table has, with their types.',
};

/** `inputs:` of a command or a component: artefacts, and plain values declared as parameters are. */
export function inputsSchema(): Schema {
  const artefact = closed(
    'an input',
    {
      type: { enum: artefactTypes },
      columns,
      optional: { type: 'boolean', description: 'Whether it may be left out.' },
      doc: text('What it is.'),
    },
    ['type'],
  );
  const { types, rules } = declarationRules();
  return {
    type: 'object',
    propertyNames: reference('identifier'),
    additionalProperties: {
      title: 'an input',
      type: 'object',
      required: ['type'],
      properties: {
        type: oneOfWords(
          [...artefactTypes, ...types],
          'What flows in: a kind of artefact, or the type of a value.',
        ),
        doc: text('What it is.'),
      },
      allOf: [...artefactTypes.map((type) => when('type', type, artefact)), ...rules],
    },
    description: 'What it takes, by name.',
  };
}

export function outputsSchema(): Schema {
  return {
    type: 'object',
    minProperties: 1,
    propertyNames: reference('identifier'),
    additionalProperties: closed(
      'an output',
      {
        type: oneOfWords(artefactTypes, 'What it is.'),
        columns,
        format: {
          type: 'string',
          pattern: '^[a-z0-9]{1,8}$',
          patternHint: 'a file extension such as svg',
          description: 'Extension of its file.',
        },
        doc: text('What it is.'),
      },
      ['type'],
    ),
    description: 'What it makes, by name.',
  };
}

const code: Schema = {
  type: 'array',
  uniqueItems: true,
  items: {
    type: 'string',
    pattern: '^(?!.*(^|/)\\.\\.(/|$))[^/\\\\\\u0000]+(/[^/\\\\\\u0000]+)*$',
    patternHint: 'a path inside the project, without ..',
  },
  description:
    'Files and folders of the project that the program consists of: they lie beside it when it runs, and their bytes are part of the key.',
};

const forms = {
  run: {
    type: 'array',
    minItems: 1,
    items: { type: 'string' },
    description:
      'A program and its arguments; {in.x}, {out.y} and {with.z} stand for the path of an input, the path of an output and a value.',
  },
  shell: {
    type: 'string',
    pattern: '\\S',
    patternHint: 'a script for sh',
    description:
      'A script for sh; inputs, outputs and values are in the variables $IN_X, $OUT_Y and $WITH_Z, never pasted into the text.',
  },
} as const satisfies Record<string, Schema>;

/** The keys of a stage that is a program of one's own: `run:` or `shell:`. */
export function commandKeys(form: keyof typeof forms): Record<string, Schema> {
  return {
    [form]: forms[form],
    inputs: inputsSchema(),
    outputs: outputsSchema(),
    code,
  };
}
