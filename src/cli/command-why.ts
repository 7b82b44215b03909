import { counted } from '../base/counted.js';
import { unreachable } from '../base/result.js';
import type { Verdict } from '../exec/verdicts.js';
import { findOrigins } from '../pipeline/origins.js';
import { causeText, type Places } from '../store-tools/cause-text.js';
import { openPast } from '../store-tools/past.js';
import { paramsOfRun } from '../store-tools/runs.js';
import type { Subject } from '../store-tools/subject.js';
import { explain, type Explanation } from '../store-tools/why.js';
import { examine } from './examine.js';
import { exitCodes } from './exit-codes.js';
import { loadPlan, type LoadedPlan } from './load-plan.js';
import type { PlanOptions } from './plan-options.js';
import { say, sayJson } from './say.js';

export interface WhyOptions extends PlanOptions {
  readonly json?: boolean;
}

/** Names what made instances run, or would make them run now. Writes nothing. */
export function whyCommand(words: readonly string[], options: WhyOptions): number {
  const loaded = loadPlan(words, { ...options, force: [], readOnly: true });
  if (!loaded.ok) return exitCodes.usage;
  const subjects = examine(loaded.value.decisions);
  const origins = findOrigins(loaded.value.request);
  if (!origins.ok) throw new Error('Internal error: a file that could be planned has problems');
  const answer = answerFor(loaded.value, subjects);
  const places = { origins: origins.value, earlier: earlierParams(loaded.value, answer) };
  const { json } = options;
  if (json === true) sayJson(asJson(answer, places));
  else say(asText(answer, places));
  return exitCodes.ok;
}

interface Answer {
  readonly asked: readonly Subject[];
  /** Instances that would run; of hits alone, those that some run computed anew. */
  readonly about: 'would run' | 'ran' | 'nothing';
  readonly explanation: Explanation;
}

const nothing: Explanation = { causes: [], follows: {}, runs: [] };

function answerFor({ plan, decisions }: LoadedPlan, subjects: readonly Subject[]): Answer {
  const { layout } = decisions.store;
  const place = { layout, pipeline: plan.name, variant: plan.variant };
  const asked = plan.targets.map((index) => subjects[index]!);
  const open = plan.targets.filter((index) => subjects[index]!.verdict !== 'hit');
  if (open.length > 0)
    return { asked, about: 'would run', explanation: explain(subjects, open, openPast(place)) };
  // All are there: what made the newest of them run when it ran?
  const newest = asked.reduce<Subject | undefined>((a, b) => (startOf(a) >= startOf(b) ? a : b), undefined);
  const run = newest?.record()?.made.run;
  const past = openPast({ ...place, before: run });
  const changed = plan.targets.filter((index) => {
    const subject = subjects[index]!;
    if (subject.record()?.made.run !== run) return false;
    const earlier = past.find(subject);
    return earlier !== undefined && earlier.ending.key !== subject.key;
  });
  if (changed.length === 0) return { asked, about: 'nothing', explanation: nothing };
  return { asked, about: 'ran', explanation: explain(subjects, changed, past) };
}

/** Of the newest run that was compared with. */
function earlierParams({ decisions }: LoadedPlan, { explanation }: Answer): Places['earlier'] {
  const [run] = explanation.runs;
  return run === undefined ? {} : paramsOfRun(decisions.store.layout, run.id);
}

const startOf = (subject: Subject | undefined): string => subject?.record()?.made.start ?? '';

/** As `plan` has them: what cannot run says so in its reason. */
const plannedVerdicts = {
  hit: 'hit',
  run: 'run',
  waits: 'run-unless-unchanged',
  blocked: 'run',
} as const satisfies Record<Subject['verdict'], Verdict['verdict']>;

function asJson({ asked, about, explanation }: Answer, places: Places): object {
  return {
    instances: asked.map(({ id, verdict, reason, key, record }) => ({
      instance: id,
      verdict: plannedVerdicts[verdict],
      reason,
      key: key ?? null,
      made: record()?.made ?? null,
    })),
    explains: about,
    compared_with: explanation.runs.map(({ id, variant }) => ({ run: id, variant })),
    causes: explanation.causes.map((cause) => ({
      text: causeText(cause, places),
      definition: cause.definition,
      instances: cause.instances,
      change: cause.change,
    })),
    follows: explanation.follows,
  };
}

function asText(answer: Answer, places: Places): string {
  const { asked, about, explanation } = answer;
  const lines = [...headLines(asked)];
  if (about !== 'nothing') {
    const versus = explanation.runs.slice(0, 2).map(({ id, variant }) => `${id} (${variant})`);
    lines.push(
      versus.length === 0
        ? `${because(about)}:`
        : `${because(about)}, compared with run ${versus.join(' and ')}:`,
    );
    for (const cause of explanation.causes)
      lines.push(`  ${causeText(cause, places)}${share(cause.instances)}`);
    const follows = Object.entries(explanation.follows);
    const count = follows.reduce((sum, [, n]) => sum + n, 0);
    if (count > 0)
      lines.push(
        `  ${count} more only ${count === 1 ? 'follows' : 'follow'}: ${follows.map(([name, n]) => `${n} × ${name}`).join(', ')}`,
      );
  }
  return lines.join('\n');
}

const because = (about: Exclude<Answer['about'], 'nothing'>): string =>
  about === 'would run' ? 'Because' : 'It was computed anew because';

const share = (instances: readonly string[]): string =>
  instances.length === 1 ? `  [${instances[0]}]` : `  [${instances.length} instances, first ${instances[0]}]`;

/** One line for each instance that was asked about; many are counted. */
function headLines(asked: readonly Subject[]): string[] {
  if (asked.length <= 3) return asked.map((subject) => `${subject.id}: ${standing(subject)}`);
  const counts = new Map<Subject['verdict'], number>();
  for (const { verdict } of asked) counts.set(verdict, (counts.get(verdict) ?? 0) + 1);
  return [...counts].map(([verdict, n]) => `${counted(n, 'instance')}: ${verdictText(verdict)}`);
}

function standing(subject: Subject): string {
  const record = subject.record();
  if (record === undefined) return verdictText(subject.verdict);
  const { run, host, start, wall_s } = record.made;
  return `in the store; computed in ${wall_s} s by run ${run} on ${host}, ${start}`;
}

function verdictText(verdict: Subject['verdict']): string {
  switch (verdict) {
    case 'hit':
      return 'in the store';
    case 'run':
      return 'would run';
    case 'waits':
      return 'would run unless what it needs comes out unchanged';
    case 'blocked':
      return 'cannot run';
    default:
      return unreachable(verdict);
  }
}
