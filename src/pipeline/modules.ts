import type { Json } from '../base/json.js';
import { err, ok, type Result } from '../base/result.js';
import { schemaErrors } from './check-schema.js';
import { rootChecker, schemaChecker, useChecker, type Checker } from './checkers.js';
import { requirement } from './requirement.js';
import { problem, type Diagnostic } from './diagnostic.js';
import type { ForeignType } from './model.js';
import type { ParsedFile } from './parse.js';
import type { ModuleSpec } from './plan.js';
import { moduleName } from './root-schemas.js';
import { signatureSchema } from './schema-module.js';
import { foreignWithSchema } from './schema-stages.js';
import type { Signatures } from './signatures.js';
import type { StageSignature } from './stage.js';

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
  readonly #signatures: Signatures;
  readonly #describe: DescribeModules | undefined;
  readonly #problems: Diagnostic[];
  readonly #known = new Map<string, Result<ForeignType, string>>();
  readonly #told = new Set<string>();

  constructor(signatures: Signatures, describe: DescribeModules | undefined, problems: Diagnostic[]) {
    this.#signatures = signatures;
    this.#describe = describe;
    this.#problems = problems;
  }

  /** Describes several at once: a process starts for all of them together. */
  load(from: string, paths: readonly string[]): void {
    const wanted = [...new Set(paths)].filter((path) => !this.#known.has(key(from, path)));
    if (wanted.length === 0) return;
    const described = this.#describe?.(wanted.map((path) => ({ from, path })));
    const check = rootChecker(this.#signatures, moduleName, () => signatureSchema);
    wanted.forEach((path, i) => {
      const found = described?.[i] ?? err('no modules can be loaded here');
      this.#known.set(key(from, path), found.ok ? typeOf(found.value, check) : found);
    });
  }

  find(from: ParsedFile, path: string, at: () => Diagnostic['at']): ForeignType | undefined {
    this.load(from.source.file, [path]);
    const found = this.#known.get(key(from.source.file, path));
    if (found?.ok === true) return found.value;
    if (this.#told.has(key(from.source.file, path))) return undefined;
    this.#told.add(key(from.source.file, path));
    const message = `${path} cannot be used as a stage type: ${found?.error ?? 'unknown'}.`;
    const help =
      found?.error === 'there is no such file'
        ? `The path starts from the folder of ${from.source.file}.`
        : 'A module exports by default what defineStage takes: type, version, params, inputs, outputs, run.';
    this.#problems.push(problem('MODULE_UNUSABLE', at(), message, { help }));
    return undefined;
  }
}

const key = (from: string, path: string): string => `${from}\0${path}`;

function typeOf({ signature, ...module }: ModuleDescription, check: Checker): Result<ForeignType, string> {
  const [wrong] = schemaErrors(check(signature));
  if (wrong !== undefined) {
    const place = wrong.path.length === 0 ? 'its default export' : wrong.path.join('.');
    return err(`${place} ${requirement(wrong)}`);
  }
  const typed = signature as unknown as StageSignature;
  const clash = Object.keys(typed.inputs).find((name) => Object.hasOwn(typed.params.properties, name));
  if (clash !== undefined) return err(`it has an input and a parameter called ${clash}`);
  const trouble = prepareWith(typed);
  if (trouble !== undefined) return err(`its params are no JSON Schema: ${trouble}`);
  return ok({
    signature: typed,
    implementation: { type: `./${module.file}`, signature: typed, module },
  });
}

/** Compiles what `with` of a module must be, strictly: a misspelt keyword would never be applied. */
function prepareWith(signature: StageSignature): string | undefined {
  try {
    useChecker(signature, 'with', schemaChecker(foreignWithSchema(signature), { strictSchema: true }));
    return undefined;
  } catch (error) {
    return (error as Error).message.replace(/^strict mode: /, '');
  }
}
