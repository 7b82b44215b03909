// A second thread that runs the limit loop whenever the first does: how much of a whole core the machine really adds.
import { parentPort, workerData } from 'node:worker_threads';
import { multiplyAddChains, limitRounds } from './workload.mjs';

const words = new Int32Array(workerData);
parentPort.postMessage('ready');
for (let epoch = 0; ;) {
  Atomics.wait(words, 0, epoch);
  epoch = Atomics.load(words, 0);
  if (epoch < 0) break;
  multiplyAddChains(0, limitRounds, 0.5, 0.25);
  Atomics.store(words, 1, epoch);
  Atomics.notify(words, 1);
}
