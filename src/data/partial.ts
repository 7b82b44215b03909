import { randomBytes } from 'node:crypto';
import { readdir, rename, rm, stat } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';

/**
 * The beginnings of files whose download was broken off. A free one is called `<file>.part`; while a process works
 * on it, its name bears host and process id, so that no two processes ever write to the same one: `rename` has one
 * winner. What a killed process leaves behind is told by its id and taken over by the next on the same host.
 */
export async function claimPartial(folder: string, file: string): Promise<string> {
  const own = join(folder, `${file}.${hostname()}.${process.pid}.${randomBytes(4).toString('hex')}.part`);
  const [largest, ...smaller] = await abandonedPartials(folder, file);
  for (const path of smaller) await rm(path, { force: true });
  if (largest !== undefined) {
    // It may have been claimed by another process since: then we start with nothing.
    await rename(largest, own).catch(() => undefined);
  }
  return own;
}

/** Lets go of a partial file, so that the next download of the file can go on with it. */
export async function releasePartial(own: string, folder: string, file: string): Promise<void> {
  if ((await sizeOf(own)) > 0) await rename(own, join(folder, `${file}.part`));
  else await rm(own, { force: true });
}

/** Bytes of a file, 0 when it does not exist. */
export async function sizeOf(path: string): Promise<number> {
  return stat(path).then(
    (stats) => stats.size,
    () => 0,
  );
}

/** Paths of partial files that nobody works on, largest first. */
async function abandonedPartials(folder: string, file: string): Promise<string[]> {
  const sized: { path: string; size: number }[] = [];
  for (const name of await readdir(folder)) {
    if (name === `${file}.part` || isOrphan(name, file)) {
      const path = join(folder, name);
      sized.push({ path, size: await sizeOf(path) });
    }
  }
  return sized.sort((a, b) => b.size - a.size).map(({ path }) => path);
}

function isOrphan(name: string, file: string): boolean {
  const prefix = `${file}.${hostname()}.`;
  if (!name.startsWith(prefix)) return false;
  const match = /^(\d+)\.[0-9a-f]{8}\.part$/.exec(name.slice(prefix.length));
  return match !== null && !isAlive(Number(match[1]));
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== 'ESRCH';
  }
}
