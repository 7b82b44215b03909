// Training steps of the MNIST network on both backends of TensorFlow.js: gradient of a minibatch of 128 and Adam. The
// median of 40 steps after 5 to warm up; each backend in a process of its own, because they share what they load.
import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { wire } from '../dist/src/cli/wire.js';
import { findNative } from '../dist/src/gradient/locate.js';

const batch = 128;
const steps = 40;
const warm = 5;
const { cache } = wire();

/** Of the table alone: milliseconds of a Hessian product, by backend. */
const hessianProducts = new Map();

/** `native` is null where its library is not there, or does not load. */
export async function measure(say) {
  const native = findNative(cache);
  if (!native.ok) say(`native: ${native.error} (npm run native)`);
  return { native: native.ok ? inProcess('native') : null, wasm: inProcess('wasm') };
}

function inProcess(choice) {
  const output = execFileSync(process.execPath, [fileURLToPath(import.meta.url), choice], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const { ms_per_step, ms_per_hessian_product } = JSON.parse(output.trimEnd().split('\n').at(-1));
  hessianProducts.set(choice, ms_per_hessian_product);
  return { ms_per_step };
}

export function table({ native, wasm }) {
  const line = (name, result) =>
    `${name.padEnd(8)}${
      result === null
        ? 'not there'
        : `${result.ms_per_step.toFixed(1)} ms a step, ${hessianProducts.get(name).toFixed(0)} ms a Hessian product on 256 images`
    }`;
  return [line('native', native), line('wasm', wasm)].join('\n');
}

const median = (times) => times.sort((a, b) => a - b)[Math.floor(times.length / 2)];

async function timeBackend(choice) {
  const { openBackend } = await import('../dist/src/gradient/backend.js');
  const { createGradientEngine } = await import('../dist/src/gradient/engine.js');
  const { optimizerNamed } = await import('../dist/src/gradient/optimizers.js');
  const { initialise } = await import('../dist/src/networks/initialise.js');
  const { fullMask } = await import('../dist/src/numeric/mask.js');
  const { streamKey } = await import('../dist/src/numeric/rng.js');
  const { network, noiseImages } = await import('./workload.mjs');

  const { layers, layout } = network;
  const mask = fullMask(layout);
  const images = noiseImages(2 * batch);
  const backend = await openBackend({ choice, cacheDir: cache });
  const engine = createGradientEngine({ network, mask, images, backend });
  const weights = initialise(layers, layout, streamKey(1, 'bench'));
  const gradient = new Float64Array(layout.size);
  const adam = optimizerNamed('adam', { beta1: 0.9, beta2: 0.999, epsilon: 1e-8 });
  const state = adam.init(layout.size);
  const indices = Uint32Array.from({ length: batch }, (_, i) => i);
  const timed = (count, work) => {
    const times = [];
    for (let i = 0; i < warm + count; i++) {
      const start = performance.now();
      work(i);
      if (i >= warm) times.push(performance.now() - start);
    }
    return median(times);
  };
  const ms_per_step = timed(steps, (earlier) => {
    engine.batchGradient(gradient, weights, indices);
    adam.step(state, weights, { gradient, learningRate: 3e-4, earlier });
  });
  const product = new Float64Array(layout.size);
  const ms_per_hessian_product = timed(10, () => engine.hessianVector(product, weights, gradient));
  engine.dispose();
  return { ms_per_step, ms_per_hessian_product };
}

if (process.argv[1] === fileURLToPath(import.meta.url))
  process.stdout.write(`${JSON.stringify(await timeBackend(process.argv[2]))}\n`);
