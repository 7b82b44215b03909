// Gathers the client into few files, after `tsc -b`: Node takes longer to find and open two hundred modules than a run
// with nothing to do takes for everything else. Workers, stages and what draws stay as they are and are loaded on demand.
import { chmodSync, rmSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { rolldown } from 'rolldown';

const path = (name) => fileURLToPath(new URL(`../dist/src/${name}`, import.meta.url));
// As deep as the modules that it is made of: they find schemas, stages and workers from where they are.
const folder = path('bundle');

rmSync(folder, { recursive: true, force: true });
const bundle = await rolldown({
  input: path('cli/main.js'),
  platform: 'node',
  external: ['react', 'ink', 'vega', 'vega-lite', '@resvg/resvg-js', /^@tensorflow\//],
});
await bundle.write({ dir: folder, format: 'esm', minify: true });
await bundle.close();
chmodSync(`${folder}/main.js`, 0o755);
