// Rounds of crashing: each is decided by its seed alone (but for what the system's scheduler adds).
import { spawn } from 'node:child_process';
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { isDeepStrictEqual } from 'node:util';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { failpoints } from '../../dist/src/store/failpoints.js';
import { complaints, figures, objectFiles, results } from './inspect.mjs';

const clientPath = join(import.meta.dirname, 'client.mjs');
const inWorker = /^(checkpoint|publish)\./;

/** Numbers from 0 to below `limit`, the same for the same seed. */
export function dice(seed) {
  let state = seed >>> 0;
  return (limit) => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) % limit;
  };
}

/** A store with its project, in a folder of its own. */
function site() {
  const folder = mkdtempSync(join(tmpdir(), 'ticketlab-torture-'));
  mkdirSync(join(folder, 'project'));
  return {
    folder,
    store: join(folder, 'store'),
    project: join(folder, 'project'),
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}

/** Starts a client; `ended` has its report, or none when it was killed. */
function client(place, { arms = 2, project = place.project } = {}) {
  const started = performance.now();
  const child = spawn(process.execPath, [clientPath, place.folder, project, String(arms), '2'], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let said = '';
  let errors = '';
  child.stdout.on('data', (chunk) => (said += chunk));
  child.stderr.on('data', (chunk) => (errors += chunk));
  const ended = new Promise((resolve) =>
    child.on('close', (code, signal) =>
      resolve({
        signal,
        report: code === null || said === '' ? undefined : JSON.parse(said),
        errors,
        milliseconds: performance.now() - started,
      }),
    ),
  );
  return { ended, kill: () => child.kill('SIGKILL') };
}

/** A client that nobody disturbs must end well. */
async function finish(place, options) {
  const { report, errors } = await client(place, options).ended;
  if (report?.exit !== 0)
    throw new Error(`a run after the crash did not end well: ${JSON.stringify(report)} ${errors}`);
  return report;
}

function compare(what, found, expected) {
  if (!isDeepStrictEqual(found, expected))
    throw new Error(`${what} differ: ${JSON.stringify(found)} instead of ${JSON.stringify(expected)}`);
}

function check(place, expected) {
  compare('results', results(place.store), expected.results);
  compare('figures', figures(place.project), expected.figures);
  const problems = complaints(place.store, { atRest: true });
  if (problems.length > 0) throw new Error(problems.join('\n'));
}

/** Another project on the same store, with a smaller pipeline. */
function smallProject(place) {
  const project = join(place.folder, 'small');
  mkdirSync(project, { recursive: true });
  return project;
}

/** What an undisturbed run gives, and how long it takes. */
export async function reference() {
  const place = site();
  try {
    const { report, milliseconds } = await client(place).ended;
    if (report?.exit !== 0) throw new Error(`the undisturbed run failed: ${JSON.stringify(report)}`);
    const expected = { results: results(place.store), figures: figures(place.project), milliseconds };
    check(place, expected);
    await finish(place, { arms: 1, project: smallProject(place) });
    return { ...expected, withSmall: results(place.store) };
  } finally {
    place.remove();
  }
}

/** Dies at a named place, client or worker or both. @returns whether the place was reached. */
async function atFailpoint(place, roll, failpoint) {
  const role = inWorker.test(failpoint) ? 'worker' : 'client';
  const wholeRun = role === 'worker' && roll(2) === 0;
  // Some places are passed once in a run, some for each object.
  const count = /^(run|index)\.|\.removed$/.test(failpoint) ? 1 : 1 + roll(6);
  writeFileSync(join(place.folder, 'bomb.json'), JSON.stringify({ failpoint, role, count, wholeRun }));
  if (failpoint === 'lease.stolen') await leaveLeaseBehind(place);
  await client(place).ended;
  const went = !fileThere(join(place.folder, 'bomb.json'));
  rmSync(join(place.folder, 'bomb.json'), { force: true });
  return went;
}

/** Somebody died with leases in hand. */
async function leaveLeaseBehind(place) {
  const bomb = join(place.folder, 'bomb.json');
  const wanted = readFileSync(bomb, 'utf8');
  writeFileSync(bomb, JSON.stringify({ failpoint: 'lease.taken', role: 'client', count: 1 }));
  await client(place).ended;
  writeFileSync(bomb, JSON.stringify({ ...JSON.parse(wanted), count: 1 }));
}

function fileThere(path) {
  try {
    readFileSync(path);
    return true;
  } catch {
    return false;
  }
}

/** kill -9 after some milliseconds, up to three times. */
async function atInstant(place, roll, milliseconds) {
  for (let kills = 1 + roll(3); kills > 0; kills--) {
    const running = client(place);
    const timer = setTimeout(running.kill, roll(Math.ceil(milliseconds * 1.1)));
    await running.ended;
    clearTimeout(timer);
  }
}

/** Several clients at the same time, on the same pipeline and a larger one, some of them killed. */
async function crowd(place, roll, { size, milliseconds }) {
  const clients = Array.from({ length: size }, (_, at) => {
    const project = join(place.folder, `project-${at}`);
    mkdirSync(project);
    return client(place, { project, arms: 1 + (at % 2) });
  });
  const ends = clients.map(async ({ ended, kill }) => {
    const doomed = roll(2) === 0;
    const timer = doomed ? setTimeout(kill, roll(Math.ceil(milliseconds * size * 0.6))) : undefined;
    const { signal, report, errors } = await ended;
    clearTimeout(timer);
    if (signal === null && report?.exit !== 0)
      throw new Error(`one of ${size} clients did not end well: ${JSON.stringify(report)} ${errors}`);
  });
  await Promise.all(ends);
}

const spoilers = {
  deleted: (path) => rmSync(path),
  emptied: (path) => truncateSync(path, 0),
  'cut short': (path) => truncateSync(path, readFileSync(path).length >> 1),
  flipped: (path) => {
    const bytes = readFileSync(path);
    bytes[bytes.length >> 1] ^= 1;
    writeFileSync(path, bytes);
  },
};

/** Spoils a share of the objects and takes the figures away. */
async function afterDamage(place, roll, expected) {
  await finish(place);
  const flipped = [];
  let gone = 0;
  for (const path of objectFiles(place.store)) {
    if (roll(3) !== 0) continue;
    const kind = Object.keys(spoilers)[roll(4)];
    chmodSync(path, 0o644);
    spoilers[kind](path);
    if (kind === 'flipped') flipped.push(path);
    else gone++;
  }
  rmSync(join(place.project, 'results'), { recursive: true });
  const { messages } = await finish(place);
  const healed = messages.filter(({ message }) => message.endsWith('; it is computed again'));
  if (gone > 0 && healed.length === 0) throw new Error(`${gone} objects were lost, and nothing was said`);
  compare('figures', figures(place.project), expected.figures);
  // A flipped bit in what nobody read is still there, for \`verify\` to find: nothing else may be.
  const unread = complaints(place.store, { atRest: true }).filter(
    (problem) => !flipped.some((path) => problem.startsWith(path)),
  );
  if (unread.length > 0) throw new Error(unread.join('\n'));
}

const temporaries = (place) => readdirSync(join(place.store, 'tmp'));

/** One round. @returns what was done, for the count. @throws Error when a promise is broken. */
export async function round(seed, expected) {
  const roll = dice(seed);
  const place = site();
  try {
    const kind =
      seed % 40 === 39 ? 'crowd' : seed % 5 === 4 ? 'damage' : seed % 2 === 0 ? 'failpoint' : 'instant';
    if (kind === 'damage') {
      await afterDamage(place, roll, expected);
      return kind;
    }
    let done = kind;
    if (kind === 'failpoint') {
      const failpoint = failpoints[Math.floor(seed / 2) % failpoints.length];
      done = (await atFailpoint(place, roll, failpoint)) ? failpoint : 'not reached';
    } else if (kind === 'instant') await atInstant(place, roll, expected.milliseconds);
    else await crowd(place, roll, { size: 8, milliseconds: expected.milliseconds });
    await finish(place);
    // A process that is killed while the disk writes for it takes its time to die: what it had is for the next run.
    if (temporaries(place).length > 0) await finish(place);
    if (kind === 'crowd') await finish(place, { arms: 1, project: smallProject(place) });
    check(place, kind === 'crowd' ? { ...expected, results: expected.withSmall } : expected);
    return done;
  } catch (error) {
    throw new Error(`round ${seed}: ${error.message}`);
  } finally {
    place.remove();
  }
}
