import { utimesSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { filesBelow, project, ticketlab } from './command.js';

const pipeline = (size: number) => `ticketlab: 1
name: p
stages:
  one:
    shell: echo ${size} > "$OUT_OUT"
    outputs: { out: { type: file } }
  two:
    shell: cat "$IN_OUT" > "$OUT_OUT"
    inputs: { out: { type: file } }
    outputs: { out: { type: file } }
    with: { out: '\${stages.one.out}' }
`;

test('one of a kind is told in the singular', () => {
  const folder = project({ 'p.yaml': pipeline(1), 'q.yaml': pipeline(2) });
  const said: string[] = [];
  const say = (...words: string[]) => {
    const { stdout, stderr } = ticketlab(folder, words);
    said.push(`$ ${words.join(' ')}\n${stdout}${stderr}`);
  };
  say('export', 'one', 'out', 'p.yaml');
  say('plan', 'p.yaml', 'one');
  say('plan', 'p.yaml');
  say('run', 'p.yaml', 'one', '--ui', 'plain');
  say('verify');
  say('verify', '--rebuild', '100%', 'p.yaml');
  say('pin', 'one', 'p.yaml', '--name', 'kept');
  say('pin');
  say('export', 'one', 'out', 'p.yaml');
  say('pack', 'one', 'p.yaml', '-o', 'one.tlpack');
  say('unpack', 'one.tlpack');
  say('unpack', 'one.tlpack', '--store', 'other');
  say('provenance', 'out/one.out');
  say('gc');
  say('unpin', 'kept');
  for (const file of filesBelow(join(folder, '.ticketlab/store')))
    utimesSync(join(folder, '.ticketlab/store', file), 0, 0);
  const all = ['--keep-runs', '0', '--keep-days', '0'];
  say('gc', '--apply', ...all);
  say('gc', '--undo');
  say('diff', 'p.yaml', 'q.yaml');
  const everything = said.join('\n');
  expect(everything).not.toMatch(
    /\b1 (?:\w+s (?:of|are|were|stay|again|in|would|and|to|get)|results|instances|objects|files|things|stages|runs|pins|stay|get|were|are|appear|vanish)\b/,
  );
  expect(everything).toMatch(/would run unless what it needs comes out unchanged/);
  const counted = [...everything.matchAll(/\b1 ([a-z]+)/g)].map(([, word]) => word);
  for (const word of ['instance', 'stage', 'result', 'object', 'file', 'pin', 'was'])
    expect(counted, everything).toContain(word);
});
