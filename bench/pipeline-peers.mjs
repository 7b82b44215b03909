// The same graph in Snakemake, DVC and wireit, and how long each takes to find that there is nothing to do: pairs of
// stages, the second reading what the first wrote. Each tool runs the graph once for real, unmeasured.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { median, timed } from './pipeline.mjs';

const cache = join(process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'ticketlab');
const repeats = 3;
const indices = (stages) => Array.from({ length: stages / 2 }, (_, at) => at);

const peers = [
  {
    peer: 'snakemake',
    pin: 'snakemake==9.27.1',
    install: venv,
    sizes: [300, 1000],
    write: (folder, stages) =>
      writeFileSync(
        join(folder, 'Snakefile'),
        `rule all:\n    input: expand("b/{i}", i=range(${stages / 2}))\nrule a:\n    output: "a/{i}"\n    shell: "echo {wildcards.i} > {output}"\nrule b:\n    input: "a/{i}"\n    output: "b/{i}"\n    shell: "cp {input} {output}"\n`,
      ),
    command: (home) => [join(home, 'bin', 'snakemake'), '--cores', '2', '--quiet', 'all'],
  },
  {
    peer: 'dvc',
    pin: 'dvc==3.67.1',
    install: venv,
    // A thousand stages take it twenty minutes to run.
    sizes: [300],
    write: (folder, stages) => {
      const items = indices(stages).join(', ');
      writeFileSync(
        join(folder, 'dvc.yaml'),
        `stages:\n  a:\n    foreach: [${items}]\n    do:\n      cmd: mkdir -p a && echo \${item} > a/\${item}\n      outs: ['a/\${item}']\n  b:\n    foreach: [${items}]\n    do:\n      cmd: mkdir -p b && cp a/\${item} b/\${item}\n      deps: ['a/\${item}']\n      outs: ['b/\${item}']\n`,
      );
    },
    prepare: (home, folder) => [join(home, 'bin', 'dvc'), 'init', '--no-scm', '--quiet'],
    command: (home) => [join(home, 'bin', 'dvc'), 'repro', '--quiet'],
  },
  {
    peer: 'wireit',
    pin: 'wireit@0.14.13',
    install: npm,
    sizes: [300, 1000],
    write: (folder, stages) => {
      const names = indices(stages);
      const scripts = Object.fromEntries([
        ['all', 'wireit'],
        ...names.flatMap((i) => [
          [`a${i}`, 'wireit'],
          [`b${i}`, 'wireit'],
        ]),
      ]);
      const wireit = Object.fromEntries([
        ['all', { dependencies: names.map((i) => `b${i}`) }],
        ...names.flatMap((i) => [
          [`a${i}`, { command: `mkdir -p a && echo ${i} > a/${i}`, files: [], output: [`a/${i}`] }],
          [
            `b${i}`,
            {
              command: `mkdir -p b && cp a/${i} b/${i}`,
              dependencies: [`a${i}`],
              files: [`a/${i}`],
              output: [`b/${i}`],
            },
          ],
        ]),
      ]);
      writeFileSync(
        join(folder, 'package.json'),
        JSON.stringify({ name: 'graph', private: true, scripts, wireit }),
      );
    },
    command: () => ['npm', 'run', '--silent', 'all'],
    path: (home) => join(home, 'node_modules', '.bin'),
    environment: { WIREIT_LOGGER: 'quiet', WIREIT_CACHE: 'local' },
  },
];

/** @returns for each peer and size its median time with nothing to do and ours, or why it is missing. */
export function comparePeers(say) {
  const ours = new Map();
  return peers.flatMap((peer) => {
    const home = join(cache, `peer-${peer.pin.replaceAll(/[^a-z0-9.]+/g, '-')}`);
    const problem = existsSync(join(home, 'ready')) ? undefined : install(peer, home, say);
    if (problem !== undefined) {
      say(`NO COMPARISON WITH ${peer.peer}: ${problem}`);
      return [{ peer: peer.peer, version: peer.pin, missing: problem }];
    }
    return peer.sizes.map((stages) => {
      if (!ours.has(stages)) ours.set(stages, oursOn(stages, say));
      return compare(peer, { home, stages, ours_s: ours.get(stages), say });
    });
  });
}

