import type { Json } from '../base/json.js';
import { err, ok, type Result } from '../base/result.js';
import { schemaErrors } from './check-schema.js';
import { schemaChecker, useChecker, type Checker } from './checkers.js';
import { requirement } from './explain-schema.js';
import { problem, type Diagnostic } from './diagnostic.js';
import type { ForeignType } from './model.js';
import type { ParsedFile } from './parse.js';
import type { ModuleSpec } from './plan.js';
import { paramsName } from './root-schemas.js';
import { foreignWithSchema } from './schema-stages.js';
import { paramsSchema } from './schema-with.js';
import type { Schema } from './schema-words.js';
import { artefactTypes, type StageSignature } from './stage.js';

/** What is known of a module without running its stage: what it exports, and what it imports. */
export interface ModuleDescription extends ModuleSpec {
  /** The default export without its functions. */
  readonly signature: Json;
}

/** Loads modules that files name, elsewhere than here, and describes them; an error says in words what is wrong. */
export type DescribeModules = (
  wanted: readonly { readonly from: string; readonly path: string }[],
) => readonly Result<ModuleDescription, string>[];

/** Stage types in modules of the user's own: each is described once. */
export class Modules {
  readonly #describe: DescribeModules | undefined;
  readonly #problems: Diagnostic[];
  readonly #known = new Map<string, Result<ForeignType, string>>();

  constructor(describe: DescribeModules | undefined, problems: Diagnostic[]) {
    this.#describe = describe;
    this.#problems = problems;
  }

  /** Describes several at once: a process starts for all of them together. */
  load(from: string, paths: readonly string[]): void {
    const wanted = [...new Set(paths)].filter((path) => !this.#known.has(key(from, path)));
    if (wanted.length === 0) return;
    const described = this.#describe?.(wanted.map((path) => ({ from, path })));
    wanted.forEach((path, i) => {
      const found = described?.[i] ?? err('no modules can be loaded here');
      this.#known.set(key(from, path), found.ok ? typeOf(found.value) : found);
    });
  }

  find(from: ParsedFile, path: string, at: () => Diagnostic['at']): ForeignType | undefined {
    this.load(from.source.file, [path]);
    const found = this.#known.get(key(from.source.file, path));
    if (found?.ok === true) return found.value;
    this.#problems.push(
      problem(
        'MODULE_UNUSABLE',
        at(),
        `${path} cannot be used as a stage type: ${found?.error ?? 'unknown'}.`,
        {
          help: 'A module exports by default what defineStage takes: type, version, params, inputs, outputs, run.',
        },
      ),
    );
    return undefined;
  }
}

const key = (from: string, path: string): string => `${from}\0${path}`;

function typeOf({ signature, ...module }: ModuleDescription): Result<ForeignType, string> {
  const [wrong] = schemaErrors((checkSignature ??= schemaChecker(signatureSchema))(signature));
  if (wrong !== undefined) {
    const place = wrong.path.length === 0 ? 'its default export' : wrong.path.join('.');
    return err(`${place} ${requirement(wrong)}`);
  }
  const typed = signature as unknown as StageSignature;
  const clash = Object.keys(typed.inputs).find((name) => Object.hasOwn(typed.params.properties, name));
  if (clash !== undefined) return err(`it has an input and a parameter called ${clash}`);
  const trouble = prepareSchemas(typed);
  if (trouble !== undefined) return err(`its params are no JSON Schema: ${trouble}`);
  return ok({
    signature: typed,
    implementation: { type: `./${module.file}`, signature: typed, module },
  });
}

/** Compiles the schemas of a module, strictly: a misspelt keyword would never be applied. */
function prepareSchemas(signature: StageSignature): string | undefined {
  try {
    useChecker(signature, 'with', schemaChecker(foreignWithSchema(signature), { strictSchema: true }));
    for (const variant of [undefined, ...Object.keys(signature.variants?.of ?? {})])
      useChecker(
        signature,
        paramsName(signature, variant),
        schemaChecker(paramsSchema(signature, variant), { strictSchema: true }),
      );
    return undefined;
  } catch (error) {
    return (error as Error).message.replace(/^strict mode: /, '');
  }
}

const name = { type: 'string', pattern: '^[a-z][a-z0-9_]{0,63}$', patternHint: 'a name of a-z, 0-9 and _' };
const kinds = artefactTypes as unknown as Json;
const columns = { type: 'object', additionalProperties: { enum: ['int', 'double', 'string', 'bool'] } };

function members(of: Readonly<Record<string, Json>>): Json {
  const one = { type: 'object', properties: { columns, doc: { type: 'string' }, ...of }, required: ['type'] };
  return { type: 'object', propertyNames: name, additionalProperties: one };
}

/** The contract of `StageSignature`, for what was not checked by a compiler. */
const signatureSchema: Schema = {
  type: 'object',
  required: ['type', 'version', 'params', 'inputs', 'outputs', 'runtime'],
  properties: {
    type: { type: 'string', pattern: '^[a-z][a-z0-9-]{0,63}$', patternHint: 'a kebab-case name' },
    version: { type: 'integer', minimum: 1 },
    summary: { type: 'string' },
    params: {
      type: 'object',
      required: ['type', 'properties'],
      properties: {
        type: { const: 'object' },
        properties: { type: 'object', propertyNames: name, additionalProperties: { type: 'object' } },
      },
    },
    inputs: members({
      type: { anyOf: [{ enum: kinds }, { type: 'array', minItems: 1, items: { enum: kinds } }] },
      optional: { type: 'boolean' },
      gather: { type: 'boolean' },
    }),
    outputs: members({ type: { enum: kinds } }),
    runtime: { enum: ['portable', 'node'] },
    threads: { type: 'boolean' },
  },
};

let checkSignature: Checker | undefined;
