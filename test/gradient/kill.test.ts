import { registerKillLaw } from '../rig/kill-law.js';

registerKillLaw({
  type: 'train-gd',
  params: { backend: 'wasm', batch: 8, steps: 200, test_every: 25, rng: 1 },
  steps: 200,
  kills: 10,
  within: 14,
});
