import { afterEach, describe, expect, it } from 'vitest';
import { UserError } from '../../src/base/result.js';
import { buildNetwork } from '../../src/networks/index.js';
import type { Network } from '../../src/networks/network.js';
import { answerReference, logLikelihoodReference } from '../../src/numeric/kernels/reference/loss.js';
import { fullMask, searchCoordinates } from '../../src/numeric/mask.js';
import type { Mask } from '../../src/numeric/mask.js';
import { createEvaluator } from '../../src/population/evaluator.js';
import type { Evaluator, Images } from '../../src/population/evaluator.js';
import { cnnSmall, coordinatesOf, randomImages, randomMask, randomWeights } from '../kernels/fixtures.js';
import { forwardReference } from '../kernels/network-reference.js';

const mlp = buildNetwork({ model: 'mlp', layers: [20, 7, 5], activation: 'relu' });
const train = randomImages(mlp, 1100, 1);
const test = randomImages(mlp, 40, 2);

const open: Evaluator[] = [];
async function evaluatorOf(
  network: Network,
  mask: Mask,
  sets: { train: Images; test: Images; threads?: number },
): Promise<Evaluator> {
  const evaluator = await createEvaluator({ network, mask, threads: 1, ...sets });
  open.push(evaluator);
  return evaluator;
}
afterEach(async () => {
  await Promise.all(open.splice(0).map((evaluator) => evaluator.close()));
});

const mask = randomMask(mlp, 0.6, 3);
const coordinates = searchCoordinates(mask).length;

/** Candidates as a strategy hands them over, and the flat weights that they stand for. */
function population(network: Network, of: Mask, count: number): { rows: Float64Array; flat: Float32Array[] } {
  const flat = Array.from({ length: count }, (_, k) => randomWeights(network, 100 + k));
  const rows = Float64Array.from(flat.flatMap((weights) => [...coordinatesOf(of, weights)]));
  return { rows, flat };
}

/** Images in no order, one of them twice over. */
const someImages = (count: number, of: Images): Uint32Array =>
  Uint32Array.from({ length: count }, (_, i) => (i * 37 + 5) % of.count);

describe('scores', () => {
  it('are mean log-likelihoods on the images of the batch, image by image like the reference', async () => {
    const { rows, flat } = population(mlp, mask, 3);
    const indices = someImages(37, train);
    const out = new Float64Array(3);
    await (await evaluatorOf(mlp, mask, { train, test })).scores(out, rows, indices);
    for (let k = 0; k < 3; k++)
      expect(out[k]).toBe(referenceOf(mlp, mask, flat[k], train, [...indices]).mean);
  });

  it('are the same bytes on 1, 2, 3 and 4 threads, in any order of candidates, for batches beyond a chunk', async () => {
    const { rows } = population(mlp, mask, 9);
    const indices = someImages(1050, train);
    const expected = new Float64Array(9);
    await (await evaluatorOf(mlp, mask, { train, test })).scores(expected, rows, indices);
    for (const threads of [2, 3, 4]) {
      const evaluator = await evaluatorOf(mlp, mask, { train, test, threads });
      const out = new Float64Array(9);
      await evaluator.scores(out, rows, indices);
      expect(out).toEqual(expected);
      const reversed = new Float64Array(rows.length);
      for (let k = 0; k < 9; k++)
        reversed.set(rows.subarray(k * coordinates, (k + 1) * coordinates), (8 - k) * coordinates);
      await evaluator.scores(out, reversed, indices);
      expect([...out].reverse()).toEqual([...expected]);
    }
  });

  it('are the same for more candidates than are held at a time', async () => {
    const { rows } = population(mlp, mask, 9);
    const many = new Float64Array(600);
    const repeated = Float64Array.from({ length: 600 * coordinates }, (_, i) => rows[i % rows.length]);
    const evaluator = await evaluatorOf(mlp, mask, { train, test, threads: 2 });
    const indices = someImages(1050, train);
    await evaluator.scores(many, repeated, indices);
    const expected = new Float64Array(9);
    await evaluator.scores(expected, rows, indices);
    expect([...many]).toEqual(Array.from({ length: 600 }, (_, k) => expected[k % 9]));
  });

  it('do not depend on what was evaluated before, and calls that overlap wait for each other', async () => {
    const evaluator = await evaluatorOf(mlp, mask, { train, test, threads: 2 });
    const { rows } = population(mlp, mask, 9);
    const [first, again, alone] = [new Float64Array(9), new Float64Array(9), new Float64Array(1)];
    const indices = someImages(100, train);
    await Promise.all([
      evaluator.scores(first, rows, indices),
      evaluator.scores(alone, rows.subarray(0, coordinates), someImages(33, train)),
      evaluator.scores(again, rows, indices),
    ]);
    expect(again).toEqual(first);
    const fresh = await evaluatorOf(mlp, mask, { train, test });
    const expected = new Float64Array(1);
    await fresh.scores(expected, rows.subarray(0, coordinates), someImages(33, train));
    expect(alone).toEqual(expected);
  });

  it('are NaN for candidates that have diverged, and only for them', async () => {
    const evaluator = await evaluatorOf(mlp, mask, { train, test, threads: 2 });
    const { rows } = population(mlp, mask, 4);
    const indices = someImages(20, train);
    const expected = new Float64Array(4);
    await evaluator.scores(expected, rows, indices);
    for (const bad of [NaN, Infinity, -Infinity, 1e300, 1e37]) {
      const out = new Float64Array(4);
      await evaluator.scores(
        out,
        rows.map((x, i) => (i === coordinates + 2 ? bad : x)),
        indices,
      );
      expect([...out]).toEqual([expected[0], NaN, expected[2], expected[3]]);
    }
  });
});

