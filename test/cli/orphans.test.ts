import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, createReadStream, openSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { expect, test } from 'vitest';
import { project, started } from './command.js';

/** Each in a worker of its own, which ends in its own way. */
const programs = 5;

/**
 * Runs programs that say so and hold a pipe open until they end, which they do when the test wants it or they are
 * killed. The pipe ends with the last of them.
 */
async function whileTheyRun(trap: string, stop: (client: ReturnType<typeof started>) => Promise<void>) {
  const folder = project();
  const [pipe, gate] = [join(folder, 'pipe'), join(folder, 'gate')];
  execFileSync('mkfifo', [pipe, gate]);
  writeFileSync(
    join(folder, 'p.yaml'),
    `ticketlab: 1
name: p
stages:
  waits:
    matrix: { n: [${Array.from({ length: programs }, (_, n) => n).join(', ')}] }
    inputs: { n: { type: int } }
    with: { n: '\${matrix.n}' }
    shell: '${trap}exec 9> "${pipe}"; echo here >&9; cat "${gate}"'
    outputs: { out: { type: file } }
`,
  );
  const release = openSync(gate, 'r+');
  try {
    const client = started(folder, ['run', 'p.yaml', '--ui', 'plain', '--jobs', String(programs)]);
    const held = createReadStream(pipe);
    const allEnded = once(held, 'close');
    let running = 0;
    createInterface({ input: held }).on('line', () => ++running === programs && client.emit('running'));
    client.once(
      'exit',
      (code) => running < programs && client.emit('error', new Error(`it ended with ${code}`)),
    );
    await once(client, 'running');
    await stop(client);
    await allEnded;
    return running;
  } finally {
    closeSync(release);
  }
}

test.each([1, 2, 3])('no program outlives a client that is killed (round %i)', async () => {
  const stop = async (client: ReturnType<typeof started>): Promise<void> => {
    client.kill('SIGKILL');
    await once(client, 'exit');
  };
  expect(await whileTheyRun('', stop)).toBe(programs);
});

test('nor one that a second Ctrl-C ends, whatever they do about signals', async () => {
  const stop = async (client: ReturnType<typeof started>): Promise<void> => {
    const exit = once(client, 'exit');
    const told = new Promise<void>((resolve) => {
      for (const stream of [client.stdout!, client.stderr!])
        createInterface({ input: stream }).on('line', (line) => line.includes('Ctrl-C again') && resolve());
    });
    client.kill('SIGINT');
    await told;
    client.kill('SIGINT');
    expect(await exit).toEqual([130, null]);
  };
  expect(await whileTheyRun('trap "" TERM INT; ', stop)).toBe(programs);
});
