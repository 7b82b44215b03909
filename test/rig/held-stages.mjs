import { connect } from 'node:net';
import { createInterface } from 'node:readline';
import { UserError } from '../../dist/src/base/result.js';

/**
 * Stage types whose work the test holds in its hand. Runs in worker processes: each call reports to the test's socket
 * and does what the test says, line by line.
 */
export function heldStages(socketPath, signatures) {
  return Object.fromEntries(
    Object.entries(signatures).map(([type, signature]) => [
      type,
      { ...signature, run: (ctx) => (ctx.params.hold === false ? answer(ctx) : obey(ctx, socketPath)) },
    ]),
  );
}

const inputText = (input) =>
  Array.isArray(input) ? input.map((row) => textOf(row.artefact)) : textOf(input);
const textOf = (artefact) =>
  artefact.files().length === 0
    ? artefact.text()
    : artefact
        .files()
        .map((file) => artefact.text(file))
        .join('|');

/** What an unheld stage makes: its name around its inputs, so that every wrong byte upstream shows. */
function answer(ctx) {
  const read = Object.values(ctx.inputs).map(inputText).flat();
  const files = Object.values(ctx.files).map((file) => Buffer.from(file.bytes()).toString());
  return { out: `${ctx.params.name}(${[...read, ...files].join(',')})` };
}

async function obey(ctx, socketPath) {
  const socket = connect(socketPath);
  const say = (message) => socket.write(`${JSON.stringify(message)}\n`);
  say({
    name: ctx.params.name,
    pid: process.pid,
    threads: ctx.threads,
    checkpoint: previous(ctx),
    coords: coordsOf(ctx),
  });
  try {
    for await (const line of createInterface({ input: socket })) {
      const outputs = follow(ctx, JSON.parse(line));
      if (outputs) return outputs;
    }
    throw new Error('the test went away');
  } finally {
    socket.destroy();
  }
}

function follow(ctx, order) {
  switch (order.do) {
    case 'finish':
      return order.outputs ? decoded(order.outputs) : answer(ctx);
    case 'fail':
      throw order.kind === 'user' ? new UserError(order.message) : new TypeError(order.message);
    case 'print':
      console.log(order.line);
      return undefined;
    case 'log':
      ctx.log(order.line);
      return undefined;
    case 'progress':
      ctx.progress(order.progress);
      return undefined;
    case 'checkpoint':
      ctx.checkpoints.save(order.generation, Buffer.from(order.text));
      return undefined;
    case 'crash':
      setImmediate(() => {
        throw new Error(order.message);
      });
      return undefined;
    case 'exit':
      return process.exit(order.code);
    case 'spin':
      for (let turns = 0; ; turns++) ctx.progress({ unit: 'turn', done: Math.min(turns, 1), total: 1 });
    case 'brood':
      for (;;);
    default:
      throw new Error(`unknown order ${order.do}`);
  }
}

const previous = (ctx) => {
  const bytes = ctx.checkpoints.latest();
  return bytes ? Buffer.from(bytes).toString() : undefined;
};

const coordsOf = (ctx) =>
  Object.values(ctx.inputs).flatMap((input) => (Array.isArray(input) ? input.map((row) => row.coords) : []));

/** A tree arrives as a plain object. */
const decoded = (outputs) =>
  Object.fromEntries(
    Object.entries(outputs).map(([name, value]) => [
      name,
      typeof value === 'string' ? value : new Map(Object.entries(value)),
    ]),
  );
