// npm run bench -- <name> [--json] [--peers]: measures one thing. With --json the last line of the output is the JSON.
const benches = {
  kernels: {
    summary: 'the SIMD limit, and the MNIST network at 20 levels of sparsity, on one thread and two',
    load: () => import('./kernels.mjs'),
  },
  mlp: {
    summary: 'fully connected networks at three densities, on one thread',
    load: () => import('./mlp.mjs'),
  },
  memory: {
    summary: 'memory of a training on MNIST with 128 candidates, batch 1,024 and two threads',
    load: () => import('./memory.mjs'),
  },
  gradient: {
    summary: 'a training step of the MNIST network on each backend of TensorFlow.js',
    load: () => import('./gradient.mjs'),
  },
  pipeline: {
    summary:
      'run, plan and validate with nothing to do, at 1,000 to 100,000 instances; --peers: Snakemake, DVC and wireit too',
    options: ['--peers'],
    load: () => import('./pipeline.mjs'),
  },
  peers: {
    summary:
      'the same networks, masks and batches in JAX on the same cores (minutes; makes a virtual environment)',
    load: () => import('./peers.mjs'),
  },
};

const [name, ...options] = process.argv.slice(2);
const known = ['--json', ...(Object.hasOwn(benches, name ?? '') ? (benches[name].options ?? []) : [])];
const unknown = options.filter((option) => !known.includes(option));
if (!Object.hasOwn(benches, name ?? '') || unknown.length > 0) {
  const problem =
    name === undefined
      ? 'Which measurement?'
      : unknown.length > 0
        ? `There is no option ${unknown[0]}: there is ${known.join(' and ')}.`
        : `There is no measurement ${name}.`;
  const list = Object.entries(benches).map(([one, { summary }]) => `  ${one.padEnd(10)}${summary}`);
  process.stderr.write(`${problem} npm run bench -- <name> [--json]\n${list.join('\n')}\n`);
  process.exit(2);
}

const { measure, table } = await benches[name].load();
const result = await measure((line) => process.stderr.write(`${line}\n`), options);
process.stdout.write(options.includes('--json') ? `${JSON.stringify(result)}\n` : `${table(result)}\n`);
