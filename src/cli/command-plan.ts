import { counted } from '../base/counted.js';
import { loadPlan, type LoadedPlan } from './load-plan.js';
import { exitCodes } from './exit-codes.js';
import type { RunOptions } from './program.js';
import { planVerdicts, type Verdict } from '../exec/verdicts.js';

/** Says what a run would do. Computes nothing, and writes nothing but digests of outside files into the user's cache. */
export function planCommand(words: readonly string[], options: Omit<RunOptions, 'ui'>): number {
  const loaded = loadPlan(words, { ...options, readOnly: true });
  if (!loaded.ok) return exitCodes.usage;
  const verdicts = planVerdicts(loaded.value.decisions);
  loaded.value.decisions.outsideFiles.save();
  const work = verdicts.some(({ verdict }) => verdict !== 'hit');
  const text = options.json === true ? asJson(loaded.value, verdicts) : asText(loaded.value, verdicts);
  process.stdout.write(`${text}\n`);
  return work ? exitCodes.work : exitCodes.ok;
}

function asJson({ plan }: LoadedPlan, verdicts: readonly Verdict[]): string {
  const params = Object.fromEntries(Object.entries(plan.params).map(([name, { value }]) => [name, value]));
  return JSON.stringify({ name: plan.name, variant: plan.variant, params, instances: verdicts }, null, 2);
}

/** One line a definition and reason, however many instances there are. */
function asText({ plan }: LoadedPlan, verdicts: readonly Verdict[]): string {
  const groups = new Map<string, { count: number; first: string; parameters: string }>();
  plan.instances.forEach((instance, index) => {
    const { verdict, reason } = verdicts[index]!;
    const label = `${instance.definition}\0${verdict}\0${verdict === 'run' ? reason : ''}`;
    const group = groups.get(label);
    if (group) group.count++;
    else groups.set(label, { count: 1, first: instance.id, parameters: JSON.stringify(instance.params) });
  });
  const lines = [...groups].map(([label, { count, first, parameters }]) => {
    const [definition, verdict, reason] = label.split('\0');
    const why = reason === '' ? '' : `  (${reason})`;
    const of = count > 1 ? `${count} × ${definition}` : first;
    return verdict === 'hit'
      ? `  hit   ${of}`
      : `  ${verdict === 'run' ? 'run ' : 'run?'}  ${of}${why}\n          ${parameters}`;
  });
  const sum = (wanted: Verdict['verdict']) => verdicts.filter(({ verdict }) => verdict === wanted).length;
  const waiting = sum('run-unless-unchanged');
  return [
    `${plan.name} (${plan.variant}): ${counted(verdicts.length, 'instance')}`,
    ...lines,
    `${sum('hit')} hit, ${sum('run')} would run, ${waiting} would run unless what ${waiting === 1 ? 'it needs' : 'they need'} comes out unchanged`,
  ].join('\n');
}
