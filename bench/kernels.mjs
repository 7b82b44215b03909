// The SIMD limit, and the MNIST network at 20 levels of sparsity: best of 15 repeats that are interleaved, so that
// whatever else the machine does meets all of them alike.
import {
  atLevel,
  density,
  levels,
  limitOnTwo,
  masks,
  microseconds,
  network,
  noiseImages,
  simdLimit,
} from './workload.mjs';

const repeats = 15;
const population = 32;
const batch = 256;
/** How often a weight of each kernel is used for an image: once per pixel, those where it meets padding included. */
const uses = { 'Conv_0/kernel': 28 * 28, 'Conv_1/kernel': 14 * 14, 'Dense_0/kernel': 1 };

export async function measure(say) {
  const images = noiseImages(batch);
  const cases = [];
  for (let level = 0; level < levels; level++) {
    const one = await atLevel(level, { population, images, threads: 1 });
    const two = await atLevel(level, { population, images, threads: 2 });
    cases.push({ one, two, oneBest: Infinity, twoBest: Infinity });
  }
  const limit = await limitOnTwo();
  const limitBest = { one: Infinity, two: Infinity };
  let gflops = 0;
  for (let repeat = 0; repeat < repeats; repeat++) {
    gflops = Math.max(gflops, await simdLimit());
    const { one, two } = await limit.measure();
    limitBest.one = Math.min(limitBest.one, one);
    limitBest.two = Math.min(limitBest.two, two);
    for (const entry of cases) {
      entry.oneBest = Math.min(entry.oneBest, (await microseconds(entry.one.run)) / (population * batch));
      entry.twoBest = Math.min(entry.twoBest, (await microseconds(entry.two.run)) / (population * batch));
    }
    say(`repeat ${repeat + 1} of ${repeats}`);
  }
  await limit.close();
  for (const { one, two } of cases) await Promise.all([one.close(), two.close()]);
  return report(cases, gflops, (2 * limitBest.one) / limitBest.two);
}

/** Multiplications and additions that the weights under a mask ask for, for one image. */
function operations(mask) {
  const kernels = network.layout.tensors.filter(({ kind }) => kind === 'kernel');
  const left = ({ offset, size }) => mask.subarray(offset, offset + size).reduce((n, bit) => n + bit, 0);
  return kernels.reduce((sum, tensor) => sum + 2 * uses[tensor.path] * left(tensor), 0);
}

function report(cases, gflops, limitRatio) {
  const sum = (pick) => cases.reduce((total, entry) => total + pick(entry), 0);
  const one = sum((entry) => entry.oneBest);
  const two = sum((entry) => entry.twoBest);
  return {
    simd_limit_gflops: gflops,
    levels: cases.map(({ oneBest }, level) => ({
      level,
      density: density(level),
      us_per_image: oneBest,
      share_of_limit: operations(masks[level]) / oneBest / 1000 / gflops,
    })),
    chain_us: one,
    workers: { one_us: one, two_us: two, ratio: one / two, limit_ratio: limitRatio },
  };
}

export function table(result) {
  const { levels: rows, workers } = result;
  return [
    `SIMD limit ${result.simd_limit_gflops.toFixed(1)} GF/s on one thread`,
    'level  density  us/image  share of limit',
    ...rows.map(
      ({ level, density: share, us_per_image: us, share_of_limit: of }) =>
        `${String(level).padStart(5)}  ${share.toFixed(4).padStart(7)}  ${us.toFixed(3).padStart(8)}  ${of.toFixed(2).padStart(14)}`,
    ),
    `chain (sum of the levels) ${result.chain_us.toFixed(1)} us on one thread, ${workers.two_us.toFixed(1)} on two: ${workers.ratio.toFixed(2)} x`,
    `the loop of the SIMD limit on two threads at once: ${workers.limit_ratio.toFixed(2)} x`,
  ].join('\n');
}
