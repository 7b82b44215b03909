import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { err, ok, type Result } from '../base/result.js';

/**
 * The file that a path into an npm package means. What the package's `exports` say holds, as it does for Node's `require`: a
 * path that they do not offer cannot be had. Of a package without them every path is one of its files.
 *
 * @param folder of the package.
 * @param path the package's name, `/`, and what stands behind it.
 */
export function packageFile(
  project: string,
  folder: string,
  { name, path }: { readonly name: string; readonly path: string },
): Result<string, string> {
  const description = join(folder, 'package.json');
  const exports = exportsOf(description, name);
  if (!exports.ok) return exports;
  if (exports.value === undefined) return ok(join(project, 'node_modules', path));
  const subpath = `.${path.slice(name.length)}`;
  try {
    // From beside the package, where a project of the same name is not in its way.
    return ok(createRequire(join(project, 'node_modules', '_')).resolve(path));
  } catch (error) {
    return err(whyNot(error, { name, subpath, exports: exports.value }));
  }
}

function exportsOf(description: string, name: string): Result<object | string | undefined, string> {
  if (!existsSync(description)) return ok(undefined);
  let parsed: unknown;
  try {
    parsed = JSON.parse(readFileSync(description, 'utf8'));
  } catch (error) {
    return err(`the package.json of the package ${name} cannot be read: ${(error as Error).message}`);
  }
  const { exports } = (parsed ?? {}) as { readonly exports?: object | string | null };
  return ok(exports ?? undefined);
}

function whyNot(
  error: unknown,
  {
    name,
    subpath,
    exports,
  }: { readonly name: string; readonly subpath: string; readonly exports: object | string },
): string {
  const { code, message } = error as NodeJS.ErrnoException;
  if (code === 'MODULE_NOT_FOUND')
    return `the exports of the package ${name} lead from ${subpath} to a file that is not there`;
  if (code === 'ERR_INVALID_PACKAGE_TARGET')
    return `the exports of the package ${name} lead from ${subpath} to what is no file of its own`;
  if (code !== 'ERR_PACKAGE_PATH_NOT_EXPORTED') return message.split('\n', 1)[0] ?? message;
  const offered = offeredBy(exports);
  const rest = offered.length === 0 ? 'they offer no YAML file' : `they offer ${offered.join(', ')}`;
  return `${subpath} is not among the exports of the package ${name}; ${rest}`;
}

/** Paths of YAML files, and patterns that may stand for some. */
function offeredBy(exports: object | string): string[] {
  const paths = typeof exports === 'string' || Array.isArray(exports) ? [] : Object.keys(exports);
  return paths.filter((path) => path.startsWith('./') && /(\.ya?ml|\*)$/i.test(path)).slice(0, 8);
}
