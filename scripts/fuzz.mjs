// npm run fuzz [-- --files 10000] [--seed 1] [--mutations-only]: hostile and mutated pipeline files. Each must be refused with diagnostics and
// exit code 2, or plan: never a stack, a hang over 2 s or more than 500 MB. Needs a build.
import { fork, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { hostileFiles, mutatedFile, readCorpus } from './fuzz-files.mjs';

const here = fileURLToPath(new URL('.', import.meta.url));
const command = join(here, '../dist/src/cli/main.js');
const { values } = parseArgs({
  options: {
    files: { type: 'string', default: '10000' },
    seed: { type: 'string', default: '1' },
    'mutations-only': { type: 'boolean', default: false },
  },
});
const files = Number(values.files);
const firstSeed = Number(values.seed);
const mostSeconds = 2;
const mostMegabytes = 500;
/** A plan of many instances may take its time: it is no hang. */
const large = 20_000;
const faults = [];

if (!values['mutations-only']) hostile();
const counts = await mutated();
console.log(
  `${files} mutated files from seed ${firstSeed}: ${counts.refused} refused, ${counts.planned} planned (${counts.large} of them large); slowest ${counts.slowest.toFixed(2)} s, at most ${Math.round(counts.rss)} MB`,
);
for (const fault of faults) console.error(`FAULT ${fault}`);
process.exitCode = faults.length === 0 ? 0 : 1;

/** The hostile list, each file through the command itself. */
function hostile() {
  const folder = mkdtempSync(join(tmpdir(), 'ticketlab-fuzz-'));
  try {
    for (const [name, content] of Object.entries(hostileFiles())) {
      writeFileSync(join(folder, 'p.yaml'), content);
      for (const words of [
        ['validate', 'p.yaml'],
        ['plan', 'p.yaml', '--format', 'json'],
      ])
        run(folder, name, words);
    }
    mkdirSync(join(folder, 'folder.yaml'));
    symlinkSync('loop.yaml', join(folder, 'loop.yaml'));
    symlinkSync('nowhere', join(folder, 'dangling.yaml'));
    symlinkSync('/dev/zero', join(folder, 'device.yaml'));
    for (const path of [
      'folder.yaml',
      'loop.yaml',
      'dangling.yaml',
      'device.yaml',
      '/dev/zero.yaml',
      '../..',
      '/',
      'a\nb.yaml',
      'p.yaml/q.yaml',
      '\u001b[31m.yaml',
    ])
      run(folder, `the path ${JSON.stringify(path)}`, ['plan', path]);
    for (const word of ['imp[', '[k=1]', '__proto__', 'a.b.c', '\u001b[31m', 'x'.repeat(100_000)])
      run(folder, `the target ${JSON.stringify(word.slice(0, 40))}`, ['plan', 'p.yaml', word]);
    for (const param of ['=', 'a', '__proto__=1', `a=${'['.repeat(10_000)}`, 'a=\u001b[31m', 'a=&a [*a]'])
      run(folder, `-P ${JSON.stringify(param.slice(0, 40))}`, ['plan', 'p.yaml', '-P', param]);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function run(folder, name, words) {
  const usage = join(folder, 'usage.json');
  const preload = `process.on('exit', () => process.getBuiltinModule('node:fs').writeFileSync(${JSON.stringify(usage)}, JSON.stringify(process.resourceUsage())))`;
  const done = spawnSync(
    process.execPath,
    ['--import', `data:text/javascript,${encodeURIComponent(preload)}`, command, ...words],
    { cwd: folder, encoding: 'utf8', timeout: 30_000, maxBuffer: 256 * 1024 * 1024 },
  );
  const fault = (what) => faults.push(`${name} (${words[0]}): ${what}`);
  if (done.status === null) return fault(`did not end: ${done.error?.message ?? done.signal}`);
  if (![0, 2, 10].includes(done.status)) fault(`exit code ${done.status}: ${done.stderr.slice(0, 500)}`);
  const said = done.stdout + done.stderr;
  if (/^ {4}at |fault of ticketlab/m.test(said)) fault(`a stack: ${said.slice(0, 500)}`);
  if (/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/.test(said))
    fault('control characters reach the terminal');
  if (said.length > 2_000_000) fault(`says ${said.length} characters`);
  const { userCPUTime, systemCPUTime, maxRSS } = JSON.parse(readFileSync(usage, 'utf8'));
  const [seconds, megabytes] = [(userCPUTime + systemCPUTime) / 1e6, maxRSS / 1024];
  if (seconds > mostSeconds) fault(`took ${seconds.toFixed(2)} s`);
  if (megabytes > mostMegabytes) fault(`took ${Math.round(megabytes)} MB`);
  console.log(
    `${seconds.toFixed(2)} s ${Math.round(megabytes)} MB  exit ${done.status}  ${name} (${words[0]})`,
  );
}

async function mutated() {
  const counts = { refused: 0, planned: 0, large: 0, slowest: 0, rss: 0 };
  const perChild = 1000;
  for (let from = firstSeed; from < firstSeed + files;) {
    const to = Math.min(from + perChild, firstSeed + files);
    from = await child(from, to, counts);
  }
  return counts;
}

/** Runs the seeds from `from`, and gives the one to go on with: behind one that hung, `to` otherwise. */
function child(from, to, counts) {
  return new Promise((resolve) => {
    const process = fork(join(here, 'fuzz-child.mjs'), [String(from), String(to)]);
    let current = from;
    let finished = false;
    const limit = 30_000;
    const watch = () => setTimeout(() => process.kill('SIGKILL'), limit);
    let timer = watch();
    process.on('message', (message) => {
      clearTimeout(timer);
      timer = watch();
      if (message.kind === 'start') current = message.seed;
      if (message.kind === 'end') judge(message, counts);
      if (message.kind === 'done') {
        finished = true;
        counts.rss = Math.max(counts.rss, message.rss);
        if (message.rss > mostMegabytes && counts.large === 0)
          faults.push(`seeds ${from} to ${to} took ${message.rss} MB`);
      }
    });
    process.on('exit', (code, signal) => {
      clearTimeout(timer);
      if (!finished) faults.push(`seed ${current} ended its process: ${signal ?? code}\n${fileOf(current)}`);
      resolve(finished ? to : current + 1);
    });
  });
}

function judge({ seed, fault, refused, instances = 0, cpu }, counts) {
  if (refused) counts.refused++;
  else counts.planned++;
  const isLarge = instances > large;
  if (isLarge) counts.large++;
  else counts.slowest = Math.max(counts.slowest, cpu);
  if (fault !== undefined) faults.push(`seed ${seed} ${fault}\n${fileOf(seed)}`);
  if (cpu > mostSeconds && !isLarge) faults.push(`seed ${seed} took ${cpu.toFixed(2)} s\n${fileOf(seed)}`);
}

function fileOf(seed) {
  return mutatedFile(readCorpus(join(here, '..')), seed).slice(0, 3000);
}
