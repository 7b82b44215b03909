import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { curve } from './lib/curve.mjs';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { seed: { type: 'string' }, steps: { type: 'string' } },
});
const rows = curve(Number(values.seed), Number(values.steps));
writeFileSync(positionals[0], ['step,value', ...rows.map((row) => row.join(','))].join('\n') + '\n');
console.log(`measured ${rows.length} steps`);
