import { tmpdir } from 'node:os';
import { expect, test } from 'vitest';
import { secondDifference } from '../../src/analysis/flatness/line-integral.js';
import { measurePairs, pairMeans } from '../../src/analysis/flatness/measure.js';
import { normalDirection } from '../../src/analysis/spectrum/probes.js';
import { openBackend } from '../../src/gradient/backend.js';
import { createGradientEngine } from '../../src/gradient/engine.js';
import { buildNetwork } from '../../src/networks/index.js';
import { initialise } from '../../src/networks/initialise.js';
import { fullMask } from '../../src/numeric/mask.js';
import { streamKey } from '../../src/numeric/rng.js';
import { createEvaluator } from '../../src/population/evaluator.js';
import { randomImages } from './reference-net.js';

test('sharpness of a convolutional network equals the line integral of its gradients to 2 %', async () => {
  const network = buildNetwork({ model: 'cnn-small' });
  const mask = fullMask(network.layout);
  const images = randomImages(784, 10, 64);
  const centre = initialise(network.layers, network.layout, streamKey(1)).map(Math.fround);
  const key = streamKey(2);
  const evaluator = await createEvaluator({ network, mask, train: images, test: images, threads: 1 });
  const backend = await openBackend({ choice: 'wasm', cacheDir: tmpdir() });
  const engine = createGradientEngine({ network, mask, images, backend });
  const measure = async (points: readonly Float64Array[]) =>
    (await evaluator.evaluateMany(points, 'train')).map(({ loss }) => ({ loss, error: 0 }));
  const scale = 0.02;
  const [middle] = await measure([centre]);
  const [mean] = pairMeans(await measurePairs({ measure, centre, key, pairs: 1 }, scale), 'loss');
  await evaluator.close();
  const direction = normalDirection(centre.length, key, 0);
  const integral = secondDifference((out, point) => engine.gradient(out, point), {
    centre,
    direction,
    scale,
  });
  const image = new Float64Array(centre.length);
  engine.hessianVector(image, centre, direction);
  const smooth = scale * scale * image.reduce((sum, value, i) => sum + value * direction[i], 0);
  engine.dispose();
  const values = 2 * (mean - middle.loss);
  expect(Math.abs(integral / values - 1)).toBeLessThan(0.02);
  // What kinks add is not in the Hessian of the current piece.
  expect(Math.abs(smooth / values - 1)).toBeGreaterThan(0.02);
});
