// A whole run in a process of its own, to be killed: node client.mjs '{"plan", "store", "stagesModule", ...}'.
// Prints its events as lines, so that a test can choose the moment.
import { writeSync } from 'node:fs';
import { systemClock } from '../../dist/src/exec/clock.js';
import { runPlan } from '../../dist/src/exec/run.js';
import { openStore } from '../../dist/src/store/store.js';

const options = JSON.parse(process.argv[2]);
const controller = new AbortController();
process.on('SIGINT', () => controller.abort());
const { exit } = await runPlan(options.plan, {
  store: openStore(options.store),
  signatures: new Map(Object.entries(options.signatures)),
  jobs: options.jobs,
  force: new Set(),
  emit: (event) => writeSync(1, `${JSON.stringify(event)}\n`),
  stagesModule: options.stagesModule,
  projectDir: options.projectDir,
  cacheDir: options.cacheDir,
  signal: controller.signal,
  clock: systemClock,
  version: '0.0.0-test',
  environment: { PATH: '/usr/bin:/bin' },
});
process.exitCode = exit;
