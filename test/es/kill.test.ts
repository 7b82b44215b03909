import { registerKillLaw } from '../rig/kill-law.js';

registerKillLaw({
  type: 'train-es',
  params: {
    strategy: 'sep-cma-es',
    popsize: 8,
    generations: 400,
    batch: 8,
    test_every: 25,
    mean_decay: 0.001,
    validation: 4,
    rng: 1,
  },
  steps: 400,
  kills: 20,
  within: 14,
});
