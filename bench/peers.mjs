// Ours against JAX: the same network, masks, weights and batch on the same cores, measured in turns, medians.
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { availableParallelism, homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import {
  atLevel,
  density,
  flatWeights,
  levels,
  masks,
  microseconds,
  network,
  noiseImages,
  simdLimit,
} from './workload.mjs';

/** The release that is measured; a new one is a new line in docs/performance.md. */
const requirement = 'jax[cpu]==0.10.2';
const formulations = ['vmap', 'map'];
const repeats = 5;
const population = 32;
const batch = 256;
const threads = availableParallelism();

export async function measure(say) {
  const images = noiseImages(batch);
  const python = environment(say);
  const peer = python === undefined ? undefined : await startPeer(python, images, say);
  const ours = [];
  for (let level = 0; level < levels; level++)
    ours.push(await atLevel(level, { population, images, threads }));
  const times = Array.from({ length: levels }, () => ({ ours: [], vmap: [], map: [] }));
  const limits = [];
  for (let repeat = 0; repeat < repeats; repeat++) {
    for (const formulation of formulations) {
      const time = async (level) => {
        limits.push(await simdLimit());
        return steadyMicroseconds(ours[level].run);
      };
      await throughLevels(time, 'ours', times);
      if (peer === undefined) continue;
      await throughLevels((level) => theirTime(peer, formulation, level, ours[level]), formulation, times);
    }
    say(`repeat ${repeat + 1} of ${repeats}`);
  }
  for (const { close } of ours) await close();
  peer?.close();
  return report(times, limits, peer?.version);
}

/**
 * One side goes through all levels at a stretch, as in training, where one generation follows the other: a processor
 * that has just slept, or has just run the other side, is slower. The first time does not count.
 */
async function throughLevels(time, side, times) {
  await time(0);
  for (let level = 0; level < levels; level++) times[level][side].push(await time(level));
}

/** Our evaluations can be too short for the clock and for the threads' wake-up: a twentieth of a second of them. */
async function steadyMicroseconds(run) {
  let count = 0;
  let sum = 0;
  for (; sum < 50_000; count++) sum += await microseconds(run);
  return sum / count;
}

/** Both have to compute the same thing for every candidate, or their times say nothing. */
async function theirTime(peer, formulation, level, { scores }) {
  const { microseconds: time, scores: theirs } = await peer.ask(formulation, level);
  const differs = (own, k) => !(Math.abs(theirs[k] - own) < 1e-3 * Math.max(1, Math.abs(own)));
  const at = scores.findIndex(differs);
  if (at < 0) return time;
  throw new Error(
    `${formulation} at level ${level}, candidate ${at}: JAX says ${theirs[at]}, we say ${scores[at]}`,
  );
}

/** A Python with JAX, made in the user's cache when first asked for; undefined, said aloud, where there is none. */
function environment(say) {
  const cache = process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache');
  const folder = join(cache, 'ticketlab', `peers-${requirement.replaceAll(/[^a-z0-9.]+/g, '-')}`);
  const python = join(folder, 'bin', 'python');
  const ready = join(folder, 'ready');
  if (existsSync(ready)) return python;
  say(`making a virtual environment with ${requirement} in ${folder}`);
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const commands = [
    ['python3', '-m', 'venv', folder],
    [python, '-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', requirement],
  ];
  for (const [command, ...options] of commands) {
    const { status, error, stderr } = spawnSync(command, options, { encoding: 'utf8' });
    if (status === 0) continue;
    say(`NO COMPARISON WITH JAX: ${command} ${options.join(' ')} failed: ${error?.message ?? stderr.trim()}`);
    return undefined;
  }
  writeFileSync(ready, '');
  return python;
}

/** Starts peers.py on the workload; `ask` has it evaluate the population once. */
async function startPeer(python, images, say) {
  const folder = mkdtempSync(join(tmpdir(), 'ticketlab-peers-'));
  const tensors = network.layout.tensors.map(({ path, offset, size, shape }) => ({
    path,
    offset,
    size,
    shape,
  }));
  writeFileSync(join(folder, 'spec.json'), JSON.stringify({ batch, population, tensors }));
  writeFileSync(join(folder, 'pixels'), images.pixels);
  writeFileSync(join(folder, 'labels'), images.labels);
  writeFileSync(join(folder, 'weights'), flatWeights(population));
  writeFileSync(join(folder, 'masks'), Buffer.concat(masks));
  say(`JAX compiles ${formulations.join(' and ')} (a minute or so)`);
  const script = fileURLToPath(new URL('peers.py', import.meta.url));
  const child = spawn(python, [script, folder], { stdio: ['pipe', 'pipe', 'inherit'] });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const read = async () => {
    const { value, done } = await lines.next();
    if (done) throw new Error('JAX ended early: its message is above');
    return JSON.parse(value);
  };
  const { jax } = await read();
  return {
    version: jax,
    ask: (formulation, level) => {
      child.stdin.write(`${formulation} ${level}\n`);
      return read();
    },
    close: () => {
      child.stdin.end();
      rmSync(folder, { recursive: true });
    },
  };
}

const median = (values) => [...values].sort((a, b) => a - b)[values.length >> 1];
const least = (values) => Math.min(...values);
const total = (values) => values.reduce((a, b) => a + b, 0);

/** The medians, and beside them what the best of each side come to: in between the machine did other things. */
function report(times, limits, version) {
  const perImage = (side, pick = median) => times.map((entry) => pick(entry[side]) / (population * batch));
  const own = perImage('ours');
  const ours = {
    threads,
    population,
    batch,
    levels: own.map((us, level) => ({ level, density: density(level), us_per_image: us })),
    chain_us: total(own),
    chain_us_at_best: total(perImage('ours', least)),
    simd_limit_gflops: { least: least(limits), median: median(limits), most: Math.max(...limits) },
  };
  if (version === undefined) return { ours, jax: null, ratio: null };
  const vmap = perImage('vmap');
  const map = perImage('map');
  const best = vmap.map((us, level) => Math.min(us, map[level]));
  const jax = {
    version,
    levels: best.map((_, level) => ({ level, vmap_us_per_image: vmap[level], map_us_per_image: map[level] })),
    chain_vmap_us: total(vmap),
    chain_map_us: total(map),
    chain_best_us: Math.min(total(vmap), total(map)),
  };
  const ratio = {
    chain_best: jax.chain_best_us / ours.chain_us,
    chain_vmap: jax.chain_vmap_us / ours.chain_us,
    dense_best: best[0] / own[0],
    sparsest_best: best[levels - 1] / own[levels - 1],
  };
  const leastMap = perImage('map', least);
  const leastOwn = perImage('ours', least);
  const at_best = {
    chain_best: total(leastMap) / total(leastOwn),
    dense_best: leastMap[0] / leastOwn[0],
  };
  return { ours, jax, ratio, at_best };
}

export function table({ ours, jax, ratio, at_best: best }) {
  const rows = ours.levels.map(({ level, density: share, us_per_image: us }) => {
    const peer = jax?.levels[level];
    const theirs =
      peer === undefined ? [] : [peer.vmap_us_per_image.toFixed(1), peer.map_us_per_image.toFixed(1)];
    return [String(level), share.toFixed(4), us.toFixed(3), ...theirs]
      .map((cell) => cell.padStart(9))
      .join('');
  });
  const { simd_limit_gflops: limit } = ours;
  const head = ['level', 'density', 'ours', ...(jax === null ? [] : ['vmap', 'lax.map'])];
  const lines = [
    `us per candidate and image on ${ours.threads} threads; population ${ours.population}, batch ${ours.batch}`,
    head.map((cell) => cell.padStart(9)).join(''),
    ...rows,
    `chain (sum of the levels): ours ${ours.chain_us.toFixed(1)} us`,
  ];
  if (jax === null) return [...lines, 'no comparison with JAX: see above'].join('\n');
  return [
    ...lines,
    `JAX ${jax.version}: ${jax.chain_vmap_us.toFixed(0)} us by vmap, ${jax.chain_map_us.toFixed(0)} us by lax.map`,
    `ours is faster: chain ${ratio.chain_best.toFixed(1)} x (vmap ${ratio.chain_vmap.toFixed(1)} x), dense ${ratio.dense_best.toFixed(1)} x, sparsest ${ratio.sparsest_best.toFixed(0)} x`,
    `the best of each side instead of the medians: chain ${best.chain_best.toFixed(1)} x, dense ${best.dense_best.toFixed(1)} x`,
    `SIMD limit of a thread in between: ${limit.least.toFixed(1)} to ${limit.most.toFixed(1)} GF/s, median ${limit.median.toFixed(1)}`,
  ].join('\n');
}
