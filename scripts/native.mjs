// npm run native: makes TensorFlow.js's native backend available where its prebuilt library cannot be downloaded. It is
// put together from what package registries serve: the C library and headers inside TensorFlow's Python wheel, and the
// binding's own C++ sources. The result lies in the user cache, outside the checkout, and is used again as long as it
// loads; --again makes it anew in any case. Python, a C++ compiler and make are needed for this only.
import { spawnSync } from 'node:child_process';
import {
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { wire } from '../dist/src/cli/wire.js';
import { findNative, nativeFolder, nativeVersions } from '../dist/src/gradient/locate.js';
import { tryNative } from '../dist/src/gradient/native-load.js';

const { cache } = wire();
const target = nativeFolder(cache);
const work = `${target}.${process.pid}.tmp`;
const log = join(work, 'native.log');
const packageFolder = join(work, 'node_modules', '@tensorflow', 'tfjs-node');
const started = Date.now();
const say = (line) =>
  process.stdout.write(`${((Date.now() - started) / 1000).toFixed(0).padStart(4)} s  ${line}\n`);

class Trouble extends Error {}

/** Folder above `bin` of this Node; release archives and version managers keep its C headers there. */
const nodePrefix = dirname(dirname(process.execPath));
const hasHeaders = existsSync(join(nodePrefix, 'include', 'node', 'node_api.h'));

const answers = (command, ...words) => spawnSync(command, words, { stdio: 'ignore' }).status === 0;

/** What is needed, and the commands that install it. */
const tools = [
  {
    name: 'Python 3 with pip',
    there: () => answers('python3', '-m', 'pip', '--version'),
    install: 'apt-get install python3-pip   (or: dnf install python3-pip)',
  },
  {
    name: 'a C++ compiler',
    there: () => answers(process.env.CXX || 'g++', '--version'),
    install: 'apt-get install g++   (or: dnf install gcc-c++)',
  },
  {
    name: 'make',
    there: () => answers('make', '--version'),
    install: 'apt-get install make   (or: dnf install make)',
  },
];

function refuse() {
  if (process.platform !== 'linux' || process.arch !== 'x64')
    throw new Trouble(
      `There are no parts for ${process.platform} on ${process.arch}. Its prebuilt library may be there: npm rebuild @tensorflow/tfjs-node`,
    );
  const major = Number.parseInt(process.versions.node, 10);
  if (major > 22)
    throw new Trouble(
      `@tensorflow/tfjs-node does not run on Node ${major}. Use Node 20 or 22, for example: nvm install 22`,
    );
  const missing = tools.filter(({ there }) => !there());
  if (missing.length > 0)
    throw new Trouble(
      missing.map(({ name, install }) => `${name} is missing. To install it: ${install}`).join('\n'),
    );
}

/** Runs a command with its output in the log; shows the end of it when it fails. */
function run(command, words, { cwd = work, env = {} } = {}) {
  const output = openSync(log, 'a');
  const { status, error } = spawnSync(command, words, {
    cwd,
    env: { ...process.env, ...env },
    stdio: ['ignore', output, output],
  });
  closeSync(output);
  if (status === 0) return;
  const tail = readFileSync(log, 'utf8').trimEnd().split('\n').slice(-15).join('\n');
  throw new Trouble(`${command} ${words.join(' ')}\nfailed${error ? ` (${error.message})` : ''}:\n${tail}`);
}

/** The wheel for any Python that has pip: nothing of Python is used but the parts that lie in it. */
function fetchLibrary() {
  const { tensorflow } = nativeVersions;
  const wheel = join(work, 'wheel');
  const which = ['--python-version', '3.11', '--platform', 'manylinux2014_x86_64', '--only-binary', ':all:'];
  run('python3', [
    ...['-m', 'pip', 'download', '--no-deps', '--disable-pip-version-check', '-q', ...which],
    ...['-d', wheel, `tensorflow-cpu==${tensorflow}`],
  ]);
  const unpack = `
import sys, zipfile
with zipfile.ZipFile(sys.argv[1]) as wheel:
    libraries = ('tensorflow/libtensorflow_cc.so.2', 'tensorflow/libtensorflow_framework.so.2')
    for name in wheel.namelist():
        if name in libraries or name.startswith('tensorflow/include/'):
            wheel.extract(name, sys.argv[2])
`;
  run('python3', ['-c', unpack, join(wheel, readdirSync(wheel)[0]), join(work, 'parts')]);
  rmSync(wheel, { recursive: true });
}

function installSources() {
  writeFileSync(join(work, 'package.json'), '{ "private": true }\n');
  run('npm', [
    ...['install', '--ignore-scripts', '--no-audit', '--no-fund', '--no-save'],
    `@tensorflow/tfjs-node@${nativeVersions.binding}`,
  ]);
}

/** Where the binding's build looks for library and headers, under the names by which it asks for them. */
function placeLibrary() {
  const parts = join(work, 'parts', 'tensorflow');
  const deps = join(packageFolder, 'deps');
  mkdirSync(join(deps, 'lib'), { recursive: true });
  renameSync(join(parts, 'include'), join(deps, 'include'));
  const [cc, framework] = ['libtensorflow_cc.so.2', 'libtensorflow_framework.so.2'];
  for (const library of [cc, framework]) renameSync(join(parts, library), join(deps, 'lib', library));
  for (const [link, library] of [
    ['libtensorflow.so', cc],
    ['libtensorflow.so.2', cc],
    ['libtensorflow_framework.so', framework],
  ])
    symlinkSync(library, join(deps, 'lib', link));
}

function compile() {
  run(join(work, 'node_modules', '.bin', 'node-pre-gyp'), ['rebuild', '--build-from-source'], {
    cwd: packageFolder,
    // Without it the build tool downloads the headers.
    env: hasHeaders ? { npm_config_nodedir: nodePrefix } : {},
  });
}

function tryOut(folder) {
  const { problem } = tryNative(folder);
  if (problem !== '') throw new Trouble(`What was made does not load: ${problem}`);
}

/** What only the build needed. */
function tidy() {
  for (const folder of [
    join(work, 'parts'),
    join(packageFolder, 'deps', 'include'),
    join(packageFolder, 'build'),
  ])
    rmSync(folder, { recursive: true, force: true });
}

function make() {
  refuse();
  mkdirSync(work, { recursive: true });
  say(`TensorFlow ${nativeVersions.tensorflow}: C library and headers from its wheel (about 200 MB)`);
  fetchLibrary();
  say(`@tensorflow/tfjs-node ${nativeVersions.binding}: sources`);
  installSources();
  placeLibrary();
  say('compiling the binding (about half a minute)');
  compile();
  tidy();
  say('trying it out');
  tryOut(packageFolder);
  rmSync(target, { recursive: true, force: true });
  // Complete at once or not at all; another process may have been faster, with the same result.
  renameSync(work, target);
}

const again = process.argv.includes('--again');
const found = findNative(cache, { retry: true });
if (found.ok && !again) say(`the native backend is there: ${found.value}`);
else
  try {
    if (!found.ok) say(found.error);
    make();
    // The first one to look notes that it loads, for everybody who may only read the cache.
    findNative(cache);
    say(`the native backend is there: ${target}`);
  } catch (error) {
    process.exitCode = 1;
    const text = error instanceof Trouble ? error.message : (error.stack ?? String(error));
    process.stderr.write(`The native backend could not be made; ticketlab goes on with wasm.\n${text}\n`);
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
