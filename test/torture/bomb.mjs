// Kills its process, without a chance to clean up, the n-th time that a named place of the code is reached.
import { readFileSync, rmSync } from 'node:fs';
import { onFailpoint } from '../../dist/src/store/failpoints.js';

export function armFromFolder(path, role) {
  let bomb;
  try {
    bomb = JSON.parse(readFileSync(path, 'utf8'));
  } catch {
    return;
  }
  if (bomb.role !== role) return;
  let left = bomb.count;
  onFailpoint((name) => {
    if (name !== bomb.failpoint || --left > 0) return;
    // Once only: whoever comes next lives.
    rmSync(path, { force: true });
    process.kill(bomb.wholeRun ? process.ppid : process.pid, 'SIGKILL');
    if (bomb.wholeRun) process.kill(process.pid, 'SIGKILL');
  });
}
