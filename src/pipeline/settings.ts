import type { Json } from '../base/json.js';
import type { Graph } from './bind.js';
import type { Broken } from './broken.js';
import { problem, type Diagnostic } from './diagnostic.js';
import { valueAt } from './explain-schema.js';
import type { Scope } from './expression.js';
import { evaluateUnder, reasonsFor, type Settings } from './grid.js';
import type { Definition } from './model.js';
import { mappingAt } from './params.js';
import type { ParsedFile } from './parse.js';
import type { Path } from './places.js';
import type { StageSettings } from './plan.js';
import { bytesHint, durationHint, parseBytes, parseDuration } from './quantities.js';
import { compileTemplate, type Template } from './templates.js';
import { kindOf } from './terminal-text.js';

interface Context {
  readonly file: ParsedFile;
  /** Parameters only: how a stage is run does not depend on its axes. */
  readonly scope: Scope;
  readonly settings: Settings;
  readonly broken: Broken;
  readonly problems: Diagnostic[];
}

/** Of which definitions the file says how they are run; what `defaults` says holds where a stage says nothing. */
export function readSettings(graph: Graph, context: Context): Map<Definition, StageSettings> {
  const settings = new Map<Definition, StageSettings>();
  for (const definition of graph.definitions) {
    const own = settingsOf(definition, context);
    if (own !== undefined) settings.set(definition, own);
  }
  return settings;
}

const groups = ['resources', 'timeout', 'retry', 'checkpoint', 'env'];

function settingsOf(definition: Definition, context: Context): StageSettings | undefined {
  const said = (path: Path) => mappingAt(valueAt(context.file, path));
  const places = [definition.path, ['defaults']];
  if (!places.some((path) => groups.some((group) => Object.hasOwn(said(path), group)))) return undefined;
  const read = (keys: readonly string[], kind: keyof typeof kinds): number | undefined => {
    for (const place of places) {
      const value = valueAt(context.file, [...place, ...keys]);
      if (value !== undefined) return quantity(value, [...place, ...keys], { kind, context });
    }
    return undefined;
  };
  const timeout = read(['timeout'], 'duration');
  const every = read(['checkpoint', 'every'], 'duration');
  const keep = read(['checkpoint', 'keep'], 'count');
  const on = places
    .map((path) => valueAt(context.file, [...path, 'retry', 'on']))
    .find((v) => v !== undefined);
  return {
    resources: {
      cpus: read(['resources', 'cpus'], 'count') ?? 1,
      memory: read(['resources', 'memory'], 'bytes') ?? 0,
      gpus: read(['resources', 'gpus'], 'number') ?? 0,
    },
    ...(timeout === undefined ? {} : { timeout }),
    retry: {
      times: read(['retry', 'times'], 'number') ?? 0,
      on: Array.isArray(on) ? (on as string[]) : ['infra'],
      backoff: read(['retry', 'backoff'], 'duration') ?? 0,
    },
    checkpoint: { ...(every === undefined ? {} : { every }), ...(keep === undefined ? {} : { keep }) },
    env: readEnv(definition, context),
  };
}

const whole = (value: Json, least: number): number | undefined =>
  typeof value === 'number' && Number.isInteger(value) && value >= least ? value : undefined;

/** How the words of each kind become a number, and what they must be. Expressions give seconds and bytes. */
const kinds = {
  count: { of: (value: Json) => whole(value, 1), must: 'must be a whole number from 1' },
  number: { of: (value: Json) => whole(value, 0), must: 'must be a whole number from 0' },
  bytes: {
    of: (value: Json) => (typeof value === 'string' ? parseBytes(value) : whole(value, 0)),
    must: `must be ${bytesHint}`,
  },
  duration: {
    of: (value: Json) =>
      typeof value === 'string'
        ? parseDuration(value)
        : typeof value === 'number' && value >= 0
          ? value
          : undefined,
    must: `must be ${durationHint}`,
  },
} as const;

function quantity(
  value: Json,
  path: Path,
  { kind, context }: { readonly kind: keyof typeof kinds; readonly context: Context },
): number | undefined {
  const { file, broken, problems } = context;
  if (broken.touches(path)) return undefined;
  const given = evaluated(value, path, context);
  if (given === undefined) return undefined;
  const number = kinds[kind].of(given.value);
  if (number === undefined) {
    const message = `"${String(path.at(-1))}" ${kinds[kind].must}, not ${kindOf(given.value)}.`;
    const related = reasonsFor([given.template], context.settings);
    problems.push(problem('BAD_VALUE', file.at(path), message, { related }));
  }
  return number;
}

function evaluated(
  value: Json,
  path: Path,
  { file, scope, settings, problems }: Context,
): { readonly value: Json; readonly template: Template } | undefined {
  const template = compileTemplate(value, path, { file, scope, problems });
  if (template === undefined) return undefined;
  const result = evaluateUnder(template, settings);
  if (result.ok) return { value: result.value, template };
  if (result.error !== undefined) problems.push(result.error);
  return undefined;
}

function readEnv(definition: Definition, context: Context): StageSettings['env'] {
  const path = [...definition.path, 'env'];
  const { file, broken, problems } = context;
  const raw = valueAt(file, path);
  if (raw === undefined || broken.touches(path)) return {};
  const { implementation, signature } = definition;
  if (
    signature !== undefined &&
    implementation?.command === undefined &&
    implementation?.module === undefined
  ) {
    const message = `env has no effect on ${signature.type}: only programs and modules of your own see variables.`;
    problems.push(problem('ENV_UNUSED', file.keyAt(path), message, { help: 'Take it out.' }));
    return {};
  }
  const env: Record<string, string | null> = {};
  for (const [name, value] of Object.entries(mappingAt(raw))) {
    const given = typeof value === 'string' ? evaluated(value, [...path, name], context)?.value : null;
    env[name] =
      given === null || given === undefined
        ? null
        : typeof given === 'string'
          ? given
          : JSON.stringify(given);
  }
  return env;
}
