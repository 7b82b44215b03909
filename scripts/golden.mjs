// Replays recorded runs of the reference library: npm run golden -- FILE...
// Exit code 0: all agree to 1e-12; 1: a difference above it; 2: a file cannot be used.
import { readFileSync } from 'node:fs';
import process from 'node:process';
import { parseGolden } from '../dist/src/es/golden-file.js';
import { replay } from '../dist/src/es/golden.js';

const tolerance = 1e-12;
const files = process.argv.slice(2);
if (files.length === 0) {
  console.error(
    'Usage: npm run golden -- FILE...   (JSON files of recorded runs, as test/es/golden-es.json)',
  );
  process.exit(2);
}

let worst = 0;
for (const file of files) {
  for (const [name, one] of casesOf(file)) {
    const { difference, where } = attempt(`${file}: case ${name}`, () => replay(one));
    console.log(
      `${difference <= tolerance ? 'ok  ' : 'FAIL'} ${name}  ${difference.toExponential(2)}  (${where})`,
    );
    worst = Math.max(worst, difference);
  }
}
console.log(`largest absolute difference ${worst.toExponential(2)}, tolerance ${tolerance.toExponential(0)}`);
process.exitCode = worst <= tolerance ? 0 : 1;

function casesOf(file) {
  return attempt(file, () => Object.entries(parseGolden(readFileSync(file, 'utf8'))));
}

/** What the user can mend ends the command with one line. */
function attempt(where, action) {
  try {
    return action();
  } catch (error) {
    const known = error.name === 'UserError' || typeof error.code === 'string';
    if (!known) throw error;
    console.error(`${where}: ${error.message}`);
    process.exit(2);
  }
}
