import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { expect, test } from 'vitest';
import { openStore } from '../../src/store/store.js';
import { sha256 } from '../rig/publication.js';
import { temporaryFolder } from '../rig/temporary.js';

const publisher = resolve(import.meta.dirname, '../rig/publisher.mjs');
const count = 200;

test('two processes that publish the same keys at the same time: one wins each, and all is readable', async () => {
  const folder = temporaryFolder();
  try {
    const children = [0, 1].map(() =>
      spawn(process.execPath, [publisher, join(folder, 'store'), String(count)], {
        stdio: ['pipe', 'pipe', 'inherit'],
      }),
    );
    const lines = children.map((child) => createInterface({ input: child.stdout })[Symbol.asyncIterator]());
    for (const line of lines) expect((await line.next()).value).toBe('ready');
    for (const child of children) child.stdin.write('go\n');
    const outcomes = await Promise.all(
      lines.map(async (line) => JSON.parse((await line.next()).value as string) as Record<string, number>),
    );
    await Promise.all(children.map((child) => child.exitCode ?? once(child, 'exit')));
    expect(outcomes[0]['first'] + outcomes[1]['first']).toBe(count);
    expect(outcomes[0]['known'] + outcomes[1]['known']).toBe(count);
    const store = openStore(join(folder, 'store'));
    for (let at = 0; at < count; at++) {
      const found = store.lookup(sha256(`key ${at}`));
      if (!found.hit) throw new Error(found.reason);
      const { out } = found.record.outputs;
      expect(Buffer.from(store.objects.read(out.sha256)).toString()).toBe(`bytes ${at % 50}`);
    }
    expect(readdirSync(store.layout.temporary)).toEqual([]);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
