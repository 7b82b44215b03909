import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  renameSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { FileCheckpoints } from '../../src/exec/checkpoints.js';
import { rigTest } from '../rig/rig.js';

let folder: string;
let time: number;
const key = 'ab'.repeat(32);

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'ticketlab-ckpt-'));
  time = 0;
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function checkpoints(options: { key?: string; saveCost?: number; every?: number; keep?: number } = {}) {
  const warnings: string[] = [];
  // Every look at the clock takes as long as saving does.
  const clock = { now: () => 0, monotonic: () => (time += options.saveCost ?? 0) };
  const made = new FileCheckpoints({
    folder,
    key: options.key ?? key,
    clock,
    every: options.every,
    keep: options.keep,
    warn: (message) => warnings.push(message),
  });
  return { made, warnings };
}
const bytes = (text: string): Uint8Array => Buffer.from(text);
const text = (found: Uint8Array | undefined): string | undefined => found && Buffer.from(found).toString();

describe('checkpoints', () => {
  test('the newest is found again, and two are kept', () => {
    const { made } = checkpoints();
    for (const generation of [1, 20, 1_000_000]) made.save(generation, bytes(`state ${generation}`));
    expect(readdirSync(join(folder, 'ckpt')).sort()).toEqual(['000020.bin', '1000000.bin']);
    expect(text(checkpoints().made.latest())).toBe('state 1000000');
  });

  test('are told apart by their generations, in whatever order they were made', () => {
    const { made } = checkpoints({ keep: 4 });
    for (const generation of [300, 1_000_000, 20, 4, 999_999, 1000, 50])
      made.save(generation, bytes(`state ${generation}`));
    expect(readdirSync(join(folder, 'ckpt')).sort()).toEqual([
      '000300.bin',
      '001000.bin',
      '1000000.bin',
      '999999.bin',
    ]);
    expect(text(checkpoints().made.latest())).toBe('state 1000000');
  });

  test('one that was cut short is passed over for the one before', () => {
    const { made } = checkpoints();
    made.save(1, bytes('first'));
    made.save(2, bytes('second'));
    truncateSync(join(folder, 'ckpt', '000002.bin'), 20);
    expect(text(checkpoints().made.latest())).toBe('first');
    truncateSync(join(folder, 'ckpt', '000001.bin'), 0);
    expect(checkpoints().made.latest()).toBeUndefined();
  });

  test('one that has the name of another generation, or of none, is not taken', () => {
    const { made } = checkpoints({ keep: 9 });
    for (const generation of [1, 2]) made.save(generation, bytes(`state ${generation}`));
    renameSync(join(folder, 'ckpt', '000002.bin'), join(folder, 'ckpt', '000009.bin'));
    writeFileSync(join(folder, 'ckpt', '000010.bin.1.tmp'), 'half');
    expect(text(checkpoints().made.latest())).toBe('state 1');
  });

  test('are of whole generations, from 0', () => {
    const { made } = checkpoints();
    made.save(0, bytes('zero'));
    expect(text(checkpoints().made.latest())).toBe('zero');
    for (const generation of [-1, 0.5, NaN, Infinity])
      expect(() => made.save(generation, bytes('x'))).toThrow(
        new RangeError(`checkpoint: ${generation} is not a generation`),
      );
  });

  test('know whether there was one to go on from, and give its bytes where numbers can be read', () => {
    const first = checkpoints().made;
    expect(first.latest()).toBeUndefined();
    expect(first.resumed).toBe(false);
    first.save(1, bytes('12345678'));
    const second = checkpoints().made;
    expect(second.latest()!.byteOffset).toBe(0);
    expect(second.resumed).toBe(true);
  });

  test('are not kept from it by what an earlier process of the same number left half-written', () => {
    mkdirSync(join(folder, 'ckpt'));
    writeFileSync(join(folder, 'ckpt', `000001.bin.${process.pid}.tmp`), 'half');
    const { made, warnings } = checkpoints();
    made.save(1, bytes('first'));
    expect(warnings).toEqual([]);
    expect(readdirSync(join(folder, 'ckpt'))).toEqual(['000001.bin']);
    made.remove();
    expect(existsSync(folder)).toBe(false);
  });

  test('one of another key is not taken', () => {
    checkpoints().made.save(1, bytes('first'));
    expect(checkpoints({ key: 'cd'.repeat(32) }).made.latest()).toBeUndefined();
  });

  test('is due after a minute, and not sooner than a hundred times what saving costs', () => {
    const cheap = checkpoints().made;
    time = 59_999;
    expect(cheap.due()).toBe(false);
    time = 60_000;
    expect(cheap.due()).toBe(true);
    cheap.save(1, bytes('x'));
    expect(cheap.due()).toBe(false);

    const dear = checkpoints({ saveCost: 1000 }).made;
    dear.save(2, bytes('x'));
    const saved = time;
    time = saved + 98_000;
    expect(dear.due()).toBe(false);
    time = saved + 99_000;
    expect(dear.due()).toBe(true);
  });

  test('are made as often, and kept as many, as the file says', () => {
    const { made } = checkpoints({ every: 5, keep: 3 });
    time = 4999;
    expect(made.due()).toBe(false);
    time = 5000;
    expect(made.due()).toBe(true);
    for (const generation of [1, 2, 3, 4]) made.save(generation, bytes('x'));
    expect(readdirSync(join(folder, 'ckpt')).sort()).toEqual(['000002.bin', '000003.bin', '000004.bin']);
  });

  test('that cannot be saved warns once and lets the work go on', () => {
    writeFileSync(join(folder, 'ckpt'), 'a file where a folder is needed');
    const { made, warnings } = checkpoints();
    made.save(1, bytes('x'));
    expect(warnings).toHaveLength(1);
    made.save(2, bytes('y'));
    expect(warnings).toEqual([
      `no checkpoint could be saved: Cannot write ${folder}/ckpt (EEXIST): a file is in the way where a folder is needed. Take another place with --store.`,
    ]);
    expect(made.latest()).toBeUndefined();
  });

  test(
    'an interrupted computation goes on from its last checkpoint, and leaves none when it is done',
    rigTest(async (rig) => {
      const first = rig.run({ a: {} });
      const before = await rig.started('a');
      expect(before.greeting.checkpoint).toBeUndefined();
      before.checkpoint(7, 'seven');
      before.progress({ unit: 'generation', done: 1, total: 1 });
      await first.event((event) => event.type === 'inst.progress');
      before.kill();
      await first.ended;
      const second = rig.run({ a: {} });
      const after = await rig.started('a');
      expect(after.greeting.checkpoint).toBe('seven');
      after.finish();
      expect(await second.ends()).toEqual({ a: 'ran' });
      expect(readdirSync(join(rig.storeDir, 'attempt'))).toEqual([]);
    }),
  );
});
