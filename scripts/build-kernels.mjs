// Compiles every assembly/<name>.ts (one kernel a file; assembly/inline/ holds what they share) to WebAssembly and
// writes it as src/numeric/kernels/generated/<name>.ts: the bytes in base64, because the numeric half reads no files.
// A kernel whose sources, options and compiler are unchanged is left alone.
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const sources = join(root, 'assembly');
const target = join(root, 'src/numeric/kernels/generated');

/** Memory comes from outside and may be shared: every thread of a stage reads one minibatch, laid out once. */
const options = [
  ...['-O3', '--noAssert', '--runtime', 'stub', '--enable', 'simd', '--enable', 'threads'],
  ...['--importMemory', '--sharedMemory', '--initialMemory', '1', '--maximumMemory', '65536'],
];

const read = (path) => readFileSync(join(sources, path), 'utf8');
const sourcesIn = (folder) =>
  existsSync(join(sources, folder))
    ? readdirSync(join(sources, folder))
        .filter((file) => file.endsWith('.ts'))
        .sort()
    : [];

function digestOf(file, shared, compilerVersion) {
  const hash = createHash('sha256');
  for (const part of [compilerVersion, options.join(' '), read(file), ...shared])
    hash.update(part).update('\0');
  return hash.digest('hex');
}

async function compile(asc, file) {
  const { error, stderr, stdout } = await asc.main([file, '--outFile', 'kernel.wasm', ...options], {
    readFile: (name) => (existsSync(join(sources, name)) ? read(name) : null),
    writeFile: (name, contents) => {
      if (name === 'kernel.wasm') compile.bytes = contents;
    },
    listFiles: () => [],
  });
  if (error) throw new Error(`assembly/${file} does not compile\n${stderr.toString()}${stdout.toString()}`);
  return compile.bytes;
}

function removeOrphans(names) {
  for (const file of readdirSync(target)) if (!names.includes(file)) rmSync(join(target, file));
}

async function main() {
  mkdirSync(target, { recursive: true });
  const compilerVersion = createRequire(import.meta.url)('assemblyscript/package.json').version;
  const shared = sourcesIn('inline').map((file) => read(join('inline', file)));
  const kernels = sourcesIn('.');
  removeOrphans(kernels);
  let asc;
  for (const file of kernels) {
    const output = join(target, file);
    const header = `// Made by scripts/build-kernels.mjs from assembly/${file}: do not edit.\n// ${digestOf(file, shared, compilerVersion)}\n`;
    if (existsSync(output) && readFileSync(output, 'utf8').startsWith(header)) continue;
    // The compiler takes a second to load: only when there is something to compile.
    asc ??= await import('assemblyscript/asc');
    const bytes = await compile(asc, file);
    writeFileSync(output, `${header}export const wasm =\n  '${Buffer.from(bytes).toString('base64')}';\n`);
    process.stdout.write(`kernel ${basename(file, '.ts')}: ${bytes.length} bytes\n`);
  }
}

await main();
