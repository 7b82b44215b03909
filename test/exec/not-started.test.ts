import { writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { notStarted } from '../../src/exec/not-started.js';
import { temporaryFolder } from '../rig/temporary.js';

const refused = (code: string): NodeJS.ErrnoException =>
  Object.assign(new Error(`spawn it ${code}`), { code });

describe('a program that could not be started', () => {
  const folder = temporaryFolder();
  const path = ['/no/such/folder', folder].join(delimiter);
  writeFileSync(join(folder, 'plain-file'), 'text');
  const missing = (program: string): string =>
    `There is no program ${program}: it is neither on the PATH nor among the files under code.`;

  test.each([
    ['ENOENT', 'it', missing('it')],
    // What the system says when one of the folders of the PATH may not be looked into.
    ['EACCES', 'it', missing('it')],
    ['EACCES', 'plain-file', 'plain-file is not executable.'],
    ['EACCES', './code/it', './code/it is not executable.'],
    ['ENOENT', './code/it', missing('./code/it')],
    ['E2BIG', 'it', 'it could not be started: spawn it E2BIG'],
  ])('%s of %s', (code, program, message) => {
    expect(notStarted(refused(code), program, path).message).toBe(message);
  });
});
