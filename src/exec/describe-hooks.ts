import type { ResolveHookContext } from 'node:module';
import type { MessagePort } from 'node:worker_threads';
import type { Import } from './module-closure.js';

let port: MessagePort | undefined;

export function initialize(data: MessagePort): void {
  port = data;
}

type NextResolve = (
  specifier: string,
  context: ResolveHookContext,
) => Promise<{ readonly url: string; readonly format?: string | null; readonly shortCircuit?: boolean }>;

/** Tells who imports whom; changes nothing. */
export async function resolve(
  specifier: string,
  context: ResolveHookContext,
  next: NextResolve,
): ReturnType<NextResolve> {
  const resolved = await next(specifier, context);
  const seen: Import = { from: context.parentURL ?? '', to: resolved.url };
  port?.postMessage(seen);
  return resolved;
}
