// npm run torture [-- ROUNDS [FIRST]]: rounds of crashing, 1,000 unless said otherwise; minutes.
import { reference, round } from './rounds.mjs';

const [rounds = '1000', first = '0'] = process.argv.slice(2);
const started = performance.now();
const expected = await reference();
const counts = {};
for (let at = 0; at < Number(rounds); at++) {
  const done = await round(Number(first) + at, expected);
  counts[done] = (counts[done] ?? 0) + 1;
  if ((at + 1) % 25 === 0)
    console.error(`${at + 1} rounds, ${Math.round((performance.now() - started) / 1000)} s`);
}
console.log(
  JSON.stringify(
    { rounds: Number(rounds), seconds: Math.round((performance.now() - started) / 1000), counts },
    null,
    2,
  ),
);
