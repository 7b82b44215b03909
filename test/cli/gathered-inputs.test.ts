import { expect, test } from 'vitest';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { plannedIn, project, ticketlab } from './command.js';

const lists = `find in -type f | sort > "$OUT_LIST"; echo "$IN_MASKS" >> "$OUT_LIST"; cat "$IN_MASKS/index.json" >> "$OUT_LIST"`;
const pipeline = `ticketlab: 1
name: p
stages:
  init:
    uses: init
    matrix: { seed: [1, 2], kind: [a b, a_b] }
    with: { model: mlp, layers: [4, 3, 2], activation: relu, rng: '\${rng(matrix.seed, matrix.kind)}' }
  note:
    matrix: { seed: [1, 2] }
    shell: mkdir "$OUT_ALL"; echo x > "$OUT_ALL/x"
    outputs: { all: { type: dir } }
  listed:
    shell: '${lists}'
    inputs: { masks: { type: mask }, one: { type: mask }, notes: { type: dir } }
    outputs: { list: { type: file } }
    with:
      masks: { from: stages.init.mask, over: [seed, kind] }
      one: { from: stages.init.mask, at: { seed: 1, kind: a b } }
      notes: { from: stages.note.all, over: [seed] }
`;

test('a gathered input is a folder called as the input is, with files called by their coordinates', () => {
  const folder = project({ 'p.yaml': pipeline });
  const { stdout } = ticketlab(folder, ['run', 'p.yaml', '--ui', 'plain']);
  expect(stdout).toContain('6 ran, 0 failed');
  const listed = plannedIn(folder, ['p.yaml']).find(({ instance }) => instance === 'listed')!;
  const { sha256 } = listed.outputs['list']!;
  const text = readFileSync(
    join(folder, '.ticketlab/store/cas', sha256.slice(0, 2), sha256.slice(2)),
    'utf8',
  );
  const [files, index = ''] = text.split('in/masks\n');
  expect(files).toBe(`in/masks/index.json
in/masks/kind=a_b-seed=1.safetensors
in/masks/kind=a_b-seed=1~2.safetensors
in/masks/kind=a_b-seed=2.safetensors
in/masks/kind=a_b-seed=2~2.safetensors
in/notes/index.json
in/notes/seed=1/x
in/notes/seed=2/x
in/one.safetensors
`);
  expect(JSON.parse(index)).toEqual([
    { path: 'kind=a_b-seed=1.safetensors', coords: { kind: 'a b', seed: 1 } },
    { path: 'kind=a_b-seed=2.safetensors', coords: { kind: 'a b', seed: 2 } },
    { path: 'kind=a_b-seed=1~2.safetensors', coords: { kind: 'a_b', seed: 1 } },
    { path: 'kind=a_b-seed=2~2.safetensors', coords: { kind: 'a_b', seed: 2 } },
  ]);
});
