// Publishes the same results as its siblings: node publisher.mjs STORE COUNT. Waits for a line before it begins.
import { createHash } from 'node:crypto';
import { createInterface } from 'node:readline';
import { openStore } from '../../dist/src/store/store.js';

const [folder, count] = process.argv.slice(2);
const made = {
  instance: 'a',
  run: 'r',
  host: 'h',
  pid: process.pid,
  start: '',
  wall_s: 0,
  cpu_s: 0,
  rss_max: 0,
  threads: 1,
  resumed: false,
  ticketlab: '0',
  node: '20',
};
const store = openStore(folder);
console.log('ready');
for await (const _ of createInterface({ input: process.stdin })) break;
const outcomes = { first: 0, known: 0, replaced: 0 };
for (let at = 0; at < Number(count); at++) {
  const key = createHash('sha256').update(`key ${at}`).digest('hex');
  const outputs = { out: { type: 'file', content: `bytes ${at % 50}` } };
  const { outcome, differing } = store.publish({ key, K: { at }, outputs, made });
  if (differing.length > 0) throw new Error(`key ${at} differs`);
  outcomes[outcome]++;
}
console.log(JSON.stringify(outcomes));
process.exit(0);
