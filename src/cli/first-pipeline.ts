/** What `ticketlab init` writes: small enough to read in a minute, complete enough to grow from. */
export function firstPipeline(schema: string, name: string): string {
  return `# yaml-language-server: $schema=${schema}
ticketlab: 1
name: ${name}
${body}`;
}

const body = `description: Train a sparse network by an evolution strategy, prune it, and train what is left again.

params: # typed once, used below as \${params.x}; on the command line  -P levels=5
  seeds: { type: list<int>, unique: true, default: [1] }
  levels: { type: int, min: 1, max: 40, default: 3, doc: 'pruning rounds, the dense one included' }
  keep_ratio: { type: double, min: 0.05, max: 0.99, default: 0.5, doc: share of the weights kept per round }
  generations: { type: int, min: 1, default: 50 }

presets: # other values:  --preset smoke
  smoke: { levels: 2, generations: 5 }

stages:
  data:
    uses: dataset
    with: { task: mnist, downsample: 2 }

  init:
    uses: init
    matrix:
      seed: \${params.seeds} # one instance a seed
    with:
      model: mlp
      layers: [196, 16, 10]
      activation: relu
      rng: \${rng(matrix.seed, 'init')} # a random stream of its own

  imp:
    matrix:
      seed: \${params.seeds}
    iterate: # the steps repeat for k = 1, 2, ...; state goes from pass to pass
      axis: k
      times: \${params.levels}
      state:
        weights: { start: '\${stages.init.weights}', next: '\${steps.rewind.weights}' }
        mask: { start: '\${stages.init.mask}', next: '\${steps.prune.mask}' }
    steps:
      train:
        uses: train-es
        with:
          data: \${stages.data.data}
          weights: \${state.weights}
          mask: \${state.mask}
          strategy: snes
          popsize: 32
          generations: \${params.generations}
          batch: 256
          sigma_init: 0.05
          rng: \${rng(matrix.seed, 'train', k)}
      prune:
        uses: prune
        with:
          ticket: \${steps.train.ticket}
          mask: \${state.mask}
          criterion: signal-to-noise
          sparsity: \${1.0 - pow(params.keep_ratio, k)}
          rng: \${rng(matrix.seed, 'prune', k)}
      rewind:
        uses: rewind
        with:
          init: \${stages.init.weights}
          mask: \${steps.prune.mask}
          from: initial
          rng: \${rng(matrix.seed, 'rewind', k)}
    outputs:
      metrics: \${steps.train.metrics}

  accuracy: # the tables of all trainings, one under the other, as a figure
    uses: plot
    with:
      table: { from: stages.imp.metrics, over: [seed, k] }
      x: remaining
      y: test_accuracy
      last_by: generation
`;
