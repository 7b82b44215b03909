import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, dirname, extname, join } from 'node:path';
import { UserError } from '../base/result.js';
import { exitCodes } from './exit-codes.js';
import { firstPipeline } from './first-pipeline.js';
import { wire } from './wire.js';

const schemaName = 'pipeline.schema.json';

/**
 * Writes a small pipeline and, beside it, the schema from which editors complete it.
 *
 * @throws UserError where something that stands there already would be lost; nothing is written then.
 */
export function initCommand(file: string): number {
  if (!/\.ya?ml$/i.test(file)) throw new UserError(`${file} is no name for a pipeline: end it with .yaml.`);
  const schema = join(dirname(file), schemaName);
  const schemaText = readFileSync(join(wire().home, 'schemas', schemaName), 'utf8');
  if (existsSync(file))
    throw new UserError(`${file} exists already. Name another file:  ticketlab init other.yaml`);
  const hasSchema = existsSync(schema);
  if (hasSchema && readFileSync(schema, 'utf8') !== schemaText)
    throw new UserError(
      `${schema} exists already and is not the schema of this version of ticketlab.\n` +
        `  Bring it up to date first:  ticketlab schema > ${schema}`,
    );
  try {
    mkdirSync(dirname(file), { recursive: true });
    if (!hasSchema) writeFileSync(schema, schemaText, { flag: 'wx' });
    writeFileSync(file, firstPipeline(schemaName, pipelineName(file)), { flag: 'wx' });
  } catch (error) {
    throw new UserError(`${file} cannot be written: ${(error as Error).message}`);
  }
  console.log(`${file} is a small pipeline; editors complete it from ${schema}.`);
  console.log(`  ticketlab plan ${file} --preset smoke`);
  console.log(`  ticketlab run ${file} --preset smoke`);
  return exitCodes.ok;
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
