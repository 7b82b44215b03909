// Entry of a worker thread: takes tasks of job after job, asleep in between, until told to stop.
import { receiveMessageOnPort, workerData } from 'node:worker_threads';
import type { MessagePort } from 'node:worker_threads';
import { control, createTaskTaker } from './job.js';
import type { Candidates, Shared } from './job.js';

const { shared, thread, mail } = workerData as {
  readonly shared: Shared;
  readonly thread: number;
  /** Brings new candidate buffers, always before the job that needs them. */
  readonly mail: MessagePort;
};
const words = shared.control;
const takeTasks = createTaskTaker(shared, thread);
let candidates: Candidates = { weights: new Float32Array(0), results: new Float64Array(0) };

for (let epoch = 0; ;) {
  Atomics.wait(words, control.epoch, epoch);
  epoch = Atomics.load(words, control.epoch);
  if (Atomics.load(words, control.stop) === 1) break;
  for (let letter = receiveMessageOnPort(mail); letter !== undefined; letter = receiveMessageOnPort(mail))
    candidates = letter.message as Candidates;
  while (takeTasks(candidates, Infinity));
  Atomics.add(words, control.done, 1);
  Atomics.notify(words, control.done);
}
mail.close();
