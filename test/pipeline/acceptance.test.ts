import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { ok } from '../../src/base/result.js';
import { formatDiagnostics } from '../../src/pipeline/diagnostic.js';
import type { Plan } from '../../src/pipeline/plan.js';
import { planPipeline } from '../../src/pipeline/plan-pipeline.js';
import { readSignatures } from '../../src/pipeline/signatures.js';
import { sourcesOf } from './small-stages.js';

const root = new URL('../../', import.meta.url);
const folder = new URL('acceptance/', import.meta.url);
const shipped = readFileSync(new URL('schemas/stages.schema.json', root), 'utf8');

const signatures = readSignatures(JSON.parse(shipped));

const file = 'es-lottery-mnist.yaml';
const component = readFileSync(new URL('lib/figures.yaml', folder), 'utf8');

function planned(asked: {
  preset?: string;
  targets?: string[];
  figures?: string;
  study?: string;
}): Plan | string {
  const { preset, targets = [], figures = component, study } = asked;
  const plan = planPipeline({
    source: study === undefined ? readFileSync(new URL(file, folder)) : new TextEncoder().encode(study),
    ...{ file, preset, targets, signatures },
    readFile: () => ok({ file: 'lib/figures.yaml', bytes: new TextEncoder().encode(figures) }),
  });
  return plan.ok ? plan.value : formatDiagnostics(plan.error);
}

function planOf(asked: Parameters<typeof planned>[0]): Plan {
  const plan = planned(asked);
  if (typeof plan === 'string') throw new Error(plan);
  return plan;
}

const everything = 'data init imp moved moved_gd child lmc hessian fig2 fig4 fig6 figF'.split(' ');

describe('the study of the paper', () => {
  test.each([
    ['smoke', 115, 103],
    ['laptop', 386, 368],
    ['paper', 1360, 1330],
  ])(
    'has as many instances as its axes say, and fewer where only figures are asked for: %s',
    (preset, all, figures) => {
      // data 1, init s, loop 3 * s * n * 3, per probe moved, moved_gd, lmc, hessian and two children, figures 4.
      expect(planOf({ preset, targets: everything }).instances).toHaveLength(all);
      // What the last pass of each loop prunes and rewinds, nobody reads.
      expect(planOf({ preset }).instances).toHaveLength(figures);
    },
  );

  test('gathers what the probes of one method have, at its iterations', () => {
    const { es } = sourcesOf(planOf({ preset: 'laptop' }), 'fig4') as {
      es: { k: number; level: number; seed: number }[];
    };
    expect(es.map(({ seed, k, level }) => [seed, k, level])).toEqual(
      [1, 2, 3].flatMap((seed) => [1, 4, 8].map((k) => [seed, k, k - 1])),
    );
  });

  test('draws with the shipped stage type behind a component, and runs a program behind another', () => {
    const plan = planOf({ preset: 'smoke' });
    const [fig2, fig4] = ['fig2', 'fig4'].map((id) => plan.instances.find((instance) => instance.id === id)!);
    expect(fig2!.type).toBe('plot');
    expect(fig2!.params).toMatchObject({
      x: 'k',
      y: 'test_accuracy',
      color: 'method',
      band: 'seed',
      last_by: 'generation',
    });
    expect(Object.keys(fig2!.inputs)).toEqual(['table']);
    expect(fig4!.params).toEqual({ y: 'test_accuracy' });
    expect(plan.types?.get(fig4!.type)?.command).toMatchObject({
      code: ['plots/transfer.py', 'plots/lib'],
      inputs: { es: 'es.csv', gd: 'gd.csv' },
      outputs: { figure: 'figure.svg', data: 'data.csv' },
    });
  });

  test('has the settings of its stages, those of defaults where they say nothing', () => {
    const plan = planOf({ preset: 'smoke' });
    const of = (definition: string) => plan.instances.find((i) => i.definition === definition)!.settings;
    expect(of('imp.train')).toEqual({
      resources: { cpus: 2, memory: 3 * 2 ** 30, gpus: 0 },
      timeout: 4 * 3600,
      retry: { times: 2, on: ['infra', 'oom', 'timeout'], backoff: 30 },
      checkpoint: { every: 60, keep: 2 },
      env: {},
    });
    expect(of('hessian')).toMatchObject({ retry: { times: 0 }, timeout: 6 * 3600, resources: { cpus: 1 } });
  });

  test('is refused when a component wants a column that is not there, or a coordinate of another type', () => {
    const reads = (column: string) => planned({ figures: component.replace('generation: int', column) });
    expect(reads('epoch: int')).toContain(
      'MISSING_COLUMN: fig2 needs a column that stages.imp.metrics does not have: epoch (int).',
    );
    expect(planned({ figures: component.replace('seed: int', 'seed: string') })).toContain(
      'MISSING_COLUMN: fig2 needs a column that stages.imp.metrics does not have: seed as string (it is int).',
    );
  });
});
