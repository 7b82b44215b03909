import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A fresh folder. */
export function temporaryFolder(): string {
  return mkdtempSync(join(tmpdir(), 'ticketlab-test-'));
}

/**
 * Changes a file so late that its time stamp is another one, as it is when people and disks do it: before Linux 6.13 the
 * clock of a file system stands still for up to ten milliseconds.
 */
export function changeLater(path: string, change: () => void): void {
  const stamp = (): bigint => statSync(path, { bigint: true }).ctimeNs;
  for (const before = stamp(); stamp() === before;) change();
}

/** A file system of its own with very little space. */
export interface TinyDisk {
  readonly path: string;
  remove(): void;
}

/** @returns undefined where the user may not mount one. */
export function tinyDisk(kilobytes: number): TinyDisk | undefined {
  const path = temporaryFolder();
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${kilobytes}k`, 'tmpfs', path], { stdio: 'ignore' });
  } catch {
    rmSync(path, { recursive: true });
    return undefined;
  }
  return {
    path,
    remove: () => {
      execFileSync('umount', [path]);
      rmSync(path, { recursive: true });
    },
  };
}

/** Why tests of a full disk are skipped, or undefined when they can run. */
export const noTinyDisk: string | undefined = (() => {
  const disk = tinyDisk(64);
  disk?.remove();
  return disk ? undefined : 'skipped: mounting a small file system needs root';
})();
