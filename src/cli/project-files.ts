import { readFileSync, realpathSync, statSync } from 'node:fs';
import { dirname, isAbsolute, relative, resolve, sep } from 'node:path';
import { err, ok, type Result } from '../base/result.js';
import { describeModules } from '../exec/describe-modules.js';
import type { Environment } from '../exec/worker-environment.js';
import type { ReadFile } from '../pipeline/imports.js';
import type { DescribeModules } from '../pipeline/modules.js';

/** A pipeline or component file is written by hand. */
const maxBytes = 32 * 1024 * 1024;

/**
 * Reads the files that other files of the project name. A path is relative to the file in which it stands and leads to a
 * file inside the project, symbolic links followed.
 */
export function projectReader(project: string): ReadFile {
  return (from, path) => {
    const found = insideProject(project, from, path);
    if (!found.ok) return found;
    const { real, file } = found.value;
    if (statSync(real).size > maxBytes) return err(`it has more than ${maxBytes} bytes`);
    try {
      return ok({ file, bytes: readFileSync(real) });
    } catch (error) {
      return err((error as Error).message);
    }
  };
}

/** The regular file that a path in a file of the project leads to, and its name relative to the project. */
export function insideProject(
  project: string,
  from: string,
  path: string,
): Result<{ readonly real: string; readonly file: string }, string> {
  if (isAbsolute(path)) return err('it is an absolute path');
  let real: string;
  try {
    real = realpathSync(resolve(project, dirname(from), path));
    if (!statSync(real).isFile()) return err('it is not a file');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    return err(code === 'ENOENT' || code === 'ENOTDIR' ? 'there is no such file' : (error as Error).message);
  }
  const file = relative(realpathSync(project), real);
  if (file.startsWith('..') || isAbsolute(file)) return err('it lies outside the project');
  return ok({ real, file: file.split(sep).join('/') });
}

/** Describes the modules of stage types that files of the project name; a process is started for all together. */
export function moduleDescriber(project: string, environment: Environment): DescribeModules {
  return (wanted) => {
    const located = wanted.map(({ from, path }) => insideProject(project, from, path));
    const modules = located.flatMap((found) => (found.ok ? [found.value.real] : []));
    const described = modules.length === 0 ? [] : describeModules({ project, modules }, environment);
    let next = 0;
    return located.map((found) => (found.ok ? (described[next++] ?? err('it was not described')) : found));
  };
}
