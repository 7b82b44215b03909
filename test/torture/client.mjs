// One client of a store, in a process of its own: node client.mjs FOLDER PROJECT ARMS JOBS. Says "done" and its exit code.
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { systemClock } from '../../dist/src/exec/clock.js';
import { runPlan } from '../../dist/src/exec/run.js';
import { planPipeline } from '../../dist/src/pipeline/plan-pipeline.js';
import { openStore } from '../../dist/src/store/store.js';
import { armFromFolder } from './bomb.mjs';
import { pipeline, signatureOf, types } from './stages.mjs';

const [folder, project, arms, jobs] = process.argv.slice(2);
armFromFolder(join(folder, 'bomb.json'), 'client');
const here = import.meta.dirname;
const signatures = new Map(types.map((type) => [type, signatureOf(type)]));
const planned = planPipeline({
  source: Buffer.from(pipeline(Number(arms))),
  file: 'torture.yaml',
  signatures,
});
if (!planned.ok) throw new Error(JSON.stringify(planned.error));
const messages = [];
const { exit, counts } = await runPlan(planned.value, {
  store: openStore(join(folder, 'store'), { indexFolder: join(project, '.ticketlab') }),
  signatures,
  jobs: Number(jobs),
  force: new Set(),
  emit: (event) => {
    if (event.type === 'warn' || (event.type === 'inst.end' && event.how === 'failed')) messages.push(event);
  },
  stagesModule: pathToFileURL(join(here, 'stages.mjs')).href,
  projectDir: project,
  cacheDir: join(folder, 'cache'),
  signal: new AbortController().signal,
  clock: systemClock,
  version: '0.0.0-torture',
  environment: { PATH: '/usr/bin:/bin' },
  workerEntry: join(here, 'worker.mjs'),
});
console.log(JSON.stringify({ exit, counts, messages }));
process.exitCode = exit;
