import { existsSync, readFileSync, rmSync } from 'node:fs';
import { basename, dirname, extname, join, resolve } from 'node:path';
import { UserError } from '../base/result.js';
import { makeFolders, removeEmpty } from '../store/make-folders.js';
import { writeNewFile } from '../store/new-file.js';
import type { SchemaKind } from './command-schema.js';
import { exitCodes } from './exit-codes.js';
import { firstPipeline } from './first-pipeline.js';
import { writingTo } from './refusals.js';
import { wire } from './wire.js';
import { say } from './say.js';

const schemaName = (kind: SchemaKind): string => `${kind}.schema.json`;

interface SchemaFile {
  readonly path: string;
  readonly text: string;
  readonly there: boolean;
}

/**
 * Writes a small pipeline and, beside it, the schemas from which editors complete it and the component files that it may
 * come to import.
 *
 * @throws UserError where something that stands there already would be lost; nothing is written then.
 */
export function initCommand(file: string): number {
  if (!/\.ya?ml$/i.test(file)) throw new UserError(`${file} is no name for a pipeline: end it with .yaml.`);
  const schemas = (['pipeline', 'component'] as const).map((kind) => schemaFile(kind, dirname(file)));
  if (existsSync(file))
    throw new UserError(`${file} exists already. Name another file:  ticketlab init other.yaml`);
  for (const schema of schemas) checkOwn(schema);
  const text = firstPipeline(schemaName('pipeline'), pipelineName(file));
  writingTo(file, () => {
    writeAll(dirname(file), [...schemas.filter(({ there }) => !there), { path: file, text }]);
  });
  const [pipeline] = schemas.map(({ path }) => path);
  say(`${file} is a small pipeline; editors complete it from ${pipeline}.`);
  say('Component files beside it are completed too when their first line is');
  say(`  # yaml-language-server: $schema=${schemaName('component')}`);
  say('Next:');
  say(`  ticketlab plan ${file} --preset smoke`);
  say(`  ticketlab run ${file} --preset smoke`);
  return exitCodes.ok;
}

/** All of them, or none, and no folder for them either. */
function writeAll(folder: string, files: readonly { readonly path: string; readonly text: string }[]): void {
  const made = makeFolders(resolve(folder));
  const written: string[] = [];
  try {
    for (const { path, text } of files) {
      if (isThere(path, text)) continue;
      writeNewFile(path, text);
      written.push(path);
    }
  } catch (error) {
    for (const path of written) rmSync(path, { force: true });
    if (made !== undefined) removeEmpty(resolve(folder), dirname(made));
    throw error;
  }
}

/** Of a schema somebody else may have written the same at the same time. */
const isThere = (path: string, text: string): boolean =>
  existsSync(path) && readFileSync(path, 'utf8') === text;

function schemaFile(kind: SchemaKind, folder: string): SchemaFile {
  const path = join(folder, schemaName(kind));
  const text = readFileSync(join(wire().home, 'schemas', schemaName(kind)), 'utf8');
  return { path, text, there: existsSync(path) };
}

function checkOwn({ path, text, there }: SchemaFile): void {
  if (!there || readFileSync(path, 'utf8') === text) return;
  const kind = basename(path).startsWith('component') ? 'component ' : '';
  throw new UserError(
    `${path} exists already and is not the schema of this version of ticketlab.\n` +
      `  Bring it up to date first:  ticketlab schema ${kind}> ${path}`,
  );
}

/** Of the file's name what a pipeline may be called. */
function pipelineName(file: string): string {
  const name = basename(file, extname(file))
    .toLowerCase()
    .replace(/[^a-z0-9_-]+/g, '-')
    .replace(/^[^a-z0-9]+/, '')
    .slice(0, 64);
  return name === '' ? 'first' : name;
}
