import { execFileSync } from 'node:child_process';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { gitCommit } from '../../src/exec/git-commit.js';
import { provenanceOf } from '../../src/exec/provenance.js';
import type { RunDescription } from '../../src/store/run-folder.js';
import { sha256 } from '../rig/publication.js';
import { temporaryFolder } from '../rig/temporary.js';

let folder: string;
beforeEach(() => (folder = temporaryFolder()));
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const identity = ['-c', 'user.name=t', '-c', 'user.email=t@example.org'];
/** Nothing of the user's own: a hook of git that runs the tests names the repository that it is of. */
const env = { PATH: process.env['PATH'], GIT_CONFIG_GLOBAL: '/dev/null', GIT_CONFIG_NOSYSTEM: '1' };
const git = (at: string, ...words: string[]): string =>
  execFileSync('git', [...identity, ...words], { cwd: at, env, encoding: 'utf8', stdio: 'pipe' }).trim();
const commit = (at: string): void => void git(at, 'commit', '--allow-empty', '--quiet', '-m', 'one');

describe('the commit of a project', () => {
  test('is read as git would say it: on a branch, packed, detached, in a folder below, in a linked work tree', () => {
    const home = join(folder, 'home');
    mkdirSync(join(home, 'below'), { recursive: true });
    git(home, 'init', '--quiet');
    expect(gitCommit(home)).toBeNull();
    commit(home);
    const head = (at: string): string => git(at, 'rev-parse', 'HEAD');
    expect(gitCommit(home)).toBe(head(home));
    expect(gitCommit(join(home, 'below'))).toBe(head(home));
    git(home, 'pack-refs', '--all');
    expect(gitCommit(home)).toBe(head(home));
    const linked = join(folder, 'linked');
    git(home, 'worktree', 'add', '--quiet', '-b', 'other', linked);
    commit(linked);
    expect(gitCommit(linked)).toBe(head(linked));
    expect(gitCommit(linked)).not.toBe(head(home));
    git(home, 'checkout', '--quiet', '--detach');
    expect(gitCommit(home)).toBe(head(home));
  });

  test('is none where there is no repository, or one that looks odd', () => {
    expect(gitCommit(folder)).toBeNull();
    mkdirSync(join(folder, '.git'));
    writeFileSync(join(folder, '.git', 'HEAD'), 'ref: refs/heads/../../../../etc/passwd\n');
    expect(gitCommit(folder)).toBeNull();
  });
});

describe('what a record keeps of its run', () => {
  test('is every parameter with its origin, long values by their digest', () => {
    const long = Array.from({ length: 100 }, (_, at) => at);
    const run = {
      pipeline: 'p',
      file: 'p.yaml',
      sha256: 'd',
      variant: 'smoke',
      preset: 'smoke',
      git: null,
      params: {
        popsize: { value: 64, origin: 'preset smoke, line 23' },
        seeds: { value: long, origin: '-P' },
      },
    } as unknown as RunDescription;
    expect(provenanceOf(run)).toEqual({
      pipeline: { name: 'p', file: 'p.yaml', sha256: 'd', variant: 'smoke', preset: 'smoke' },
      params: {
        popsize: { value: 64, origin: 'preset smoke, line 23' },
        seeds: { sha256: sha256(JSON.stringify(long)), origin: '-P' },
      },
    });
    expect(provenanceOf(undefined)).toEqual({});
  });
});
