// Stage types of the crash tests: their bytes depend on every byte they read, and `train` can resume.
import { createHash } from 'node:crypto';

const sha = (text) => createHash('sha256').update(text).digest('hex');
const read = (ctx) =>
  Object.entries(ctx.inputs)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(
      ([name, input]) =>
        `${name}=${(Array.isArray(input) ? input.map((row) => row.artefact) : [input]).map(textOf)}`,
    )
    .join(';');
const textOf = (artefact) =>
  artefact.files().length === 0 ? artefact.text() : artefact.files().map((file) => artefact.text(file));

const behaviours = {
  source: (ctx) => ({
    data: new Map([
      ['a.txt', `a ${ctx.params.rng}`],
      ['b/c.txt', 'c'],
    ]),
    start: `start ${ctx.params.rng}`,
  }),
  /** Twenty steps with a checkpoint after each: the result is the same wherever it was broken off. */
  train: (ctx) => {
    let state = sha(`${ctx.params.rng} ${read(ctx)}`);
    let step = 0;
    const saved = ctx.checkpoints.latest();
    if (saved) [step, state] = JSON.parse(Buffer.from(saved).toString());
    console.log(`training from step ${step}`);
    for (; step < 20; step++) {
      if (step % 5 === 0) ctx.checkpoints.save(step, Buffer.from(JSON.stringify([step, state])));
      state = sha(`${step} ${state}`);
      ctx.progress({ unit: 'step', done: step + 1, total: 20 });
    }
    return { ticket: state, metrics: `step,value\n20,${state.slice(0, 8)}\n` };
  },
  prune: (ctx) => ({ mask: sha(`prune ${read(ctx)}`) }),
  draw: (ctx) => ({ figure: new Map([['figure.svg', `<svg>${sha(read(ctx))}</svg>`]]) }),
};

export const stages = Object.fromEntries(
  Object.entries(behaviours).map(([type, run]) => [type, { ...signatureOf(type), run }]),
);

/** Wide and deep enough that two workers and several clients are busy; small enough for a thousand rounds. */
export function signatureOf(type) {
  const params = {
    type: 'object',
    additionalProperties: false,
    properties: { rng: { type: 'integer', default: 0 } },
  };
  const one = (name, artefact) => ({ [name]: { type: artefact, doc: 'read' } });
  const made = (name, artefact) => ({ [name]: { type: artefact, doc: 'made' } });
  const inputs = {
    source: {},
    train: { ...one('data', 'dataset'), ...one('from', 'file') },
    prune: one('ticket', 'ticket'),
    draw: { rows: { type: 'metrics', gather: true, doc: 'read' } },
  };
  const outputs = {
    source: { ...made('data', 'dataset'), ...made('start', 'file') },
    train: { ...made('ticket', 'ticket'), ...made('metrics', 'metrics') },
    prune: made('mask', 'file'),
    draw: made('figure', 'figure'),
  };
  return {
    type,
    version: 1,
    summary: type,
    params,
    inputs: inputs[type],
    outputs: outputs[type],
    runtime: 'portable',
  };
}

export const types = Object.keys(behaviours);

/** @param arms loops side by side. */
export const pipeline = (arms) => `ticketlab: 1
name: torture
stages:
  data: { uses: source, with: { rng: 7 } }
  imp:
    matrix: { arm: '\${range(1, ${arms + 1})}' }
    iterate:
      axis: k
      times: 3
      state:
        from: { start: '\${stages.data.start}', next: '\${steps.prune.mask}' }
    steps:
      train: { uses: train, with: { data: '\${stages.data.data}', from: '\${state.from}', rng: '\${rng(matrix.arm, k)}' } }
      prune: { uses: prune, with: { ticket: '\${steps.train.ticket}' } }
    outputs: { metrics: '\${steps.train.metrics}' }
  figure:
    uses: draw
    with:
      rows: { from: stages.imp.metrics, over: [arm, k] }
`;
