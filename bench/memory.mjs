// How much memory a training on MNIST takes: a pipeline that is run as a user would run it, in a folder of its own. The
// store notes for every instance the most that its process ever had resident.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** What `ticketlab` starts. */
const { bin } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'));
const entry = fileURLToPath(new URL(`../${bin.ticketlab}`, import.meta.url));

/** What a training may take, in megabytes. */
const limit = 600;

const pipeline = `
ticketlab: 1
name: memory
params:
  generations: { type: int }
stages:
  data:
    uses: dataset
    with: { task: mnist }
  init:
    uses: init
    with: { model: cnn-small, rng: 1 }
  train:
    uses: train-es
    resources: { cpus: 2 }
    with:
      data: \${stages.data.data}
      weights: \${stages.init.weights}
      mask: \${stages.init.mask}
      strategy: sep-cma-es
      sigma_init: 0.05
      popsize: 128
      batch: 1024
      generations: \${params.generations}
      test_every: 1
      rng: 2
`;

export function measure(say) {
  const folder = mkdtempSync(join(tmpdir(), 'ticketlab-memory-'));
  try {
    writeFileSync(join(folder, 'pipeline.yaml'), pipeline);
    say('a training in the process that has made the data, then one in a process of its own (half a minute)');
    const after = trainingOf(folder, 2);
    const alone = trainingOf(folder, 4);
    return { after_data_mb: after, alone_mb: alone, limit_mb: limit };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Runs the pipeline with so many generations; the megabytes that its training took. */
function trainingOf(folder, generations) {
  const words = ['run', 'pipeline.yaml', '--ui', 'quiet', '-P', `generations=${generations}`];
  const { status, stdout, stderr } = spawnSync(process.execPath, [entry, ...words], {
    cwd: folder,
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(`${words.join(' ')} ended with ${status}: ${stderr}${stdout}`);
  const made = recordsOf(folder).find(
    ({ K }) => K.type === 'train-es' && K.with.generations === generations,
  ).made;
  if (made.threads !== 2) throw new Error(`the training had ${made.threads} threads: it needs two cores`);
  return made.rss_max / 1e6;
}

function recordsOf(folder) {
  const results = join(folder, '.ticketlab', 'store', 'res');
  return readdirSync(results, { recursive: true })
    .filter((name) => name.endsWith('.json'))
    .map((name) => JSON.parse(readFileSync(join(results, name), 'utf8')));
}

export function table({ after_data_mb: after, alone_mb: alone, limit_mb: most }) {
  return [
    `a training, in the process that made the data too: ${after.toFixed(0)} MB`,
    `a training, in a process of its own:               ${alone.toFixed(0)} MB`,
    `it may take ${most} MB${Math.max(after, alone) > most ? ': THAT IS TOO MUCH' : ''}`,
  ].join('\n');
}
