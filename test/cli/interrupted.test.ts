import { existsSync, readdirSync, readFileSync, utimesSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { isAlive, ownIdentity } from '../../src/store/process-identity.js';
import { filesBelow, project, ticketlab } from './command.js';

/** Sends the process a signal when it calls a function of `node:fs` for the n-th time with a path that matches. */
const hook = `const fs = require('node:fs');
const { SIGNAL, ON, NTH, PATH_LIKE, MARK } = process.env;
if (SIGNAL === undefined) fs.writeFileSync(MARK, String(process.pid));
const original = fs[ON];
let count = 0;
if (ON) fs[ON] = (...given) => {
  const answer = original(...given);
  if (new RegExp(PATH_LIKE).test(String(given[0])) && ++count === Number(NTH)) process.kill(process.pid, SIGNAL);
  return answer;
};
require('node:module').syncBuiltinESMExports();
`;
const pipeline = `ticketlab: 1
name: p
stages:
  init:
    uses: init
    matrix: { width: [3, 4, 5] }
    with: { model: mlp, layers: '\${[4, matrix.width, 2]}', activation: relu, rng: 1 }
  waits:
    shell: |
      echo x > "$OUT_OUT"
      if [ -e "$MARK" ]; then echo $$ > "$MARK.pid"; kill -TERM "$(cat "$MARK")"; sleep 600; fi
    env: { MARK: { external: true } }
    outputs: { out: { type: file } }
`;

function ran(): { folder: string; mark: string } {
  const folder = project({ 'p.yaml': pipeline, 'hook.cjs': hook });
  const mark = join(folder, 'mark');
  const { stdout } = ticketlab(folder, ['run', 'p.yaml', '--ui', 'plain'], { MARK: mark });
  expect(stdout).toContain('4 ran, 0 failed');
  return { folder, mark };
}

interface Moment {
  readonly signal: string;
  readonly on: string;
  readonly nth: number;
  readonly path: string;
}

function interrupted(folder: string, words: readonly string[], { signal, on, nth, path }: Moment) {
  return ticketlab(folder, words, {
    ...{ NODE_OPTIONS: '--require ./hook.cjs', MARK: join(folder, 'mark') },
    ...{ SIGNAL: signal, ON: on, NTH: String(nth), PATH_LIKE: path },
  });
}

describe.each(['SIGINT', 'SIGTERM', 'SIGHUP'])('%s leaves nothing half-written', (signal) => {
  test('of an export', () => {
    const { folder } = ran();
    const before = readdirSync(folder);
    const moment = { signal, on: 'writeFileSync', nth: 2, path: 'tickets' };
    const words = ['export', 'init', 'deep/tickets', 'p.yaml'];
    const { code, stdout, stderr } = interrupted(folder, words, moment);
    expect({ code, stdout, stderr }).toEqual({
      code: 130,
      stdout: '',
      stderr: 'ticketlab: stopped; deep/tickets was not written.\n',
    });
    expect(readdirSync(folder)).toEqual(before);
  });

  test('of an archive', () => {
    const { folder } = ran();
    const before = readdirSync(folder);
    const moment = { signal, on: 'openSync', nth: 1, path: 'all\\.tlpack' };
    const { code, stdout, stderr } = interrupted(
      folder,
      ['pack', 'init', 'p.yaml', '-o', 'all.tlpack'],
      moment,
    );
    expect({ code, stdout, stderr }).toEqual({
      code: 130,
      stdout: '',
      stderr: 'ticketlab: stopped; all.tlpack was not written.\n',
    });
    expect(readdirSync(folder)).toEqual(before);
  });

  test('of a clean-up: what is in the store is whole, and the rest can be brought back or goes next time', () => {
    const { folder } = ran();
    const store = join(folder, '.ticketlab/store');
    for (const file of filesBelow(store)) utimesSync(join(store, file), 0, 0);
    const words = ['gc', '--apply', '--keep-runs', '0', '--keep-days', '0'];
    const moment = { signal, on: 'renameSync', nth: 2, path: '/res/' };
    const { code, stderr } = interrupted(folder, words, moment);
    expect({ code, stderr }).toEqual({
      code: 130,
      stderr:
        'ticketlab: stopped. What was moved so far is in the trash: gc --apply goes on, gc --undo brings it back.\n',
    });
    expect(ticketlab(folder, ['verify']).stdout).toMatch(/^2 results, .*: all is well\.\n$/);
    expect(ticketlab(folder, ['gc', '--undo']).code).toBe(0);
    expect(ticketlab(folder, ['verify']).stdout).toMatch(/^4 results, .*: all is well\.\n$/);
  });
});

describe('a signal while verify --rebuild computes', () => {
  test('ends what it started, and removes the scratch', async () => {
    const { folder, mark } = ran();
    const store = join(folder, '.ticketlab/store');
    const before = filesBelow(store);
    const variables = { NODE_OPTIONS: '--require ./hook.cjs', MARK: mark };
    const { code, stderr } = ticketlab(folder, ['verify', '--rebuild', '100%', 'p.yaml'], variables);
    expect({ code, stderr }).toEqual({
      code: 130,
      stderr: 'ticketlab: stopped; nothing in the store was changed.\n',
    });
    expect(filesBelow(store)).toEqual(before);
    expect(existsSync(join(store, 'tmp')) ? readdirSync(join(store, 'tmp')) : []).toEqual([]);
    const program = Number(readFileSync(`${mark}.pid`, 'utf8'));
    const lives = () => isAlive({ ...ownIdentity(), pid: program, start: '' });
    await expect.poll(lives, { timeout: 60_000 }).toBe(false);
  });
});
