// A worker that dies at a named place. What to do comes with the settings of the run: the only way in is this file.
import { armFromFolder } from './bomb.mjs';

const { store } = JSON.parse(process.argv[2]);
armFromFolder(`${store}/../bomb.json`, 'worker');
await import('../../dist/src/exec/worker-main.js');
