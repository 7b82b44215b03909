import { readdirSync } from 'node:fs';
import { expect, test } from 'vitest';
import { project, ticketlab } from './command.js';

const pipeline = `ticketlab: 1
name: p
stages:
  init: { uses: init, with: { model: mlp, layers: [4, 3, 2], activation: relu, rng: 1 } }
`;

test.each<[readonly string[]]>([
  [['verify']],
  [['verify', '--rebuild', '5%']],
  [['du']],
  [['gc']],
  [['gc', '--apply']],
  [['gc', '--apply', '--json']],
  [['gc', '--undo']],
])('where nothing has been run %j says so and leaves nothing', (words) => {
  const folder = project({ 'p.yaml': pipeline });
  const { code, stdout, stderr } = ticketlab(folder, words);
  expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
  expect(stderr).toMatch(/^ticketlab: There is no store in [^\n]+\n$/);
  expect(readdirSync(folder)).toEqual(['p.yaml']);
  if (words.includes('--rebuild')) expect(ticketlab(folder, ['run', 'p.yaml', '--ui', 'quiet']).code).toBe(0);
});

test('a cap can be set before anything has been run', () => {
  const folder = project({ 'p.yaml': pipeline });
  expect(ticketlab(folder, ['gc', '--cap', '1GiB']).code).toBe(0);
  expect(ticketlab(folder, ['run', 'p.yaml', '--ui', 'quiet']).code).toBe(0);
});