describe('evaluateMany', () => {
  it('gives accuracy and mean cross-entropy of each of the weights on a whole set or a part of it', async () => {
    const { flat } = population(mlp, mask, 3);
    for (const threads of [1, 2]) {
      const evaluator = await evaluatorOf(mlp, mask, { train, test, threads });
      const whole = await evaluator.evaluateMany(flat, 'test');
      const part = await evaluator.evaluateMany(flat, 'train', { from: 30, to: 1090 });
      for (let k = 0; k < 3; k++) {
        const onTest = referenceOf(mlp, mask, flat[k], test, [...Array(40).keys()]);
        expect(whole[k]).toEqual({ accuracy: onTest.accuracy, loss: -onTest.mean });
        const images = Array.from({ length: 1060 }, (_, i) => i + 30);
        const onTrain = referenceOf(mlp, mask, flat[k], train, images);
        expect(part[k]).toEqual({ accuracy: onTrain.accuracy, loss: -onTrain.mean });
      }
    }
  });

  it('gives the results of more weights than are held at a time', async () => {
    const { flat } = population(mlp, mask, 9);
    const evaluator = await evaluatorOf(mlp, mask, { train, test });
    const nine = await evaluator.evaluateMany(flat, 'test');
    const many = Array.from({ length: 600 }, (_, k) => flat[k % 9]);
    expect(await evaluator.evaluateMany(many, 'test')).toEqual(many.map((_, k) => nine[k % 9]));
  });

  it('ignores masked entries, whatever they hold', async () => {
    const [weights] = population(mlp, mask, 1).flat;
    const littered = Float64Array.from(weights, (x, i) => (mask[i] === 1 ? x : NaN));
    const evaluator = await evaluatorOf(mlp, mask, { train, test });
    const [clean, dirty] = await evaluator.evaluateMany([weights, littered], 'test');
    expect(dirty).toEqual(clean);
  });

  it('evaluates the MNIST network on two threads like on one', async () => {
    const sparse = randomMask(cnnSmall, 0.05, 4);
    const sets = { train: randomImages(cnnSmall, 50, 1), test: randomImages(cnnSmall, 50, 2) };
    const { flat } = population(cnnSmall, sparse, 2);
    const one = await (await evaluatorOf(cnnSmall, sparse, sets)).evaluateMany(flat, 'test');
    const two = await (
      await evaluatorOf(cnnSmall, sparse, { ...sets, threads: 2 })
    ).evaluateMany(flat, 'test');
    expect(two).toEqual(one);
    expect(one[0].loss).toBe(-referenceOf(cnnSmall, sparse, flat[0], sets.test, [...Array(50).keys()]).mean);
  });
});

