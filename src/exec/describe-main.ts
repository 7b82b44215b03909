import { writeSync } from 'node:fs';
import { register } from 'node:module';
import { pathToFileURL } from 'node:url';
import { MessageChannel, receiveMessageOnPort } from 'node:worker_threads';
import type { Json } from '../base/json.js';
import { err, ok, type Result } from '../base/result.js';
import type { ModuleDescription } from '../pipeline/modules.js';
import { answerDescriptor, ready, type DescribeRequest } from './describe-modules.js';
import { closureOf, type Import } from './module-closure.js';

/*
 * Entry point of a process that loads modules of the user's own and describes them. Every import is seen by hooks, so
 * that what a module consists of is what Node really loads.
 */
const { project, modules } = JSON.parse(process.argv[2] ?? '{}') as DescribeRequest;
const { port1, port2 } = new MessageChannel();
register(new URL('./describe-hooks.js', import.meta.url), { data: port2, transferList: [port2] });
const imports: Import[] = [];

async function describe(path: string): Promise<Result<ModuleDescription, string>> {
  const url = pathToFileURL(path).href;
  let exported: unknown;
  try {
    exported = ((await import(url)) as { default?: unknown }).default;
  } catch (error) {
    const [line = ''] = (error instanceof Error ? error.message : String(error)).split('\n');
    return err(`it cannot be loaded: ${line}`);
  }
  for (let seen = receiveMessageOnPort(port1); seen !== undefined; seen = receiveMessageOnPort(port1))
    imports.push(seen.message as Import);
  if (typeof exported !== 'object' || exported === null)
    return err('it has no default export that is a stage');
  if (typeof (exported as { run?: unknown }).run !== 'function')
    return err('its default export has no function "run"');
  const closure = closureOf(url, imports, project);
  if (!closure.ok) return closure;
  try {
    return ok({ ...closure.value, signature: JSON.parse(JSON.stringify(exported)) as Json });
  } catch (error) {
    return err(`its default export is not JSON but for its functions: ${(error as Error).message}`);
  }
}

function answer(value: typeof ready | Result<ModuleDescription, string>): void {
  const bytes = Buffer.from(`${JSON.stringify(value)}\n`);
  for (let at = 0; at < bytes.length;) at += writeSync(answerDescriptor, bytes, at);
}

// A line for each, as soon as it is known: whoever ends this process early shows by that which module it is.
answer(ready);
for (const path of modules) answer(await describe(path));
process.exit(0);
