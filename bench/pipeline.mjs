// How long nothing takes: `ticketlab run` with everything in the store, as it is from the third time on and when it has to
// look at everything anew; `plan` with nothing in the store, `validate`, and a run that has lost its index. End to end:
// node on the entry point, as a user would start it.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { makeProject } from './pipeline-project.mjs';

/** What `ticketlab` starts. */
const { bin } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'));
const entry = fileURLToPath(new URL(`../${bin.ticketlab}`, import.meta.url));
const timer = fileURLToPath(new URL('./pipeline-rss.cjs', import.meta.url));
const sizes = [
  { wanted: 1_000, repeats: 20 },
  { wanted: 10_000, repeats: 20 },
  { wanted: 100_000, repeats: 10 },
];

/** What the pipeline's design allows, in seconds. */
const targets = {
  noop_p95_s: [0.35, 0.7, 3],
  anew_p95_s: [0.35, 0.7, 3],
  plan_p95_s: [0.35, 0.7, 3],
  validate_p95_s: [0.25, 0.25, 0.25],
  index_rebuild_s: [0.2, 0.5, 5],
  rss_mb: [90, 140, 350],
  anew_rss_mb: [90, 140, 350],
};

/** What has been written so recently is not believed to be settled. */
const settledMs = 2500;

export async function measure(say, options = []) {
  const result = { sizes: sizes.map((size) => measureSize(size, say)) };
  if (!options.includes('--peers')) return result;
  const { comparePeers } = await import('./pipeline-peers.mjs');
  return { ...result, peers: comparePeers(say) };
}

function measureSize({ wanted, repeats }, say) {
  const folder = mkdtempSync(join(tmpdir(), 'ticketlab-bench-'));
  try {
    say(`making up a store for ${wanted} instances`);
    const instances = makeProject(join(folder, 'full'), { instances: wanted, filled: true });
    makeProject(join(folder, 'empty'), { instances: wanted, filled: false });
    const run = ['run', 'pipeline.yaml', '--ui', 'quiet'];
    const full = join(folder, 'full');
    const warm = timed(full, run, 0);
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, settledMs);
    timed(full, run, 0);
    const noop = repeat(repeats, () => timed(full, run, 0));
    const anew = repeat(repeats, () => {
      lose(full, 'unchanged');
      return timed(full, run, 0);
    });
    const plan = repeat(repeats, () => timed(join(folder, 'empty'), ['plan', 'pipeline.yaml'], 10));
    const validate = repeat(repeats, () => timed(full, ['validate', 'pipeline.yaml'], 0));
    const rebuild = repeat(3, () => {
      lose(full, 'unchanged');
      lose(full, 'index.');
      return timed(full, run, 0);
    });
    say(`${instances} instances measured; the very first run took ${warm.seconds.toFixed(2)} s`);
    return {
      instances,
      noop_p95_s: p95(noop),
      noop_median_s: median(noop),
      anew_p95_s: p95(anew),
      plan_p95_s: p95(plan),
      validate_p95_s: p95(validate),
      // What a run takes longer without its index than with it.
      index_rebuild_s: Math.max(0, median(rebuild) - median(anew)),
      rss_mb: Math.max(...[...noop, ...plan].map(({ megabytes }) => megabytes)),
      anew_rss_mb: Math.max(...anew.map(({ megabytes }) => megabytes)),
    };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** One command, from starting node to its end. @throws Error when it did not end as it should. */
export function timed(cwd, words, exit) {
  const started = performance.now();
  const done = spawnSync(process.execPath, ['--require', timer, entry, ...words], {
    cwd,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe', 'pipe'],
    maxBuffer: 1 << 28,
  });
  const seconds = (performance.now() - started) / 1000;
  if (done.status !== exit)
    throw new Error(`${words.join(' ')} ended with ${done.status}: ${done.stderr}${done.stdout}`);
  return { seconds, megabytes: Number(done.output[3]) };
}

/** Takes a disposable file away. */
function lose(project, start) {
  const home = join(project, '.ticketlab');
  for (const name of readdirSync(home)) if (name.startsWith(start)) rmSync(join(home, name));
}

const repeat = (times, work) => Array.from({ length: times }, work);
const sorted = (runs) => runs.map(({ seconds }) => seconds).sort((a, b) => a - b);
export const median = (runs) => sorted(runs)[runs.length >> 1];
const p95 = (runs) => sorted(runs)[Math.ceil(runs.length * 0.95) - 1];

export function table({ sizes: measured, peers }) {
  const columns = ['instances', ...Object.keys(targets)];
  const rows = measured.map((size, at) =>
    columns
      .map((name) => {
        const digits = name.endsWith('_s') ? 2 : 0;
        const target = targets[name]?.[at];
        return (size[name].toFixed(digits) + (target === undefined ? '' : ` (${target})`)).padStart(16);
      })
      .join(''),
  );
  const lines = [columns.map((name) => name.padStart(16)).join(''), ...rows, 'in brackets: what it may take'];
  return [...lines, ...(peers ? ['', ...peerLines(peers)] : [])].join('\n');
}

function peerLines(peers) {
  return peers.map(({ peer, stages, noop_s, ours_s, missing }) =>
    missing === undefined
      ? `${peer}, ${stages} stages with nothing to do: ${noop_s.toFixed(2)} s; ours ${ours_s.toFixed(2)} s: ${(noop_s / ours_s).toFixed(1)} x faster`
      : `${peer}: NOT COMPARED: ${missing}`,
  );
}
