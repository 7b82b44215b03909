// Runs a training stage with a checkpoint whenever it may make one, and says each step on stdout, so that a test can
// kill it. Arguments: the root of the compiled project, the stage type, its parameters as JSON, a folder for
// checkpoints. The last line is the digest of what came out.
import { createHash } from 'node:crypto';
import { writeSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

const [root, type, given, folder] = process.argv.slice(2);
const load = (path) => import(pathToFileURL(join(root, path)).href);
const [
  { FileCheckpoints },
  { systemClock },
  { buildNetwork },
  { fullMask },
  tensors,
  data,
  idx,
  params,
  stage,
] = await Promise.all(
  [
    'src/exec/checkpoints.js',
    'src/exec/clock.js',
    'src/networks/index.js',
    'src/numeric/mask.js',
    'src/artefacts/tensors.js',
    'src/data/artefact.js',
    'src/data/idx.js',
    'src/pipeline/stage-params.js',
    `stages/${type}.js`,
  ].map(load),
);

const network = { model: 'mlp', layers: [4, 5, 10], activation: 'relu' };
const { layout } = buildNetwork(network);
const mean = Float64Array.from({ length: layout.size }, (_, i) => Math.sin(i + 1));
const labels = Uint8Array.from({ length: 20 }, (_, i) => i % 10);
const pixels = Uint8Array.from({ length: 80 }, (_, i) => (i * 37) % 256);
const files = data.makeDataset(
  (file) =>
    file.includes('images')
      ? idx.encodeIdx({ element: 'ubyte', shape: [20, 2, 2], data: pixels })
      : idx.encodeIdx({ element: 'ubyte', shape: [20], data: labels }),
  (file) => ({ file, advice: '' }),
  { task: 'mnist', downsample: 1 },
);

const stored = new FileCheckpoints({ folder, key: 'key', clock: systemClock, warn: () => undefined });
const outputs = await stage.default.run({
  params: params.filledParams(stage.default, JSON.parse(given)),
  inputs: {
    data: { bytes: (file) => Buffer.from(files.get(file)) },
    weights: { bytes: () => tensors.encodeTensors({ network, mean }) },
    mask: { bytes: () => tensors.encodeTensors({ network, mask: fullMask(layout) }) },
  },
  threads: 1,
  checkpoints: {
    latest: () => stored.latest(),
    due: () => true,
    save: (step, bytes) => stored.save(step, bytes),
  },
  cacheDir: () => folder,
  progress: ({ done }) => writeSync(1, `${done}\n`),
  log: () => undefined,
});
const hash = createHash('sha256');
for (const name of Object.keys(outputs).sort()) hash.update(outputs[name]);
writeSync(1, `${hash.digest('hex')}\n`);
