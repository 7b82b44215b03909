import { registerKillLaw } from '../rig/kill-law.js';

const params = {
  ...{ lanczos_steps: 10, eigenvalues: 2, probes: 60, density_probes: 3, density_steps: 8 },
  ...{ pairs: 8, sigmas: [0.01, 0.1], rhos: [0.01, 0.1, 1], refinements: 1, paired: 4, lines: 1 },
  ...{ backend: 'wasm', rng: 1 },
};

registerKillLaw({ type: 'hessian-flatness', params, steps: 163, kills: 10, within: 14 });
