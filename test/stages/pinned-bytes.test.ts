import { tmpdir } from 'node:os';
import { describe, expect, test } from 'vitest';
import { encodeTable } from '../../src/artefacts/table.js';
import { buildNetwork } from '../../src/networks/index.js';
import type { NetworkSpec } from '../../src/networks/index.js';
import type { Json } from '../../src/base/json.js';
import { fullMask } from '../../src/numeric/mask.js';
import type { StageDefinition } from '../../src/pipeline/stage.js';
import evaluateLmc from '../../stages/evaluate-lmc.js';
import hessianFlatness from '../../stages/hessian-flatness.js';
import summarise from '../../stages/summarise.js';
import transfer from '../../stages/transfer.js';
import { artefact, digest, runStage, tensors, tinyDataset } from './prune-fixtures.js';

const network: NetworkSpec = { model: 'mlp', layers: [4, 3, 10], activation: 'relu' };
const { layout } = buildNetwork(network);
const mask = fullMask(layout);
for (const { kind, offset, size } of layout.tensors)
  if (kind === 'kernel') for (let i = offset; i < offset + size; i += 3) mask[i] = 0;
/** Exact in binary, so that the inputs are the same everywhere. */
const weights = (seed: number) => Float64Array.from(mask, (bit, i) => (bit * (((i * seed) % 13) - 6)) / 16);
const std = Float64Array.from(mask, (bit, i) => (bit * (1 + (i % 5))) / 128);

const ticketOf = (coords: Record<string, Json>, seed: number) => ({
  coords,
  artefact: tensors('ticket', { network, mean: weights(seed), std, mask }),
});

/** Version and digests: keys name the version, so that other bytes need another one. */
async function bytesOf(
  stage: StageDefinition,
  params: Record<string, unknown>,
  inputs: Record<string, unknown>,
) {
  const { outputs } = await runStage(stage, params, inputs as never, { cacheDir: () => tmpdir() });
  const digests = Object.entries(outputs).map(([name, content]) => [name, digest(content)]);
  return { version: stage.version, ...Object.fromEntries(digests) };
}

describe('the bytes of a version have not moved', () => {
  test('of transfer', async () => {
    const wide = { model: 'mlp', layers: [4, 3, 20], activation: 'relu', rng: 5 };
    const meta = { start: 'initial' } as const;
    const inputs = {
      // A drawn weight is not 0.
      weights: tensors('weights', {
        network,
        mean: weights(5).map((value, i) => (value === 0 && mask[i] === 1 ? 1 / 32 : value)),
        meta,
      }),
      mask: tensors('mask', { network, mask, meta }),
    };
    expect(await bytesOf(transfer, wide, inputs)).toMatchInlineSnapshot(`
      {
        "mask": "7089ac39c87659c6",
        "table": "8a85c5ce0e6a5160",
        "version": 2,
        "weights": "c3653be831fbc88f",
      }
    `);
  });

  test('of evaluate-lmc', async () => {
    const inputs = {
      data: tinyDataset(),
      ends: [ticketOf({ seed: 1 }, 5), ticketOf({ seed: 2 }, 7), ticketOf({ seed: 3 }, 11)],
      start: tensors('weights', { network, mean: weights(3) }),
      control: [ticketOf({ seed: 1 }, 4), ticketOf({ seed: 2 }, 6)],
    };
    expect(await bytesOf(evaluateLmc, { points: 5, align: true }, inputs)).toMatchInlineSnapshot(`
      {
        "metrics": "1d2647d40e72d221",
        "path": "41c3f4c28cb6788b",
        "version": 2,
      }
    `);
  });

  test('of hessian-flatness on the backend that is everywhere', async () => {
    const quick = {
      ...{ eigenvalues: 2, lanczos_steps: 8, probes: 4, density_probes: 2, density_steps: 5, pairs: 4 },
      ...{ sigmas: [0.01, 0.1], rhos: [0.01, 0.1, 1], refinements: 1, paired: 2, lines: 1, rng: 3 },
      backend: 'wasm',
    };
    const inputs = { data: tinyDataset(), weights: ticketOf({}, 5).artefact };
    expect(await bytesOf(hessianFlatness, quick, inputs)).toMatchInlineSnapshot(`
      {
        "directions": "bc8a8340ac853c62",
        "layers": "bb5a3b973ee3af22",
        "metrics": "5a348ed294bc572f",
        "sharpness": "dbc022c3df29a3b0",
        "spectrum": "8d9452397fd37136",
        "version": 3,
      }
    `);
  });

  test('of summarise', async () => {
    const rows = ['a', 'b'].flatMap((rule, r) =>
      [0, 1].flatMap((level) =>
        Array.from({ length: 12 }, (_, seed) => ({
          ...{ rule, level, seed },
          score: 1 - level / 4 + r / 8 + ((seed * 5 + r + level) % 12) / 64,
        })),
      ),
    );
    const rules = { column: 'rule', first: 'a', second: 'b' };
    const params = {
      ...{ value: 'score', by: ['rule', 'level'], normalise: 'level', advantage: [rules], rng: 4 },
      contrasts: [
        { name: 'differ', ...rules },
        { name: 'equal', ...rules, at_least: { level: 1 }, margin: 0.25 },
      ],
    };
    const inputs = {
      table: artefact('table', encodeTable(['rule', 'level', 'seed', 'score'], rows)),
      tickets: [0, 1].flatMap((level) =>
        Array.from({ length: 10 }, (_, seed) => ticketOf({ rule: 'a', seed, level }, 2 * level + seed + 3)),
      ),
    };
    expect(await bytesOf(summarise, params, inputs)).toMatchInlineSnapshot(`
      {
        "advantage": "1c3e9d607de9829e",
        "contrasts": "ce2024ed754fa3fb",
        "normalised": "d6c2512e2b7c996b",
        "stability": "ea3800f0db82a222",
        "summary": "6d4422a0d402ed0b",
        "version": 1,
      }
    `);
  });
});
