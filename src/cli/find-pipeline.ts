import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { UserError } from '../base/result.js';
import { nearest } from '../pipeline/near.js';

/** The command line's words, split into the pipeline file and what to run of it. */
export interface PipelineWords {
  readonly file: string;
  readonly targets: readonly string[];
}

const isYaml = (name: string): boolean => /\.ya?ml$/i.test(name);
/** Stage names and addresses look like this; everything else that is given first is meant as a file. */
const isTarget = (word: string): boolean => /^[a-z][A-Za-z0-9_]*(\.[a-z][A-Za-z0-9_]*)?(\[.*\])?$/.test(word);

/**
 * The first word is the file when it looks like one, else another one that ends like one: the order of words is easily
 * mistaken. Else the file is `ticketlab.yaml`, or the only YAML file in `pipelines/`.
 *
 * @throws UserError when no file was named and none can be chosen.
 */
export function findPipeline(words: readonly string[], project: string): PipelineWords {
  const [first, ...rest] = words;
  if (first !== undefined && (isYaml(first) || !isTarget(first))) return { file: first, targets: rest };
  const later = rest.find(isYaml);
  if (later !== undefined) return { file: later, targets: words.filter((word) => word !== later) };
  const chosen = projectPipelines(project);
  if (chosen.length === 1 && chosen[0] !== undefined) return { file: chosen[0], targets: words };
  if (first !== undefined && existsSync(join(project, first))) return { file: first, targets: rest };
  throw new UserError(
    chosen.length === 0
      ? 'No pipeline file was named, and there is neither ticketlab.yaml nor a file in pipelines/ here.\n' +
          '  Name one:  ticketlab run path/to/pipeline.yaml'
      : `No pipeline file was named, and pipelines/ holds ${chosen.length}: ${chosen.join(', ')}.\n` +
          `  Name one:  ticketlab run ${likely(first, chosen)}`,
  );
}

/** The file that somebody may have meant who wrote its name without folder and ending. */
function likely(word: string | undefined, files: readonly string[]): string {
  const names = files.map((file) => basename(file).replace(/\.ya?ml$/i, ''));
  const meant = word === undefined || names.includes(word) ? word : nearest(word, names);
  return files[meant === undefined ? 0 : names.indexOf(meant)] ?? '';
}

/** The pipeline files of a project that need not be named: `ticketlab.yaml`, else all in `pipelines/`. */
export function projectPipelines(project: string): string[] {
  if (existsSync(join(project, 'ticketlab.yaml'))) return ['ticketlab.yaml'];
  const folder = join(project, 'pipelines');
  if (!existsSync(folder) || !statSync(folder).isDirectory()) return [];
  return readdirSync(folder)
    .filter(isYaml)
    .sort()
    .map((name) => `pipelines/${name}`);
}

/** Files larger than this are refused unread: a pipeline is written by hand. */
const maxBytes = 32 * 1024 * 1024;

/**
 * The bytes of a pipeline file, or of what else a command reads that is written by hand.
 *
 * @param kind what it is, for messages.
 * @throws UserError that says what is wrong with the path and what may have been meant.
 */
export function readPipeline(file: string, kind = 'pipeline file'): Uint8Array {
  try {
    const found = statSync(file);
    if (found.isDirectory())
      throw new UserError(`${file} is a folder, not a ${kind}.${suggestion(file, 'Files in it')}`);
    if (!found.isFile()) throw new UserError(`${file} is not a regular file.`);
    if (found.size > maxBytes)
      throw new UserError(`${file} has ${found.size} bytes: a ${kind} has at most ${maxBytes}.`);
    return readFileSync(file);
  } catch (error) {
    if (error instanceof UserError) throw error;
    const code = (error as NodeJS.ErrnoException).code;
    if (code === 'ENOENT' || code === 'ENOTDIR')
      throw new UserError(`There is no ${kind} ${file}.${suggestion(dirname(file), 'Files there')}`);
    throw new UserError(`${file} cannot be read: ${(error as Error).message}`);
  }
}

function suggestion(folder: string, words: string): string {
  try {
    const names = readdirSync(folder).filter(isYaml).sort();
    if (names.length === 0) return '';
    return `\n  ${words}: ${names.map((name) => join(folder, basename(name))).join(', ')}`;
  } catch {
    return '';
  }
}
