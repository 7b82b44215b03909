import { existsSync, readFileSync, realpathSync, statSync } from 'node:fs';
import { dirname, isAbsolute, join, posix, relative, resolve, sep } from 'node:path';
import { err, ok, type Result } from '../base/result.js';
import { describeModules } from '../exec/describe-modules.js';
import type { Environment } from '../exec/worker-environment.js';
import type { CodeProblem } from '../pipeline/command.js';
import { packageOf, type ReadFile } from '../pipeline/imports.js';
import type { DescribeModules } from '../pipeline/modules.js';
import { packageFile } from './package-files.js';

/** A pipeline or component file is written by hand. */
const maxBytes = 32 * 1024 * 1024;

/**
 * Reads the files that other files of the project name. A path is relative to the file in which it stands, or starts with
 * the name of a package in the project's `node_modules`, whose `exports` hold then. It leads to a file inside the project, or inside that package,
 * symbolic links followed; and so do the paths in files of a package.
 */
export function projectReader(project: string): ReadFile {
  return (from, path) => {
    const found = locate(project, from, path);
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

/** A file that another one names. */
interface Located {
  readonly real: string;
  /** Relative to the project, with `/`; for a file of a package by way of its place in `node_modules`. */
  readonly file: string;
}

function locate(project: string, from: string, path: string): Result<Located, string> {
  if (isAbsolute(path)) return err('it is an absolute path');
  const named = packageOf(path);
  if (named !== undefined) {
    const folder = join(project, 'node_modules', named);
    if (!existsSync(folder)) return err(`the package ${named} is not installed in this project`);
    const target = packageFile(project, folder, { name: named, path });
    return target.ok ? insidePackage(project, named, target.value) : target;
  }
  const target = resolve(project, dirname(from), path);
  const [, owner] = /^node_modules\/(.*)$/.exec(from) ?? [];
  const within = owner === undefined ? undefined : packageOf(owner);
  return within === undefined
    ? inside({ folder: project, called: '', name: 'project' }, target)
    : insidePackage(project, within, target);
}

function insidePackage(project: string, name: string, target: string): Result<Located, string> {
  const called = `node_modules/${name}`;
  return inside({ folder: join(project, called), called, name: `package ${name}` }, target);
}

interface Home {
  readonly folder: string;
  readonly called: string;
  readonly name: string;
}

/** The regular file that a path leads to, when it lies in a folder. */
function inside(home: Home, target: string): Result<Located, string> {
  const found = anythingInside(home, target, 'there is no such file');
  return found.ok && !statSync(found.value.real).isFile() ? err('it is not a file') : found;
}

/** What a path leads to, a file or a folder, when it lies in a folder. */
function anythingInside(
  { folder, called, name }: Home,
  target: string,
  missing: string,
): Result<Located, string> {
  let real: string;
  try {
    real = realpathSync(target);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    return err(code === 'ENOENT' || code === 'ENOTDIR' ? missing : (error as Error).message);
  }
  const path = relative(realpathSync(folder), real).split(sep).join('/');
  if (path === '..' || path.startsWith('../') || isAbsolute(path)) return err(`it lies outside the ${name}`);
  return ok({ real, file: posix.join(called, path) });
}

/** Looks whether what `code:` names is there: a file or a folder inside the project, symbolic links followed. */
export function codeChecker(project: string): CodeProblem {
  return (path) => {
    const home = { folder: project, called: '', name: 'project' };
    const found = anythingInside(home, join(project, path), 'there is no such file or folder');
    return found.ok ? undefined : found.error;
  };
}

/** Describes the modules of stage types that files of the project name; a process is started for all together. */
export function moduleDescriber(project: string, environment: Environment): DescribeModules {
  return (wanted) => {
    const located = wanted.map(({ from, path }) => locate(project, from, path));
    const modules = located.flatMap((found) => (found.ok ? [found.value.real] : []));
    const described = modules.length === 0 ? [] : describeModules({ project, modules }, environment);
    let next = 0;
    return located.map((found) => (found.ok ? (described[next++] ?? err('it was not described')) : found));
  };
}