describe('what cannot be evaluated is said in one line', () => {
  const sets = { train, test };
  const message = async (work: Promise<unknown>): Promise<string> => {
    const error: unknown = await work.then(
      () => undefined,
      (reason: unknown) => reason,
    );
    expect(error).toBeInstanceOf(UserError);
    return (error as UserError).message;
  };

  it('a mask that does not fit the layout', async () => {
    expect(await message(evaluatorOf(mlp, new Uint8Array(3), sets))).toBe(
      'the mask has 3 entries, but the network has 187 parameters: this mask does not belong to the network mlp',
    );
    const pruned = fullMask(mlp.layout);
    pruned[2] = 0;
    expect(await message(evaluatorOf(mlp, pruned, sets))).toContain('Dense_0/bias is masked');
  });

  it('a batch larger than the data, an empty one, and one that names an image which is not there', async () => {
    const evaluator = await evaluatorOf(mlp, mask, sets);
    const out = new Float64Array(1);
    const row = new Float64Array(coordinates);
    expect(await message(evaluator.scores(out, row, new Uint32Array(1101)))).toBe(
      'a batch of 1101 images is larger than the training set, which has 1100: choose a smaller batch',
    );
    expect(await message(evaluator.scores(out, row, new Uint32Array(0)))).toContain('the batch is empty');
    expect(await message(evaluator.scores(out, row, Uint32Array.of(1100)))).toContain('image 1100');
    await evaluator.scores(out, row, Uint32Array.of(5));
    expect(out[0]).toBeCloseTo(Math.log(1 / 5), 6);
  });

  it('weights that are not finite or of another network', async () => {
    const evaluator = await evaluatorOf(mlp, fullMask(mlp.layout), sets);
    const weights = randomWeights(mlp, 1);
    weights[8] = NaN;
    expect(await message(evaluator.evaluateMany([weights], 'test'))).toBe(
      'entry 1 of Dense_0/kernel is NaN: weights have to be finite',
    );
    expect(await message(evaluator.evaluateMany([new Float32Array(9)], 'test'))).toContain(
      'there are 9 weights',
    );
  });

  it('images of another size, with labels that are no output, or with a pixel that is not finite', async () => {
    const other = randomImages(cnnSmall, 2, 1);
    expect(await message(evaluatorOf(mlp, mask, { train: other, test }))).toContain(
      'the training images have 784 pixels, but the network takes 20',
    );
    const labelled = randomImages(mlp, 2, 1);
    labelled.labels[1] = 5;
    expect(await message(evaluatorOf(mlp, mask, { train, test: labelled }))).toBe(
      'test image 1 has label 5, but the network has 5 outputs',
    );
    const broken = randomImages(mlp, 2, 1);
    broken.pixels[25] = NaN;
    expect(await message(evaluatorOf(mlp, mask, { train: broken, test }))).toBe(
      'pixel 5 of training image 1 is NaN',
    );
  });

  it('a part of a set that is not there', async () => {
    const evaluator = await evaluatorOf(mlp, mask, sets);
    const weights = [randomWeights(mlp, 1)];
    for (const range of [
      { from: 0, to: 41 },
      { from: -1, to: 3 },
      { from: 3, to: 3 },
      { from: 0.5, to: 2 },
    ])
      expect(await message(evaluator.evaluateMany(weights, 'test', range))).toContain(
        'not a part of a set of 40',
      );
  });

  it('a layer that the kernels cannot do', async () => {
    const [first] = cnnSmall.layers;
    const layers = [{ ...first, kernel: 4 } as typeof first, ...cnnSmall.layers.slice(1)];
    const images = randomImages(cnnSmall, 2, 1);
    const network = { ...cnnSmall, layers };
    expect(
      await message(evaluatorOf(network, fullMask(network.layout), { train: images, test: images })),
    ).toBe(
      "cnn-small: layer Conv_0 has an even kernel (4 x 4) with padding 'same', which the kernels cannot do",
    );
  });
});

/** Sums in the order of the evaluator: per block of 16 images, then the blocks. */
function referenceOf(
  network: Network,
  of: Mask,
  weights: Float32Array,
  images: Images,
  indices: readonly number[],
): { mean: number; accuracy: number } {
  let sum = 0;
  let correct = 0;
  for (let block = 0; block < indices.length; block += 16) {
    let part = 0;
    for (const index of indices.slice(block, block + 16)) {
      const image = images.pixels.slice(index * images.inputs, (index + 1) * images.inputs);
      const outputs = forwardReference(network, weights, of, image);
      part += logLikelihoodReference(outputs, images.labels[index]);
      if (answerReference(outputs) === images.labels[index]) correct++;
    }
    sum += part;
  }
  return { mean: sum / indices.length, accuracy: correct / indices.length };
}
