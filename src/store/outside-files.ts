import { readFileSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join, resolve } from 'node:path';
import type { Json } from '../base/json.js';
import { err, ok, type Result } from '../base/result.js';
import { ruleApplies } from '../pipeline/outside-rules.js';
import type { OutsideFiles, StageSignature } from '../pipeline/stage.js';
import { replaceFile, sha256OfFile } from './durable.js';

/** A file from outside the store that a stage reads: its digest is part of the key, its path is not. */
export interface OutsideFile {
  readonly path: string;
  readonly sha256: string;
}

interface Memo {
  readonly size: number;
  readonly mtimeMs: number;
  readonly ino: number;
  readonly sha256: string;
}

/** A file that was changed so recently may change again without a new time stamp. */
const freshMs = 2000;

/** Finds the outside files of instances and knows their digests; unchanged files are not read again. */
export class OutsideFileReader {
  readonly #memoPath: string;
  readonly #projectDir: string;
  #memo: Map<string, Memo> | undefined;
  #changed = false;

  /** @param memoPath a disposable file in the user's cache. */
  constructor(memoPath: string, projectDir: string) {
    this.#memoPath = memoPath;
    this.#projectDir = projectDir;
  }

  /** The files that apply to these parameters by the names that the stage uses, or why they cannot be had. */
  resolve(
    signature: Pick<StageSignature, 'files'>,
    params: Readonly<Record<string, Json>>,
  ): Result<Readonly<Record<string, OutsideFile>>, string> {
    const found: Record<string, OutsideFile> = {};
    for (const rule of signature.files ?? []) {
      if (!ruleApplies(rule, params)) continue;
      const located = rule.kind === 'package' ? inPackage(rule) : inFolder(rule, params, this.#projectDir);
      if (!located.ok) return located;
      for (const [name, path] of Object.entries(located.value))
        found[name] = { path, sha256: this.#digest(path) };
    }
    return ok(found);
  }

  /** Keeps what was learned, if anything. Losing it costs time only, so failures are of no consequence. */
  save(): void {
    if (!this.#changed || !this.#memo) return;
    try {
      const there = [...this.#memo].filter(([path]) => isFile(path));
      replaceFile(this.#memoPath, JSON.stringify(Object.fromEntries(there)));
      this.#changed = false;
    } catch {
      // The next run reads the files again.
    }
  }

  #digest(path: string): string {
    this.#memo ??= loadMemo(this.#memoPath);
    const { size, mtimeMs, ino } = statSync(path);
    const known = this.#memo.get(path);
    if (known && known.size === size && known.mtimeMs === mtimeMs && known.ino === ino) return known.sha256;
    const sha256 = sha256OfFile(path);
    if (Date.now() - mtimeMs > freshMs) {
      this.#memo.set(path, { size, mtimeMs, ino, sha256 });
      this.#changed = true;
    }
    return sha256;
  }
}

type Located = Result<Readonly<Record<string, string>>, string>;

function inPackage(rule: Extract<OutsideFiles, { kind: 'package' }>): Located {
  const folders = createRequire(import.meta.url).resolve.paths(rule.package) ?? [];
  const home = folders
    .map((folder) => join(folder, rule.package))
    .find((folder) => isFile(join(folder, 'package.json')));
  if (home === undefined)
    return err(
      `The npm package ${rule.package} is not installed. Install it where ticketlab is installed: npm install ${rule.package}`,
    );
  const paths: Record<string, string> = {};
  for (const [name, path] of Object.entries(rule.paths)) {
    const file = join(home, path);
    if (!isFile(file))
      return err(
        `The npm package ${rule.package} has no file ${path} (in ${home}). Install it again: npm install ${rule.package}`,
      );
    paths[name] = file;
  }
  return ok(paths);
}

function inFolder(
  rule: Extract<OutsideFiles, { kind: 'folder' }>,
  params: Readonly<Record<string, Json>>,
  projectDir: string,
): Located {
  const folder = resolve(projectDir, params[rule.parameter] as string);
  const paths: Record<string, string> = {};
  for (const [name, candidates] of Object.entries(rule.paths)) {
    const file = candidates.map((candidate) => join(folder, candidate)).find(isFile);
    if (file === undefined)
      return err(
        `${rule.parameter}: there is no ${candidates.join(' or ')} in ${folder}. Put the file there, or name another folder.`,
      );
    paths[name] = file;
  }
  return ok(paths);
}

function isFile(path: string): boolean {
  try {
    return statSync(path).isFile();
  } catch {
    return false;
  }
}

function loadMemo(path: string): Map<string, Memo> {
  try {
    return new Map(Object.entries(JSON.parse(readFileSync(path, 'utf8')) as Record<string, Memo>));
  } catch {
    return new Map();
  }
}
