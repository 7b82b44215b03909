// Gathers the client into one file, after `tsc -b`: Node takes longer to find, open and compile two hundred modules than a
// run with nothing to do takes for everything else. Workers and the dashboard stay as they are and are loaded on demand.
import { chmodSync, copyFileSync, mkdirSync, rmSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { rolldown } from 'rolldown';

const path = (name) => fileURLToPath(new URL(`../${name}`, import.meta.url));
// As deep as the modules that it is made of: they find schemas, stages and workers from where they are.
const folder = path('dist/src/bundle');

/** Takes milliseconds to load, and a run with nothing to do starts no process. */
const late = 'node:child_process';
const loadedLate = {
  name: 'loaded-late',
  resolveId: (id) => (id === late ? { id: `\0${late}` } : null),
  load: (id) =>
    id === `\0${late}`
      ? ['spawn', 'spawnSync']
          .map(
            (name) =>
              `export const ${name} = (...words) => process.getBuiltinModule('${late}').${name}(...words);`,
          )
          .join('\n')
      : null,
};

/** A module that can be started by itself says so in its first line; inside a bundle that is no JavaScript. */
const startable = { name: 'startable', transform: (code) => code.replace(/^#!.*/, '') };

/** start.cjs hands in what imports: code that comes out of V8's cache cannot. */
const importedByStart = {
  name: 'imported-by-start',
  renderChunk: (code) => code.replaceAll('await import(', 'await importLate('),
};

async function gather(input, output) {
  const bundle = await rolldown({
    input: path(input),
    platform: 'node',
    external: [/\/dashboard\/mount\.js$/, /^@tensorflow\//],
    plugins: [loadedLate, startable, importedByStart],
  });
  await bundle.write({ file: `${folder}/${output}`, format: 'cjs', codeSplitting: false });
  await bundle.close();
}

rmSync(folder, { recursive: true, force: true });
mkdirSync(folder, { recursive: true });
await gather('dist/src/cli/main.js', 'client.cjs');
await gather('dist/src/cli/unchanged.js', 'unchanged.cjs');
await gather('dist/src/store/look-ahead-thread.js', 'look-ahead-thread.cjs');
copyFileSync(path('scripts/start.cjs'), `${folder}/start.cjs`);
// The second is what links that npx has kept from earlier versions lead to.
for (const file of [`${folder}/start.cjs`, path('dist/src/cli/main.js')]) chmodSync(file, 0o755);
