import { readFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import { UserError } from '../base/result.js';
import type { StageDefinition } from '../pipeline/stage.js';
import { sha256Hex } from '../store/durable.js';
import { commandStage } from './command-stage.js';
import { extendEnvironment } from './inherited-environment.js';
import type { CodeFile, OwnCode } from './own-code.js';

/**
 * A program or a module of the user's own as a stage like any other.
 *
 * @param folder where a program works; made and removed by it.
 */
export async function ownStage(own: OwnCode, folder: string): Promise<StageDefinition> {
  if (own.type.command !== undefined) return commandStage(own, own.type.command, folder);
  for (const file of own.files) codeBytes(file);
  const entry = own.files.find(({ path }) => path === own.type.module?.file);
  if (entry === undefined) throw new Error('Internal error: a module that is not among its own files');
  extendEnvironment(own.env);
  const module = (await import(pathToFileURL(entry.real).href)) as { default: StageDefinition };
  // What was planned with is the signature as it was described.
  return { ...own.type.signature, run: (context) => module.default.run(context) };
}

/** The bytes that the key was made from. */
export function codeBytes({ path, real, sha256 }: CodeFile): Uint8Array {
  const bytes = readFileSync(real);
  if (sha256Hex(bytes) !== sha256)
    throw new UserError(`${path} was changed while the run was going: run again to take it as it is now.`);
  return bytes;
}
