import type { TSchema } from '@sinclair/typebox';
import type { Json } from '../base/json.js';
import { closed, reference, when, type Schema } from './schema-words.js';
import { acceptedTypes, defaultOf, parameterSchemas, requiredParameters } from './signatures.js';
import type { InputSignature, StageSignature } from './stage.js';

/**
 * The schema of `with` for a stage type, and one for each of its variants.
 * The discriminating parameter chooses among them, so that a parameter of another variant is an error.
 */
export function withDefinitions(signature: StageSignature): Record<string, Schema> {
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
    properties: { [variants.by]: orExpression(by) },
    ...(usual === undefined ? { required: [variants.by] } : {}),
    allOf: rules,
  };
  return definitions;
}

/** Evaluated parameters of one variant, without expressions and inputs. */
export function paramsSchema(signature: StageSignature, variant: string | undefined): Schema {
  return {
    type: 'object',
    properties: parameterSchemas(signature, variant),
    required: requiredParameters(signature, variant),
    additionalProperties: false,
  };
}

/** All parameters and inputs that one variant has. */
export function withSchema(signature: StageSignature, variant: string | undefined): Schema {
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

export function requiredInputs(signature: StageSignature): string[] {
  return Object.keys(signature.inputs).filter((name) => signature.inputs[name]?.optional !== true);
}

function inputSchemas(signature: StageSignature): Record<string, Schema> {
  return Object.fromEntries(Object.entries(signature.inputs).map(([name, i]) => [name, inputSchema(i)]));
}

function inputSchema(input: InputSignature): Schema {
  const description = `${input.doc} (${acceptedTypes(input).join(' or ')})`;
  return { ...inputUnion(input.gather === true), description };
}

/** An edge, or a mapping that chooses: many artefacts, or one among them. */
export function inputUnion(gather: boolean): Schema {
  return gather
    ? { $comment: 'gather-input', anyOf: [reference('gather'), reference('edge')] }
    : { $comment: 'input', anyOf: [reference('pick'), reference('edge')] };
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
  const { items, properties, additionalProperties, anyOf } = schema as {
    items?: Schema | readonly Schema[];
    properties?: Record<string, Schema>;
    additionalProperties?: Schema | boolean;
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
  if (typeof additionalProperties === 'object')
    inner.additionalProperties = orExpression(additionalProperties);
  if (anyOf !== undefined) inner.anyOf = anyOf.map(withInnerExpressions);
  return inner;
}

/** A union of literals is one enumeration: editors complete it, and a wrong word gets one answer. */
function constants(anyOf: readonly Schema[] | undefined): Json[] | undefined {
  if (anyOf === undefined || !anyOf.every((s) => Object.hasOwn(s, 'const'))) return undefined;
  return anyOf.map((s) => s.const ?? null);
}
