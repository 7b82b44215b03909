import { readdirSync, readFileSync, realpathSync, statSync } from 'node:fs';
import { dirname, isAbsolute, join, posix, relative, sep } from 'node:path';
import { byCodeUnit, type Json } from '../base/json.js';
import { err, ok, type Result } from '../base/result.js';
import type { PlanType } from '../pipeline/plan.js';
import { sha256Hex } from '../store/durable.js';
import type { Environment } from './worker-environment.js';

/** One file of a program or a module. */
export interface CodeFile {
  /** Relative to the project, with `/`. */
  readonly path: string;
  /** Where it is read from. */
  readonly real: string;
  readonly sha256: string;
}

/** A program or a module of the user's own, as a worker needs it. JSON. */
export interface OwnCode {
  readonly type: PlanType;
  readonly files: readonly CodeFile[];
  /** What it consists of, for the key: no absolute paths. */
  readonly key: Json;
  /** The variables that it sees beside the usual ones. */
  readonly env: Readonly<Record<string, string>>;
}

const mostFiles = 10_000;

/** Reads and digests the code of programs and modules, each once. */
export class OwnCodeReader {
  readonly #project: string;
  readonly #environment: Environment;
  readonly #known = new Map<PlanType, Result<Omit<OwnCode, 'env'>, string>>();

  constructor(project: string, environment: Environment) {
    this.#project = project;
    this.#environment = environment;
  }

  /** @param env null stands for the value in the user's environment. */
  read(type: PlanType, env: Readonly<Record<string, string | null>>): Result<OwnCode, string> {
    let code = this.#known.get(type);
    if (code === undefined) this.#known.set(type, (code = this.#code(type)));
    if (!code.ok) return code;
    const values: Record<string, string> = {};
    for (const [name, value] of Object.entries(env)) {
      const given = value ?? this.#environment[name];
      if (given === undefined) return err(`the environment variable ${name} is not set`);
      values[name] = given;
    }
    return ok({ ...code.value, env: values });
  }

  #code(type: PlanType): Result<Omit<OwnCode, 'env'>, string> {
    const paths = type.command?.code ?? type.module?.closure ?? [];
    const files: CodeFile[] = [];
    for (const path of paths) {
      const problem = collect(this.#project, path, files);
      if (problem !== undefined) return err(problem);
    }
    return ok({ type, files, key: keyPart(type, files) });
  }
}

/** Adds a file, or all files of a folder. @returns what is wrong with it. */
function collect(project: string, path: string, files: CodeFile[]): string | undefined {
  try {
    const real = realpathSync(join(project, path));
    const inside = relative(realpathSync(project), real);
    if (inside === '..' || inside.startsWith(`..${sep}`) || isAbsolute(inside))
      return `the code file ${path} lies outside the project`;
    const found = statSync(real);
    if (found.isDirectory()) {
      for (const name of readdirSync(real).sort(byCodeUnit)) {
        const problem = collect(project, posix.join(path, name), files);
        if (problem !== undefined) return problem;
      }
      return undefined;
    }
    if (!found.isFile()) return `the code file ${path} is not a regular file`;
    if (files.length >= mostFiles) return `its code has more than ${mostFiles} files`;
    files.push({
      path: posix.normalize(path.split(sep).join('/')),
      real,
      sha256: sha256Hex(readFileSync(real)),
    });
    return undefined;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    return code === 'ENOENT' || code === 'ENOTDIR'
      ? `there is no code file ${path}`
      : `the code file ${path} cannot be read: ${(error as Error).message}`;
  }
}

/** A command's files lie where its arguments name them; a module's may move together. */
function keyPart({ command, module, signature }: PlanType, files: readonly CodeFile[]): Json {
  if (module !== undefined) {
    const home = dirname(module.file);
    const digests = files.map(({ path, sha256 }) => [posix.relative(home, path), sha256]);
    return { files: Object.fromEntries(digests) as Json, packages: module.packages };
  }
  const outputs = Object.entries(signature.outputs).map(([name, { type }]) => [
    name,
    { type, file: command?.outputs[name] ?? name },
  ]);
  return {
    ...(command?.argv === undefined ? { shell: command?.shell ?? '' } : { argv: command.argv }),
    files: Object.fromEntries(files.map(({ path, sha256 }) => [path, sha256])),
    outputs: Object.fromEntries(outputs) as Json,
  };
}
