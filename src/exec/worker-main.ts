import { fstatSync, writeSync } from 'node:fs';
import { Socket } from 'node:net';
import { Worker } from 'node:worker_threads';
import type { StageDefinition } from '../pipeline/stage.js';
import { readDescription } from '../store/run-folder.js';
import { openStore } from '../store/store.js';
import { systemClock } from './clock.js';
import { endGroup } from './end-group.js';
import {
  onMessages,
  reportsDescriptor,
  tasksDescriptor,
  type Task,
  type WorkerMessage,
  type WorkerSettings,
} from './protocol.js';
import { provenanceOf } from './provenance.js';
import { messageOf, performTask, type TaskEnv } from './worker-task.js';

/** What the module of the stage types exports: definitions, or functions that load the module of one when it is needed. */
export type StageRegistry = Readonly<
  Record<string, StageDefinition | (() => Promise<{ default: StageDefinition }>)>
>;

/*
 * Entry point of a worker process. Everything that it says goes out by synchronous writes, because a stage may keep the
 * event loop busy for minutes.
 */
const settings = JSON.parse(process.argv[2] ?? '{}') as WorkerSettings;
const standardOutput = 1;
const standardError = 2;
let working = false;

function writeAll(descriptor: number, text: string): void {
  const bytes = Buffer.from(text);
  for (let at = 0; at < bytes.length;) at += writeSync(descriptor, bytes, at);
}

function send(message: WorkerMessage): void {
  try {
    writeAll(reportsDescriptor, `${JSON.stringify(message)}\n`);
  } catch {
    // Nobody listens any more.
    endGroup();
  }
}

function print(descriptor: number, text: string): void {
  try {
    writeAll(descriptor, `${text}\n`);
  } catch {
    // A full disk must not stop the work for a line of its log.
  }
}

function logStack(stack: string): void {
  send({ type: 'stack', logSize: fstatSync(standardOutput).size });
  print(standardError, stack);
}

let registry: Promise<{ stages: StageRegistry }> | undefined;

async function loadStage(type: string): Promise<StageDefinition> {
  registry ??= import(settings.stagesModule) as Promise<{ stages: StageRegistry }>;
  const entry = (await registry).stages[type];
  if (!entry) throw new Error(`there is no stage type "${type}" in ${settings.stagesModule}`);
  return typeof entry === 'function' ? (await entry()).default : entry;
}

const store = openStore(settings.store);

const env: TaskEnv = {
  settings,
  provenance: provenanceOf(readDescription(store.layout.run(settings.run))),
  store,
  clock: systemClock,
  loadStage,
  send,
  log: (line) => print(standardOutput, line),
  logStack,
};

new Worker(new URL('./watchdog.js', import.meta.url)).unref();

// Whoever prints to a log on a full disk must not fall over it.
process.stdout.on('error', () => undefined);
process.stderr.on('error', () => undefined);

process.on('uncaughtException', (error) => {
  logStack(error.stack ?? error.message);
  if (working)
    send({ type: 'failed', kind: 'fault', message: `${messageOf(error)} (outside the stage's own course)` });
  process.exit(1);
});

async function perform(task: Task): Promise<void> {
  working = true;
  const report = await performTask(task, env);
  working = false;
  send(report);
}

const tasks = new Socket({ fd: tasksDescriptor, readable: true, writable: false });
// The parent is gone, or needs this process no more. The watchdog sees the same; a program must not survive the faster one.
tasks.on('error', endGroup);
tasks.on('close', endGroup);
onMessages<Task>(tasks, (task) => void perform(task));
