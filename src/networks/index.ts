import { byCodeUnit } from '../base/json.js';
import { UserError } from '../base/result.js';
import { cnnMinAtar } from './cnn-minatar.js';
import { cnnSmall } from './cnn-small.js';
import { mlpBrax } from './mlp-brax.js';
import { mlpAcrobot, mlpCartPole, mlpPendulum } from './mlp-gym.js';
import { mlp } from './mlp.js';
import { inWords } from './model.js';
import type { Model, RawFields } from './model.js';
import type { Network } from './network.js';

/** Every model. A new one is a file and a line here; types, messages and tests follow. */
export const models = {
  mlp,
  'cnn-small': cnnSmall,
  'cnn-minatar': cnnMinAtar,
  'mlp-cartpole': mlpCartPole,
  'mlp-acrobot': mlpAcrobot,
  'mlp-pendulum': mlpPendulum,
  'mlp-brax': mlpBrax,
} satisfies Record<string, Model<never>>;

export type ModelName = keyof typeof models;
export const modelNames = Object.keys(models) as ModelName[];

type FieldsOf<M> = M extends Model<infer Fields> ? Fields : never;

/** Plain JSON that says which network: `model` and the parameters of that model, no other key. */
export type NetworkSpec = {
  [Name in ModelName]: { readonly model: Name } & FieldsOf<(typeof models)[Name]>;
}[ModelName];

/** The first thing that is wrong with a specification, in words for the person who wrote it, or undefined. */
export function networkSpecProblem(spec: unknown): string | undefined {
  if (typeof spec !== 'object' || spec === null || Array.isArray(spec))
    return `a network is described by an object with a key model, not by ${inWords(spec)}`;
  const { model, ...fields } = spec as { readonly model?: unknown } & RawFields;
  const name = modelNames.find((known) => known === model);
  if (name === undefined) return `model must be one of ${modelNames.join(', ')}, not ${inWords(model)}`;
  const entry: Model<object> = models[name] as Model<object>;
  const known: readonly string[] = entry.fields;
  const extra = Object.keys(fields)
    .filter((key) => !known.includes(key))
    .sort(byCodeUnit);
  if (extra.length > 0)
    return `model ${name} has no parameter ${extra[0]} (${known.length === 0 ? 'it has none' : `it has ${known.join(', ')}`})`;
  const problem = entry.problem(fields);
  return problem === undefined ? undefined : `model ${name}: ${problem}`;
}

/** Checks JSON of unknown origin. @throws UserError that says what is wrong. */
export function networkSpecOf(json: unknown): NetworkSpec {
  const problem = networkSpecProblem(json);
  if (problem !== undefined) throw new UserError(problem);
  return json as NetworkSpec;
}

/** The layers and the flat layout of a network. @throws UserError when the specification is not a valid one. */
export function buildNetwork(spec: NetworkSpec): Network {
  const { model, ...fields } = networkSpecOf(spec);
  return (models[model] as Model<object>).build(fields);
}
