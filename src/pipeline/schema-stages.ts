import type { TSchema } from '@sinclair/typebox';
import type { Json } from '../base/json.js';
import { closed, oneOfWords, reference, when, type Schema } from './schema-words.js';
import { acceptedTypes, defaultOf, parameterSchemas, requiredParameters, type Signatures } from './signatures.js';
import type { InputSignature, StageSignature } from './stage.js';

/** The definitions `stage`, `step`, `gather` ... and one `with-<type>` for every stage type (and variant). */
export function stageDefinitions(signatures: Signatures): Record<string, Schema> {
  const definitions: Record<string, Schema> = {
    edge: {
      $comment: 'edge',
      type: 'string',
      pattern: '^\\s*\\$\\{\\s*(stages|steps|state)\\.',
      description: 'An output: ${stages.x.output}; inside a loop also ${steps.x.output} and ${state.x}.',
    },
    gather: gatherSchema(),
    matrix: matrixSchema(),
    uses: usesSchema(signatures),
    stage: {
      if: { anyOf: [{ required: ['steps'] }, { required: ['iterate'] }] },
      then: reference('compound'),
      else: reference('simple'),
    },
    simple: {
      ...closed('a stage', { ...stageKeys(signatures), matrix: reference('matrix') }, ['uses']),
      allOf: [reference('uses')],
    },
    step: { ...closed('a step', stageKeys(signatures), ['uses']), allOf: [reference('uses')] },
    compound: compoundSchema(),
  };
  for (const signature of signatures.values()) Object.assign(definitions, withDefinitions(signature));
  return definitions;
}

function stageKeys(signatures: Signatures): Record<string, Schema> {
  const all = [...signatures.values()];
  return {
    uses: {
      ...oneOfWords(all.map((s) => s.type), 'Stage type.'),
      enumDescriptions: all.map((s) => s.summary),
    },
    with: { type: 'object', description: 'Parameters and inputs of the stage type.' },
  };
}

function usesSchema(signatures: Signatures): Schema {
  const rules: Schema[] = [];
  for (const signature of signatures.values()) {
    const needed = requiredInputs(signature).length + requiredParameters(signature, undefined).length > 0;
    const rest = { properties: { with: reference(`with-${signature.type}`) }, ...(needed ? { required: ['with'] } : {}) };
    rules.push(when('uses', signature.type, rest));
  }
  return rules.length === 0 ? {} : { allOf: rules };
}

function gatherSchema(): Schema {
  return {
    $comment: 'gather',
    ...closed(
      'a gather',
      {
        from: {
          type: 'string',
          pattern: '^(stages|steps)\\.[a-z][a-z0-9_]*\\.[a-z][a-z0-9_]*$',
          patternHint: 'stages.<name>.<output>, without ${ }',
          description: 'An output of many instances: stages.x.output.',
        },
        over: {
          type: 'array',
          items: { type: 'string' },
          uniqueItems: true,
          description: 'The axes to gather; the others line up with the reader.',
        },
      },
      ['from'],
    ),
  };
}

function matrixSchema(): Schema {
  return {
    title: 'a matrix',
    type: 'object',
    propertyNames: reference('identifier'),
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
      start: { ...reference('edge'), description: 'Its value in the first pass.' },
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
      outputs: members(reference('edge'), 'What other stages may use of it.'),
    },
    ['steps'],
  );
}

function withDefinitions(signature: StageSignature): Record<string, Schema> {
  const name = `with-${signature.type}`;
  const { variants } = signature;
  if (variants === undefined) return { [name]: withSchema(signature, undefined) };
  const by = signature.params.properties[variants.by];
  const usual = defaultOf(by);
  const definitions: Record<string, Schema> = {};
  const rules = Object.keys(variants.of).map((variant) => {
    definitions[`${name}-${variant}`] = withSchema(signature, variant);
    return when(variants.by, variant, reference(`${name}-${variant}`), usual === variant);
  });
  definitions[`${name}-any`] = openSchema(signature);
  rules.push({
    if: { properties: { [variants.by]: reference('expression') }, required: [variants.by] },
    then: reference(`${name}-any`),
  });
  definitions[name] = {
    title: title(signature),
    type: 'object',
    properties: { [variants.by]: orExpression(by as Schema | undefined) },
    ...(usual === undefined ? { required: [variants.by] } : {}),
    allOf: rules,
  };
  return definitions;
}

