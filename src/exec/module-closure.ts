import { existsSync, readFileSync, realpathSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, isAbsolute, join, relative, sep } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { byCodeUnit } from '../base/json.js';
import { err, ok, type Result } from '../base/result.js';
import type { ModuleSpec } from '../pipeline/plan.js';

/** One import, by URLs. */
export interface Import {
  readonly from: string;
  readonly to: string;
}

/** Everything that a module consists of: files of the project, and packages by name and version. */
export function closureOf(
  entry: string,
  imports: readonly Import[],
  project: string,
): Result<ModuleSpec, string> {
  const importsOf = new Map<string, string[]>();
  for (const { from, to } of [...imports, ...requires()])
    importsOf.set(from, [...(importsOf.get(from) ?? []), to]);
  const root = realpathSync(project);
  const files: string[] = [];
  const packages: Record<string, string> = {};
  const seen = new Set<string>();
  const open = [entry];
  for (let url = open.pop(); url !== undefined; url = open.pop()) {
    if (seen.has(url) || url.startsWith('node:')) continue;
    seen.add(url);
    if (!url.startsWith('file:')) return err(`it imports ${url.slice(0, 80)}, which is no file`);
    const path = realpathSync(fileURLToPath(url));
    const owner = packageOf(path);
    // A stage type of a package is a file of its own beside the package's version.
    if (owner !== undefined) packages[owner.name] = owner.version;
    if (owner !== undefined && url !== entry) continue;
    const inside = relative(root, path);
    if (inside.startsWith('..') || isAbsolute(inside))
      return err(`it imports ${path}, which lies outside the project`);
    files.push(inside.split(sep).join('/'));
    open.push(...(importsOf.get(url) ?? []));
  }
  const [file = ''] = files;
  return ok({ file, closure: [...new Set(files)].sort(byCodeUnit), packages });
}

/** What CommonJS modules have required: hooks do not see it. */
function requires(): Import[] {
  const cache = createRequire(import.meta.url).cache;
  return Object.values(cache).flatMap((module) =>
    (module?.children ?? []).map((child) => ({
      from: pathToFileURL(module?.filename ?? '').href,
      to: pathToFileURL(child.filename).href,
    })),
  );
}

/** The package inside node_modules that a file belongs to. */
function packageOf(path: string): { readonly name: string; readonly version: string } | undefined {
  if (!path.includes(`${sep}node_modules${sep}`)) return undefined;
  for (let folder = dirname(path); folder !== dirname(folder); folder = dirname(folder)) {
    const description = join(folder, 'package.json');
    if (!existsSync(description)) continue;
    const { name, version } = JSON.parse(readFileSync(description, 'utf8')) as {
      readonly name?: string;
      readonly version?: string;
    };
    if (name !== undefined && version !== undefined) return { name, version };
  }
  return undefined;
}
