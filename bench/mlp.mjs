// Fully connected networks at three densities on one thread, as bench kernels measures the MNIST network: best of 50
// repeats that are interleaved, laying out and placing weights included.
import { buildNetwork } from '../dist/src/networks/index.js';
import { microseconds, noiseImages, numbers, populationOf, simdLimit } from './workload.mjs';

const repeats = 50;
const population = 8;
const batches = [256, 1024];
const sizes = [
  [196, 32, 10],
  [784, 300, 100, 10],
];
const densities = [1, 0.5, 0.1];

export async function measure(say) {
  const cases = [];
  for (const layers of sizes) {
    const network = buildNetwork({ model: 'mlp', layers, activation: 'relu' });
    for (const density of densities) {
      const mask = maskOf(network, density);
      const weights = weightsUnder(network, mask);
      for (const batch of batches) {
        const images = noiseImages(batch, network);
        const { run, close } = await populationOf(network, mask, { population, images, threads: 1 });
        cases.push({ layers, density, batch, weights, run, close, best: Infinity });
      }
    }
  }
  let gflops = 0;
  for (let repeat = 0; repeat < repeats; repeat++) {
    gflops = Math.max(gflops, await simdLimit());
    for (const entry of cases)
      entry.best = Math.min(entry.best, (await microseconds(entry.run)) / (population * entry.batch));
    if ((repeat + 1) % 10 === 0) say(`repeat ${repeat + 1} of ${repeats}`);
  }
  for (const { close } of cases) await close();
  return {
    simd_limit_gflops: gflops,
    networks: cases.map(({ layers, density, batch, weights, best }) => ({
      layers,
      density,
      batch,
      us_per_image: best,
      share_of_limit: (2 * weights) / best / 1000 / gflops,
    })),
  };
}

/** Each weight of a kernel is kept with probability `density`. */
function maskOf({ layout }, density) {
  const next = numbers(4);
  const mask = new Uint8Array(layout.size).fill(1);
  for (const { kind, offset, size } of layout.tensors)
    if (kind === 'kernel') for (let i = 0; i < size; i++) mask[offset + i] = next() < density ? 1 : 0;
  return mask;
}

const weightsUnder = ({ layout }, mask) =>
  layout.tensors
    .filter(({ kind }) => kind === 'kernel')
    .reduce(
      (sum, { offset, size }) => sum + mask.subarray(offset, offset + size).reduce((n, bit) => n + bit, 0),
      0,
    );

export function table({ simd_limit_gflops: gflops, networks }) {
  return [
    `SIMD limit ${gflops.toFixed(1)} GF/s; population ${population}`,
    'network          density  batch  us/image  share of limit',
    ...networks.map(
      ({ layers, density, batch, us_per_image: us, share_of_limit: of }) =>
        `${layers.join('-').padEnd(15)}  ${density.toFixed(1).padStart(7)}  ${String(batch).padStart(5)}  ${us.toFixed(3).padStart(8)}  ${of.toFixed(2).padStart(14)}`,
    ),
  ].join('\n');
}
