import { spawn, type ChildProcess } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, isAbsolute, join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import type { Json } from '../base/json.js';
import type { CommandSpec } from '../pipeline/plan.js';
import type { Artefact, GatheredArtefact, StageContext, StageDefinition } from '../pipeline/stage.js';
import { ensureFolder } from '../store/durable.js';
import { removeIfAllowed } from '../store/staging.js';
import { CommandError } from './command-error.js';
import { collectOutputs } from './command-outputs.js';
import { writeInput } from './command-inputs.js';
import { inheritedEnvironment } from './inherited-environment.js';
import { notStarted } from './not-started.js';
import { codeBytes } from './own-stage.js';
import type { CodeFile, OwnCode } from './own-code.js';

type Context = StageContext<
  Readonly<Record<string, Json>>,
  Readonly<Record<string, Artefact | readonly GatheredArtefact[] | undefined>>
>;

/**
 * A program as a stage. It works in a folder of its own, where it finds its code and its inputs (`in/`) and leaves its
 * outputs (`out/`); it is told of nothing else.
 */
export function commandStage(own: OwnCode, command: CommandSpec, folder: string): StageDefinition {
  const run = async (given: StageContext<never, never>) => {
    const context = given as unknown as Context;
    try {
      const paths = await prepare(own, command, { folder, context });
      await perform(command, paths, { own, folder, context });
      return collectOutputs(command, own.type.signature, folder);
    } finally {
      removeIfAllowed(folder);
    }
  };
  return { ...own.type.signature, run };
}

interface Paths {
  readonly in: Readonly<Record<string, string>>;
  readonly out: Readonly<Record<string, string>>;
  readonly with: Readonly<Record<string, string>>;
}

async function prepare(
  own: OwnCode,
  command: CommandSpec,
  { folder, context }: { readonly folder: string; readonly context: Context },
): Promise<Paths> {
  rmSync(folder, { recursive: true, force: true });
  for (const name of ['in', 'out', 'home', 'tmp']) ensureFolder(join(folder, name));
  for (const file of own.files) copyCode(file, folder);
  const inputs: Record<string, string> = {};
  for (const [name, file] of Object.entries(command.inputs)) {
    const input = context.inputs[name];
    inputs[name] =
      input === undefined ? '' : `in/${await writeInput(input, { folder: join(folder, 'in'), name, file })}`;
  }
  const outputs: Record<string, string> = {};
  for (const [name, file] of Object.entries(command.outputs)) outputs[name] = `out/${file}`;
  const values: Record<string, string> = {};
  for (const [name, value] of Object.entries(context.params)) values[name] = argumentText(value);
  return { in: inputs, out: outputs, with: values };
}

function copyCode(file: CodeFile, folder: string): void {
  const target = join(folder, file.path);
  mkdirSync(dirname(target), { recursive: true });
  writeFileSync(target, codeBytes(file));
  chmodSync(target, (statSync(file.real).mode & 0o111) === 0 ? 0o444 : 0o555);
}

const argumentText = (value: Json): string => (typeof value === 'string' ? value : JSON.stringify(value));

/** Fills the placeholders of one argument: what is filled in is never read again. */
function fill(argument: string, paths: Paths): string {
  return argument.replace(/\{(in|out|with)\.(\w+)\}/g, (text, scope: keyof Paths, name: string) =>
    Object.hasOwn(paths[scope], name) ? (paths[scope][name] ?? '') : text,
  );
}

/** `IN_RUNS`, `OUT_FIGURE`, `WITH_WIDTH`. */
function shellVariables(paths: Paths): Record<string, string> {
  return Object.fromEntries(
    (['in', 'out', 'with'] as const).flatMap((scope) =>
      Object.entries(paths[scope]).map(([name, value]) => [`${scope}_${name}`.toUpperCase(), value]),
    ),
  );
}

async function perform(
  command: CommandSpec,
  paths: Paths,
  { own, folder, context }: { readonly own: OwnCode; readonly folder: string; readonly context: Context },
): Promise<void> {
  const [program = 'sh', ...args] =
    command.argv === undefined
      ? ['sh', '-eu', '-c', command.shell ?? '']
      : command.argv.map((argument) => fill(argument, paths));
  const threads = String(context.threads);
  const env: NodeJS.ProcessEnv = {
    ...inheritedEnvironment(),
    HOME: join(folder, 'home'),
    TMPDIR: join(folder, 'tmp'),
    TICKETLAB_CPUS: threads,
    OMP_NUM_THREADS: threads,
    ...(command.argv === undefined ? shellVariables(paths) : {}),
    ...own.env,
  };
  const words = command.argv ?? (command.shell ?? '').split(/[\s"'`;|&()<>]+/);
  const refused = (error: Error): Error => notStarted(error, program, env['PATH']);
  // A polite signal reaches the whole group: the program may follow it, and its end is told then. It may come as soon
  // as the program is there, before `spawn` has returned.
  let told = false;
  const wait = (): void => {
    told = true;
  };
  process.on('SIGTERM', wait);
  try {
    // It stays in the worker's process group: whoever ends that ends it too, with all that it started.
    const child = spawn(program, args, { cwd: folder, env, stdio: ['ignore', 'inherit', 'inherit', 'pipe'] });
    listen(child, context);
    await ended(child, program, { refused, hint: () => leftBehind(words, folder) });
    // Who ends in good order because it has to may leave half of its work.
    if (told)
      throw new CommandError(`${program} was told to stop by SIGTERM: what it wrote is not taken`, 'stopped');
  } finally {
    process.off('SIGTERM', wait);
  }
}

/** Programs look for files that lie in the project, and not where they run. */
function leftBehind(words: readonly string[], folder: string): string {
  const missed = words.find(
    (word) => /^[\w./-]+\.\w+$/.test(word) && !existsSync(join(folder, word)) && existsSync(word),
  );
  return missed === undefined || isAbsolute(missed)
    ? ''
    : `; ${missed} lies in the project, but not where the program runs: write  code: [${missed}]`;
}

/** Lines of JSON on descriptor 3 tell how far it is; what is not understood is passed over. */
function listen(child: ChildProcess, context: Context): void {
  const stream = (child.stdio as readonly unknown[])[3] as Readable;
  stream.on('error', () => undefined);
  createInterface({ input: stream }).on('line', (line) => {
    const { unit, done, total } = parsed(line);
    if (typeof unit === 'string' && typeof done === 'number' && typeof total === 'number')
      context.progress({ unit, done, total });
  });
}

function parsed(line: string): Readonly<Record<string, unknown>> {
  try {
    return (JSON.parse(line) ?? {}) as Readonly<Record<string, unknown>>;
  } catch {
    return {};
  }
}

const why = 'the system does that when memory runs out';

interface Ending {
  /** Why a program could not be started. */
  readonly refused: (error: Error) => Error;
  /** Further words for a program that ended by itself, but not well. */
  readonly hint: () => string;
}

function ended(child: ChildProcess, program: string, { refused, hint }: Ending): Promise<void> {
  return new Promise<void>((resolve, reject) => {
    child.once('error', (error) => reject(refused(error)));
    child.once('exit', (code, signal) => {
      if (code === 0) resolve();
      else if (code !== null)
        reject(new CommandError(`${program} ended with exit code ${code}${hint()}`, `exit:${code}`));
      else if (signal === 'SIGKILL')
        reject(new CommandError(`${program} was killed by SIGKILL (${why})`, 'oom'));
      else reject(new CommandError(`${program} was ended by ${signal}`, 'stopped'));
    });
  });
}