/** All parameters and inputs that one variant has. */
function withSchema(signature: StageSignature, variant: string | undefined): Schema {
  const suffix = variant === undefined ? '' : ` with ${signature.variants?.by ?? ''}: ${variant}`;
  const required = [...requiredParameters(signature, variant), ...requiredInputs(signature)];
  const properties = { ...parameters(parameterSchemas(signature, variant)), ...inputSchemas(signature) };
  return closed(title(signature) + suffix, properties, required);
}

/** For a discriminator that is an expression: the parameters of all variants, checked again once it is known. */
function openSchema(signature: StageSignature): Schema {
  const properties = parameters(signature.params.properties);
  for (const variant of Object.values(signature.variants?.of ?? {})) {
    for (const [name, schema] of Object.entries(parameters(variant.properties))) {
      const earlier = properties[name];
      properties[name] = earlier === undefined ? schema : { anyOf: [earlier, schema] };
    }
  }
  const required = [...requiredParameters(signature, undefined), ...requiredInputs(signature)];
  return closed(title(signature), { ...properties, ...inputSchemas(signature) }, required);
}

function title(signature: StageSignature): string {
  return `"with" of ${signature.type}`;
}

function requiredInputs(signature: StageSignature): string[] {
  return Object.keys(signature.inputs).filter((name) => signature.inputs[name]?.optional !== true);
}

function inputSchemas(signature: StageSignature): Record<string, Schema> {
  return Object.fromEntries(Object.entries(signature.inputs).map(([name, i]) => [name, inputSchema(i)]));
}

function inputSchema(input: InputSignature): Schema {
  const description = `${input.doc} (${acceptedTypes(input).join(' or ')})`;
  if (input.gather !== true) return { $comment: 'input', allOf: [reference('edge')], description };
  return { $comment: 'gather-input', anyOf: [reference('gather'), reference('edge')], description };
}

function parameters(schemas: Readonly<Record<string, TSchema>>): Record<string, Schema> {
  return Object.fromEntries(
    Object.entries(schemas).map(([name, s]) => [name, orExpression(JSON.parse(JSON.stringify(s)) as Schema)]),
  );
}

/** The value itself, or an expression that gives it; inside lists and objects too. */
function orExpression(schema: Schema | undefined): Schema {
  const value = withInnerExpressions(schema ?? {});
  const { description, default: usual, ...rest } = value;
  return {
    $comment: 'parameter',
    anyOf: [rest, reference('expression')],
    ...(description === undefined ? {} : { description }),
    ...(usual === undefined ? {} : { default: usual }),
  };
}

function withInnerExpressions(schema: Schema): Schema {
  const { items, properties, anyOf } = schema as {
    items?: Schema | readonly Schema[];
    properties?: Record<string, Schema>;
    anyOf?: readonly Schema[];
  };
  const words = constants(anyOf);
  if (words !== undefined) {
    const { anyOf: _, ...rest } = schema;
    return { ...rest, enum: words };
  }
  const inner: Record<string, Json> = { ...schema };
  if (Array.isArray(items)) inner.items = (items as readonly Schema[]).map(orExpression);
  else if (items !== undefined) inner.items = orExpression(items as Schema);
  if (properties !== undefined)
    inner.properties = Object.fromEntries(Object.entries(properties).map(([k, v]) => [k, orExpression(v)]));
  if (anyOf !== undefined) inner.anyOf = anyOf.map(withInnerExpressions);
  return inner;
}

/** A union of literals is one enumeration: editors complete it, and a wrong word gets one answer. */
function constants(anyOf: readonly Schema[] | undefined): Json[] | undefined {
  if (anyOf === undefined || !anyOf.every((s) => Object.hasOwn(s, 'const'))) return undefined;
  return anyOf.map((s) => s.const ?? null);
}
