import { describe, expect, it } from 'vitest';
import { buildNetwork } from '../../src/networks/index.js';
import type { NetworkSpec } from '../../src/networks/index.js';
import { initialise } from '../../src/networks/initialise.js';
import { layoutOf } from '../../src/numeric/layout.js';
import { streamKey } from '../../src/numeric/rng.js';

const key = streamKey(42, 'init');
const fresh = (spec: NetworkSpec): Float64Array => {
  const { layers, layout } = buildNetwork(spec);
  return initialise(layers, layout, key);
};
const tensor = (spec: NetworkSpec, path: string): Float64Array => {
  const found = buildNetwork(spec).layout.tensors.find((one) => one.path === path);
  return fresh(spec).subarray(found!.offset, found!.offset + found!.size);
};

const cnn: NetworkSpec = { model: 'cnn-small' };
const minatar: NetworkSpec = { model: 'cnn-minatar', channels: 4, actions: 5 };

describe('fresh weights', () => {
  it.each([
    [cnn, 'Conv_1/kernel', 5 * 5 * 8],
    [cnn, 'Dense_0/kernel', 784],
    [minatar, 'Dense_0/kernel', 1600],
    [{ model: 'mlp', layers: [196, 32, 10], activation: 'relu' } as const, 'Dense_0/kernel', 196],
  ])('of %j: %s has variance 1 / %i and stays within 2.2737 standard deviations', (spec, path, fanIn) => {
    const weights = tensor(spec, path);
    const n = weights.length;
    const scaled = weights.map((w) => w * Math.sqrt(fanIn));
    const variance = scaled.reduce((sum, w) => sum + w * w, 0) / n;
    // the fourth moment of the truncated normal in units of its variance is 2.370
    expect(Math.abs(variance - 1)).toBeLessThan(4 * Math.sqrt((2.37 - 1) / n));
    expect(Math.abs(scaled.reduce((sum, w) => sum + w, 0) / n)).toBeLessThan(4 / Math.sqrt(n));
    const largest = scaled.reduce((max, w) => Math.max(max, Math.abs(w)), 0);
    expect(largest).toBeLessThan(2.2737);
    expect(largest).toBeGreaterThan(2.1);
  });

  it('have biases from [0, 0.05), one-sided', () => {
    const biases = tensor(minatar, 'Dense_0/bias');
    expect(biases.every((b) => b > 0 && b < 0.05)).toBe(true);
    expect(Math.max(...biases)).toBeGreaterThan(0.04);
    expect(Math.min(...biases)).toBeLessThan(0.01);
  });

  it('have output biases of exactly 0 for MNIST and MinAtar, and no zero at all for control networks', () => {
    expect([...tensor(cnn, 'Dense_0/bias')]).toEqual(Array(10).fill(0));
    expect([...tensor(minatar, 'Dense_1/bias')]).toEqual(Array(5).fill(0));
    for (const spec of [
      { model: 'mlp-pendulum' },
      { model: 'mlp-brax', observations: 27, actions: 8 },
    ] as const)
      expect(fresh(spec).includes(0)).toBe(false);
  });

  it('are the same for the same key and others for another', () => {
    const { layers, layout } = buildNetwork(cnn);
    expect(initialise(layers, layout, streamKey(42, 'init'))).toEqual(fresh(cnn));
    const other = initialise(layers, layout, streamKey(43, 'init'));
    const first = fresh(cnn);
    const same = other.filter((w, i) => w === first[i]);
    expect(same.length).toBe(10); // the output bias
  });

  it('of one tensor do not change when the network gets another layer', () => {
    const shallow: NetworkSpec = { model: 'mlp', layers: [12, 7, 3], activation: 'tanh' };
    const deep: NetworkSpec = { model: 'mlp', layers: [12, 7, 3, 2], activation: 'tanh' };
    expect(tensor(deep, 'Dense_0/kernel')).toEqual(tensor(shallow, 'Dense_0/kernel'));
    expect(tensor(deep, 'Dense_1/kernel')).toEqual(tensor(shallow, 'Dense_1/kernel'));
  });

  it('have not moved', () => {
    const spec: NetworkSpec = { model: 'mlp', layers: [2, 2, 1], activation: 'relu' };
    expect([...fresh(spec)]).toEqual([
      0.00012708962864998452, 0.044594631897268054, -0.465048466560734, 0.2602734971008164,
      0.3740779634598801, 0.8493886494401033, 0, 0.37936906254704844, -0.7754065034179561,
    ]);
  });

  it('need a layer for every module of the layout', () => {
    const layout = layoutOf([{ module: 'Dense_7', bias: [1], kernel: [1, 1] }]);
    expect(() => initialise(buildNetwork(cnn).layers, layout, key)).toThrow(
      'the layout has a module Dense_7, but no layer has this name',
    );
  });
});
