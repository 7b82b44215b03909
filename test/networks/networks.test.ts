import { describe, expect, it } from 'vitest';
import { UserError } from '../../src/base/result.js';
import { buildNetwork, modelNames, networkSpecOf, networkSpecProblem } from '../../src/networks/index.js';
import type { NetworkSpec } from '../../src/networks/index.js';
import { layoutSignature } from '../../src/numeric/layout.js';

/** Numerics 3.2, the whole table: parameters and, of those, prunable ones. */
const counts: [string, NetworkSpec, number, number][] = [
  ['MNIST CNN', { model: 'cnn-small' }, 11274, 11240],
  ['MLP 196-32-10', { model: 'mlp', layers: [196, 32, 10], activation: 'relu' }, 6634, 6592],
  ['Asterix', { model: 'cnn-minatar', channels: 4, actions: 5 }, 77685, 77616],
  ['Breakout', { model: 'cnn-minatar', channels: 4, actions: 3 }, 77587, 77520],
  ['Freeway', { model: 'cnn-minatar', channels: 7, actions: 3 }, 78019, 77952],
  ['Space Invaders', { model: 'cnn-minatar', channels: 6, actions: 4 }, 77924, 77856],
  ['Seaquest', { model: 'cnn-minatar', channels: 10, actions: 6 }, 78598, 78528],
  ['CartPole', { model: 'mlp-cartpole' }, 4610, 4480],
  ['Acrobot', { model: 'mlp-acrobot' }, 4803, 4672],
  ['Pendulum', { model: 'mlp-pendulum' }, 4481, 4352],
  ['Ant with contact forces', { model: 'mlp-brax', observations: 87, actions: 8 }, 4136, 4064],
  ['Ant without', { model: 'mlp-brax', observations: 27, actions: 8 }, 2216, 2144],
];

describe.each(counts)('the network %s', (_, spec, parameters, prunable) => {
  const network = buildNetwork(spec);

  it(`has ${parameters} parameters, ${prunable} of them prunable`, () => {
    expect(network.layout.size).toBe(parameters);
    expect(network.layout.prunable).toBe(prunable);
  });

  it('feeds every layer with what the one before it yields', () => {
    let size = network.inputs;
    for (const layer of network.layers) {
      if (layer.kind === 'dense') {
        expect(layer.inputs).toBe(size);
        size = layer.outputs;
      } else {
        expect(layer.height * layer.width * layer.inputs).toBe(size);
        const shrink = layer.pool ? 2 : 1;
        size = (layer.height / shrink) * (layer.width / shrink) * layer.outputs;
      }
    }
    expect(size).toBe(network.outputs);
  });

  it('survives a trip through JSON', () => {
    expect(buildNetwork(networkSpecOf(JSON.parse(JSON.stringify(spec))))).toEqual(network);
  });

  it('has no zero initial bias but in the output layer of classifiers and MinAtar networks', () => {
    const zero = network.layers.filter((layer) => layer.biasInit === 'zero').map((layer) => layer.name);
    const last = network.layers[network.layers.length - 1].name;
    const control = ['mlp-cartpole', 'mlp-acrobot', 'mlp-pendulum', 'mlp-brax'].includes(spec.model);
    expect(zero).toEqual(control ? [] : [last]);
  });
});

describe('the registry', () => {
  it('is covered by the table of counts', () => {
    expect(new Set(counts.map(([, spec]) => spec.model))).toEqual(new Set(modelNames));
  });

  it('lays out the MNIST CNN as the conventions say', () => {
    expect(layoutSignature(buildNetwork({ model: 'cnn-small' }).layout)).toBe(
      'Conv_0/bias[8] Conv_0/kernel[5x5x1x8] Conv_1/bias[16] Conv_1/kernel[5x5x8x16] Dense_0/bias[10] Dense_0/kernel[784x10]',
    );
  });

  it('executes more than ten layers in order although the layout sorts their names', () => {
    const deep = buildNetwork({ model: 'mlp', layers: Array(13).fill(2), activation: 'tanh' });
    expect(deep.layers.map((layer) => layer.name).slice(9)).toEqual(['Dense_9', 'Dense_10', 'Dense_11']);
    expect(deep.layout.tensors[4].path).toBe('Dense_10/bias');
  });
});

describe('a wrong network specification is refused with', () => {
  const wrong: [unknown, string][] = [
    [undefined, 'a network is described by an object with a key model, not by missing'],
    [[1], 'a network is described by an object with a key model, not by [1]'],
    [
      { model: 'resnet' },
      'model must be one of mlp, cnn-small, cnn-minatar, mlp-cartpole, mlp-acrobot, mlp-pendulum, mlp-brax, not "resnet"',
    ],
    [
      { model: 'toString' },
      'model must be one of mlp, cnn-small, cnn-minatar, mlp-cartpole, mlp-acrobot, mlp-pendulum, mlp-brax, not "toString"',
    ],
    [{ model: 'cnn-small', layers: [1, 2] }, 'model cnn-small has no parameter layers (it has none)'],
    [
      { model: 'mlp', layers: [1, 2], activation: 'relu', bias: 1 },
      'model mlp has no parameter bias (it has layers, activation)',
    ],
    [
      { model: 'mlp', layers: [10], activation: 'relu' },
      'model mlp: layers must be a list of at least two sizes such as [196, 32, 10], not [10]',
    ],
    [
      { model: 'mlp', activation: 'relu' },
      'model mlp: layers must be a list of at least two sizes such as [196, 32, 10], not missing',
    ],
    [
      { model: 'mlp', layers: [196, 0, 10], activation: 'relu' },
      'model mlp: layers[1] must be an integer from 1 to 1048576, not 0',
    ],
    [
      { model: 'mlp', layers: [196, 3.5], activation: 'relu' },
      'model mlp: layers[1] must be an integer from 1 to 1048576, not 3.5',
    ],
    [
      { model: 'mlp', layers: [1000000, 1000, 10], activation: 'relu' },
      'model mlp: layers make 1000011010 parameters, more than the 67108864 that ticketlab can search',
    ],
    [
      { model: 'mlp', layers: [196, 10], activation: 'swish' },
      'model mlp: activation must be one of relu, tanh, not "swish"',
    ],
    [
      { model: 'cnn-minatar', channels: 4, actions: '5' },
      'model cnn-minatar: actions must be an integer from 1 to 64, not "5"',
    ],
    [
      { model: 'mlp-brax', observations: 27 },
      'model mlp-brax: actions must be an integer from 1 to 1024, not missing',
    ],
  ];

  it.each(wrong)('one clear message: %j', (spec, message) => {
    expect(networkSpecProblem(spec)).toBe(message);
    expect(() => networkSpecOf(spec)).toThrow(UserError);
    expect(() => networkSpecOf(spec)).toThrow(message);
  });
});
