// A project whose store has every result of a pipeline already: made up, because computing 100,000 instances takes days.
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { loadSignatures } from '../dist/src/cli/plan-options.js';
import { decide } from '../dist/src/exec/decide.js';
import { declaredOutputs } from '../dist/src/pipeline/declared-outputs.js';
import { planPipeline } from '../dist/src/pipeline/plan-pipeline.js';
import { sha256Hex } from '../dist/src/store/durable.js';
import { OutsideFileReader } from '../dist/src/store/outside-files.js';
import { encodeRecord, sealRecord } from '../dist/src/store/record.js';
import { openStore } from '../dist/src/store/store.js';
import { encodeTree } from '../dist/src/store/tree.js';
import { quickstartWith, withoutTargets } from '../scripts/quickstart.mjs';

const home = fileURLToPath(new URL('../', import.meta.url));

/** The graph of the quickstart, 91 instances a seed: chains of train, prune and rewind for three pruning rules. */
const pipelineText = (seeds) =>
  quickstartWith([
    [/^ {2}seeds: .*$/m, `  seeds: { type: int, default: ${seeds} }`],
    [/\$\{params\.seeds\}/g, '${range(0, params.seeds)}'],
    withoutTargets,
  ]);

/** Seeds that give at least so many instances. */
export const seedsFor = (instances) => Math.ceil((instances - 2) / 91);

/**
 * Writes pipeline.yaml into a folder, and with `filled` a result for each of its instances into its store.
 *
 * @returns the number of instances.
 */
export function makeProject(folder, { instances, filled }) {
  const text = pipelineText(seedsFor(instances));
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'pipeline.yaml'), text);
  const signatures = loadSignatures({ home });
  const planned = planPipeline({ source: Buffer.from(text), file: 'pipeline.yaml', signatures });
  if (!planned.ok) throw new Error(JSON.stringify(planned.error));
  const plan = planned.value;
  if (filled) fill(folder, plan, signatures);
  return plan.instances.length;
}

function fill(folder, plan, signatures) {
  const store = openStore(join(folder, '.ticketlab', 'store'));
  store.prepare();
  const outsideFiles = new OutsideFileReader(join(folder, '.ticketlab', 'outside-files.json'), folder);
  const known = [];
  const env = { plan, store, signatures, outsideFiles, force: new Set() };
  for (const { index, id, type, params } of plan.instances) {
    const decision = decide(index, (source) => known[source], env);
    // Different instances may be one computation.
    if (decision.verdict === 'hit') {
      known[index] = decision.result.outputs;
      continue;
    }
    if (decision.verdict !== 'run') throw new Error(`${id}: ${decision.verdict}, ${decision.reason}`);
    const { key, K } = decision.computation;
    const signature = signatures.get(type);
    const outputs = {};
    for (const name of declaredOutputs(signature, params))
      outputs[name] = output(store, signature.outputs[name].type, `${key} ${name}`);
    write(store.layout.record(key), encodeRecord(sealRecord({ key, K, outputs, made: madeOf(id) })));
    known[index] = outputs;
  }
  outsideFiles.save();
}

function output(store, type, text) {
  const blob = (content) => {
    const bytes = Buffer.from(content);
    const sha256 = sha256Hex(bytes);
    write(store.layout.object(sha256), bytes);
    return { sha256, bytes: bytes.length };
  };
  if (type !== 'dataset' && type !== 'figure') return { type, ...blob(text), kind: 'blob' };
  const path = type === 'figure' ? 'figure.svg' : 'images.idx';
  return { type, ...blob(encodeTree([{ path, mode: 'f', ...blob(text) }])), kind: 'tree' };
}

const folders = new Set();

function write(path, bytes) {
  const folder = dirname(path);
  if (!folders.has(folder)) mkdirSync(folder, { recursive: true });
  folders.add(folder);
  writeFileSync(path, bytes, { mode: 0o444 });
}

const madeOf = (instance) => ({
  instance,
  run: '20250101-000000-000000',
  host: 'bench',
  pid: 1,
  start: '2025-01-01T00:00:00.000Z',
  wall_s: 1.25,
  cpu_s: 1.25,
  rss_max: 100_000_000,
  threads: 1,
  resumed: false,
  ticketlab: '0.0.0',
  node: process.versions.node,
});
