// Plans the mutations of some seeds, one after the other, and tells its parent about each. A process of its own, so
// that its parent can end it when it hangs.
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { loadSignatures } from '../dist/src/cli/plan-options.js';
import { problemsJson } from '../dist/src/cli/report-problems.js';
import { formatDiagnostics } from '../dist/src/pipeline/diagnostic.js';
import { planPipeline, validatePipeline } from '../dist/src/pipeline/plan-pipeline.js';
import { mutatedFile, readCorpus } from './fuzz-files.mjs';

const root = join(fileURLToPath(new URL('.', import.meta.url)), '..');
const [from, to] = process.argv.slice(2).map(Number);
const signatures = loadSignatures({ home: root });
const corpus = readCorpus(root);
const unprintable = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/;

for (let seed = from; seed < to; seed++) {
  process.send({ kind: 'start', seed });
  const text = mutatedFile(corpus, seed);
  const before = process.cpuUsage();
  const outcome = examine(text);
  const { user, system } = process.cpuUsage(before);
  process.send({ kind: 'end', seed, ...outcome, cpu: (user + system) / 1e6 });
}
process.send({ kind: 'done', rss: process.resourceUsage().maxRSS / 1024 });

/** How many instances it plans, or what was wrong with the way it was refused. */
function examine(text) {
  try {
    const request = { source: Buffer.from(text), file: 'fuzz.yaml', signatures };
    const checked = validatePipeline(request);
    const planned = planPipeline(request);
    if (planned.ok)
      return { instances: planned.value.instances.length, fault: faultOfPlan(checked, planned.value) };
    return { refused: true, fault: faultOfRefusal(planned.error) };
  } catch (error) {
    return { fault: `threw ${error instanceof Error ? error.stack : String(error)}` };
  }
}

function faultOfPlan(checked, plan) {
  if (!checked.ok) return 'plans, but does not validate';
  const backwards = plan.instances.find(({ index, inputs }) =>
    Object.values(inputs).some((input) =>
      input.kind === 'edge' ? input.from >= index : input.rows.some((row) => row.from >= index),
    ),
  );
  return backwards === undefined ? undefined : `${backwards.id} stands before what it reads`;
}

function faultOfRefusal(problems) {
  if (problems.length === 0) return 'was refused without a word';
  const plain = formatDiagnostics(problems);
  if (unprintable.test(plain)) return 'lets a control character through as text';
  if (unprintable.test(problemsJson('fuzz.yaml', problems)))
    return 'lets a control character through as JSON';
  if (
    /undefined|\[object |NaN|Internal error/.test(
      problems
        .map(({ message }) => message)
        .join('\n')
        .replace(/"[^"\n]*"/g, ''),
    )
  )
    return `says something odd:\n${plain}`;
  if (problems.some(({ at }) => !(at.line >= 1 && at.column >= 1 && at.end >= at.start)))
    return 'points nowhere';
  return undefined;
}
