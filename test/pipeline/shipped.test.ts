import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { formatDiagnostics } from '../../src/pipeline/diagnostic.js';
import { planPipeline } from '../../src/pipeline/plan-pipeline.js';
import { readSignatures } from '../../src/pipeline/signatures.js';

const root = new URL('../../', import.meta.url);
const shipped = readdirSync(new URL('pipelines/', root)).filter((name) => name.endsWith('.yaml'));
const signatures = readSignatures(
  JSON.parse(readFileSync(new URL('schemas/stages.schema.json', root), 'utf8')),
);

describe.each(shipped)('pipelines/%s', (name) => {
  const source = readFileSync(new URL(`pipelines/${name}`, root));

  test('names the schema that editors complete from', () => {
    expect(source.toString().split('\n')[0]).toBe(
      '# yaml-language-server: $schema=../schemas/pipeline.schema.json',
    );
  });

  test('plans with the stage types as they are shipped', () => {
    const plan = planPipeline({ source, file: name, signatures });
    expect(plan.ok ? '' : formatDiagnostics(plan.error)).toBe('');
  });
});

describe('pipelines/optima.yaml', () => {
  const source = readFileSync(new URL('pipelines/optima.yaml', root));
  const planned = (...overrides: string[]) =>
    planPipeline({ source, file: 'optima.yaml', signatures, preset: 'smoke', overrides });

  test.each(['seeds=[3,4]', 'seeds=[12,7,9]', 'probes=[1]'])('plans with -P %s', (override) => {
    const plan = planned(override);
    expect(plan.ok ? '' : formatDiagnostics(plan.error)).toBe('');
  });

  test('draws the first of its seeds where it draws one, and says which', () => {
    const plan = planned('seeds=[12,7]');
    if (!plan.ok) throw new Error(formatDiagnostics(plan.error));
    const paramsOf = (name: string) =>
      plan.value.instances.find(({ definition }) => definition === name)?.params;
    expect(paramsOf('paths_seeds')?.['where']).toEqual({ a_seed: 12 });
    expect(paramsOf('spectra')?.['title']).toMatch(/, seed 12; /);
  });

  test('promises no equal losses where flatness is compared, and draws how near they are', () => {
    const plan = planned();
    if (!plan.ok) throw new Error(formatDiagnostics(plan.error));
    const titles = plan.value.instances.flatMap(({ definition, params }) =>
      ['spectra', 'sharpness', 'flatness', 'matches'].includes(definition) ? [params['title']] : [],
    );
    expect(titles).toHaveLength(4);
    expect(titles.filter((title) => /nearest in loss$/.test(String(title)))).toHaveLength(3);
    expect(titles.join()).not.toContain('matched');
  });

  test('compares at the sparsest of its probes', () => {
    const plan = planned('levels=5', 'probes=[1,3]');
    if (!plan.ok) throw new Error(formatDiagnostics(plan.error));
    const table = plan.value.instances.find(({ definition }) => definition === 'accuracy_table');
    const contrasts = table?.params['contrasts'] as readonly { at_least: unknown }[];
    expect(contrasts.map(({ at_least }) => at_least)).toEqual([{ k: 3 }, { k: 3 }]);
  });

  test.each([
    ['seeds=[1]', 'The parameter "seeds" (list<int>) must have at least 2 elements'],
    ['probes=[]', 'The parameter "probes" (list<int>) must have at least 1 element'],
  ])('refuses -P %s before anything runs', (override, message) => {
    const plan = planned(override);
    expect(plan.ok ? 'planned' : formatDiagnostics(plan.error)).toContain(message);
  });
});

describe.each([...signatures.values()])('the stage type $type', (signature) => {
  const parameters = [signature.params, ...Object.values(signature.variants?.of ?? {})].flatMap(
    ({ properties }) => Object.keys(properties),
  );
  const outputs = Object.values(signature.outputs);

  test('declares the columns of its tables, by parameters and inputs that it has', () => {
    for (const { type, columns } of outputs)
      if (type === 'table' || type === 'metrics') expect(Object.keys(columns ?? {})).not.toEqual([]);
    for (const rule of outputs.flatMap(({ furtherColumns }) => furtherColumns ?? [])) {
      if ('coordinatesOf' in rule) expect(signature.inputs[rule.coordinatesOf]?.gather).toBe(true);
      if ('parameter' in rule)
        for (const path of [rule.parameter, rule.without ?? rule.parameter])
          expect(parameters).toContain(path.split('.')[0]);
    }
  });

  test('has the table and the parameters that it says name columns', () => {
    const { input, all, any = [], oneOf = [] } = signature.columnNames ?? { input: undefined, all: [] };
    if (input !== undefined) expect(signature.inputs[input]?.type).toContain('table');
    for (const name of [...all, ...any, ...oneOf]) expect(parameters).toContain(name);
  });
});
