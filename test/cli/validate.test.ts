import { describe, expect, test } from 'vitest';
import { filesBelow, project, ticketlab } from './command.js';

const pipeline = `ticketlab: 1
name: p
params:
  rng: { type: int, min: 1 }
  layers: { type: list<int>, default: [4, 2] }
presets:
  one: { rng: 1 }
stages:
  init: { uses: init, with: { model: mlp, activation: relu, rng: '\${params.rng}', layers: '\${params.layers}' } }
`;

describe('validate', () => {
  const folder = project({
    'p.yaml': pipeline,
    'right.yaml': 'rng: 3\nlayers: [4, 3, 2]\n',
    'wrong.yaml': 'rng: 0\nlayer: [1]\n',
  });
  const validate = (...words: string[]) => ticketlab(folder, ['validate', 'p.yaml', ...words]);
  const valid = { code: 0, stdout: 'p.yaml is valid.\n', stderr: '' };

  test('takes values from a preset, from a file and from -P, as run does', () => {
    expect(validate()).toMatchObject({ code: 2, stdout: '' });
    expect(validate('--preset', 'one')).toEqual(valid);
    expect(validate('--params', 'right.yaml')).toEqual(valid);
    expect(validate('-P', 'rng=2', '-P', 'layers=[3,2]')).toEqual(valid);
    // -P stands above the file, the file above the preset.
    expect(validate('--params', 'right.yaml', '-P', 'rng=0').code).toBe(2);
    expect(validate('--preset', 'one', '--params', 'wrong.yaml').code).toBe(2);
    expect(filesBelow(folder)).toEqual(['p.yaml', 'right.yaml', 'wrong.yaml']);
  });

  test('says what is wrong with them, each in its own place', () => {
    expect(validate('--params', 'wrong.yaml').stderr)
      .toBe(`wrong.yaml:1:6  error BAD_PARAM_VALUE: The parameter "rng" (int) must be at least 1; params file wrong.yaml gives 0.
  1 | rng: 0
    |      ^
  p.yaml:4:3  "rng" is declared here

wrong.yaml:2:1  error UNKNOWN_PARAM: There is no parameter "layer".
  2 | layer: [1]
    | ^^^^^
  Parameters of the pipeline: rng and layers. Declare new ones under params.
  Did you mean "layers"?

2 errors in p.yaml. Nothing was started.
`);
    expect(validate('-P', 'rng=x').stderr).toContain(
      'command line  error BAD_PARAM_VALUE: The parameter "rng" (int) must be a whole number; -P gives the text "x".',
    );
    expect(validate('--params', 'none.yaml')).toEqual({
      ...{ code: 2, stdout: '' },
      stderr:
        'ticketlab: There is no file of parameters none.yaml.\n  Files there: p.yaml, right.yaml, wrong.yaml\n',
    });
    expect(validate('--params', '.').stderr).toMatch(
      /^ticketlab: \. is a folder, not a file of parameters\./,
    );
  });
});
