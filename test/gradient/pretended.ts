import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { nativeFolder } from '../../src/gradient/locate.js';

const bothParts = ['lib/napi-v8/tfjs_binding.node', 'deps/lib/libtensorflow.so'];
/** As much of TensorFlow.js as it takes to be tried out: `answer` is what it computes. */
const core = (answer: string) =>
  `const t = { dataSync: () => [${answer}] };
   module.exports = { ones: () => t, matMul: () => t, sum: () => t, getBackend: () => 'tensorflow' };`;

/** Sources of packages that do something when they are loaded. */
export const packages = {
  loads: core('12'),
  computesNonsense: core('11'),
  fails: "throw new Error('libtensorflow_cc.so.2: cannot open shared object file\\nRequire stack: ...');",
  crashes: "process.kill(process.pid, 'SIGILL'); for (;;) ;",
  isKilled: "process.kill(process.pid, 'SIGKILL'); for (;;) ;",
} as const;

/** A package with a native library in the user cache that does what the source says when it is loaded. */
export function pretendNative(
  cache: string,
  source: string = packages.loads,
  parts: readonly string[] = bothParts,
) {
  const folder = join(nativeFolder(cache), 'node_modules', '@tensorflow', 'tfjs-node');
  for (const part of parts) {
    mkdirSync(join(folder, part, '..'), { recursive: true });
    writeFileSync(join(folder, part), '');
  }
  writeFileSync(join(folder, 'package.json'), '{ "main": "index.js" }');
  writeFileSync(join(folder, 'index.js'), source);
  return folder;
}
