import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { wire } from './wire.js';

/** What `ticketlab init` writes: the quickstart, which the README explains line by line, under a name of its own. */
export function firstPipeline(schema: string, name: string): string {
  return readFileSync(join(wire().home, 'pipelines', 'quickstart.yaml'), 'utf8')
    .replace(/(?<=^# yaml-language-server: \$schema=).*$/m, () => schema)
    .replace(/(?<=^name: ).*$/m, () => name);
}