function install(peer, home, say) {
  say(`installing ${peer.pin} in ${home}`);
  rmSync(home, { recursive: true, force: true });
  mkdirSync(home, { recursive: true });
  for (const [command, ...words] of peer.install(peer.pin, home)) {
    const { status, error, stderr } = spawnSync(command, words, { encoding: 'utf8' });
    if (status !== 0)
      return `${command} ${words.join(' ')} failed: ${error?.message ?? stderr.trim().slice(-300)}`;
  }
  writeFileSync(join(home, 'ready'), '');
  return undefined;
}

function venv(pin, home) {
  const python = join(home, 'bin', 'python');
  return [
    ['python3', '-m', 'venv', home],
    [python, '-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', pin],
  ];
}

function npm(pin, home) {
  return [['npm', 'install', '--silent', '--no-audit', '--no-fund', '--prefix', home, pin]];
}

function compare(peer, { home, stages, ours_s, say }) {
  const folder = mkdtempSync(join(tmpdir(), 'ticketlab-peer-'));
  const env = {
    ...process.env,
    ...peer.environment,
    DVC_NO_ANALYTICS: '1',
    PATH: `${peer.path?.(home) ?? join(home, 'bin')}:${process.env.PATH}`,
  };
  const call = ([command, ...words]) => {
    const started = performance.now();
    const done = spawnSync(command, words, { cwd: folder, env, encoding: 'utf8', maxBuffer: 1 << 28 });
    if (done.status !== 0)
      throw new Error(
        `${command} ${words.join(' ')}: ${done.error?.message ?? (done.stderr + done.stdout).slice(-500)}`,
      );
    return { seconds: (performance.now() - started) / 1000 };
  };
  try {
    peer.write(folder, stages);
    if (peer.prepare) call(peer.prepare(home, folder));
    say(`${peer.peer} runs ${stages} stages for the first time`);
    const first = call(peer.command(home));
    if (!existsSync(join(folder, 'b', '0'))) throw new Error('nothing was made');
    const noop = Array.from({ length: repeats }, () => call(peer.command(home)));
    say(
      `${peer.peer}, ${stages} stages: first ${first.seconds.toFixed(1)} s, then ${median(noop).toFixed(2)} s`,
    );
    return {
      peer: peer.peer,
      version: peer.pin,
      stages,
      first_s: first.seconds,
      noop_s: median(noop),
      ours_s,
    };
  } catch (error) {
    say(`NO COMPARISON WITH ${peer.peer}: ${error.message}`);
    return { peer: peer.peer, version: peer.pin, stages, missing: error.message };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Pairs of `init` and `rewind` of a tiny network: computed once for real, then measured. */
function oursOn(stages, say) {
  const folder = mkdtempSync(join(tmpdir(), 'ticketlab-ours-'));
  const seeds = `'\${range(0, ${stages / 2})}'`;
  const rng = '${rng(matrix.seed)}';
  writeFileSync(
    join(folder, 'graph.yaml'),
    `ticketlab: 1
name: graph
stages:
  a:
    uses: init
    matrix: { seed: ${seeds} }
    with: { model: mlp, layers: [4, 2], activation: relu, rng: '${rng}' }
  b:
    uses: rewind
    matrix: { seed: ${seeds} }
    with: { init: '\${stages.a.weights}', mask: '\${stages.a.mask}', from: initial, rng: '${rng}' }
`,
  );
  try {
    const words = ['run', 'graph.yaml', '--ui', 'quiet'];
    const first = timed(folder, words, 0);
    const noop = Array.from({ length: 7 }, () => timed(folder, words, 0));
    say(`ours, ${stages} stages: first ${first.seconds.toFixed(1)} s, then ${median(noop).toFixed(2)} s`);
    return median(noop);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
