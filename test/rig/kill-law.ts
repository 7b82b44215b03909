import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { expect, test } from 'vitest';
import { streamKey, uniform } from '../../src/numeric/rng.js';

const script = resolve(import.meta.dirname, 'killed-training.mjs');
const compiled = resolve(import.meta.dirname, '../../dist');

export interface KillLaw {
  /** The stage type, one with checkpoints. */
  readonly type: string;
  readonly params: Readonly<Record<string, unknown>>;
  /** Steps, generations or pieces that the parameters ask for, each of which the stage says. */
  readonly steps: number;
  readonly kills: number;
  /** A try is killed after at most so many lines. */
  readonly within: number;
}

/** kill -9 at random moments: the next try goes on, and the final bytes are those of an undisturbed run. */
export function registerKillLaw({ type, params, steps, kills, within }: KillLaw): void {
  const trained = async (folder: string, killAfter = Infinity): Promise<string[]> => {
    const words = [script, compiled, type, JSON.stringify(params), folder];
    const child = spawn(process.execPath, words, { stdio: ['ignore', 'pipe', 'inherit'] });
    const exited = once(child, 'exit');
    const lines: string[] = [];
    for await (const line of createInterface({ input: child.stdout }))
      if (lines.push(line) === killAfter) child.kill('SIGKILL');
    await exited;
    return lines;
  };

  test(`kill -9 of ${type} at ${kills} random moments: a try goes on where the last stood, and the bytes are those of an undisturbed one`, async () => {
    const undisturbed = await inFolder((folder) => trained(folder));
    expect(undisturbed).toHaveLength(steps + 1);
    await inFolder(async (folder) => {
      const starts: number[] = [];
      for (let kill = 0; kill < kills; kill++) {
        const moment = 1 + Math.floor(within * uniform(streamKey(5, 'kill'), 0, kill));
        starts.push(Number((await trained(folder, moment))[0]));
      }
      // The line of a step comes before its checkpoint: a try that dies there begins with the same step.
      expect([...starts].sort((a, b) => a - b)).toEqual(starts);
      expect(new Set(starts).size).toBeGreaterThan(kills / 2);
      expect(starts.at(-1)).toBeLessThan(steps);
      const last = await trained(folder);
      expect(last.at(-1)).toBe(undisturbed.at(-1));
      expect(last.length).toBeLessThan(undisturbed.length);
    });
  });
}

async function inFolder<T>(work: (folder: string) => Promise<T>): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), 'ticketlab-kill-'));
  try {
    return await work(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
