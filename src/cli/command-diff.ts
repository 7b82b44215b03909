import { counted } from '../base/counted.js';
import { join } from 'node:path';
import { UserError } from '../base/result.js';
import { OwnCodeReader } from '../exec/own-code.js';
import { gradientClasses } from '../gradient/locate.js';
import { findOrigins } from '../pipeline/origins.js';
import type { Instance, Plan } from '../pipeline/plan.js';
import { planPipeline, type PipelineRequest } from '../pipeline/plan-pipeline.js';
import { OutsideFileReader } from '../store/outside-files.js';
import { causeText, type Places } from '../store-tools/cause-text.js';
import { comparePlans, type Comparison } from '../store-tools/compare-plans.js';
import { standing } from './examine.js';
import { exitCodes } from './exit-codes.js';
import { pipelineRequest } from './pipeline-request.js';
import type { PlanOptions } from './plan-options.js';
import { reportSides } from './diff-problems.js';
import type { ProblemFormat } from './report-problems.js';
import { wire } from './wire.js';
import { say, sayJson } from './say.js';

export interface DiffOptions {
  /** The values of each side. */
  readonly before: PlanOptions;
  readonly after: PlanOptions;
  /** The sides were given values of their own: one file will do. */
  readonly oneSided: boolean;
  /** What `-P` gives one side alone. */
  readonly own: readonly [readonly string[], readonly string[]];
  /** Two presets of one file; `default` is no preset. */
  readonly presets?: readonly [string, string];
  readonly format: ProblemFormat;
}

/** Says which instances appear, vanish or get another key between two files, presets or sets of values, and by which value. */
export function diffCommand(files: readonly string[], options: DiffOptions): number {
  const [before, after] = requests(files, options);
  const plans = planned([before, after], options);
  if (plans === undefined) return exitCodes.usage;
  const [was, now] = plans;
  const outside = wire();
  const known = {
    signatures: after.signatures,
    outsideFiles: new OutsideFileReader(join(outside.cache, 'outside-files.json'), outside.project),
    ownCode: new OwnCodeReader(outside.project, outside.environment),
    gradientClass: gradientClasses(outside.cache),
  };
  const comparison = comparePlans(standing({ plan: was, ...known }), standing({ plan: now, ...known }));
  const origins = findOrigins(after);
  if (!origins.ok) throw new Error('Internal error: a file that could be planned has problems');
  const earlier = Object.fromEntries(Object.entries(was.params).map(([name, { value }]) => [name, value]));
  const answer: Answer = {
    names: [nameOf(before, was), nameOf(after, now)],
    counts: [was.instances.length, now.instances.length],
    comparison,
    places: { origins: origins.value, earlier },
  };
  if (options.format === 'json') sayJson(asJson(answer));
  else say(asText(answer));
  return exitCodes.ok;
}

function requests(
  files: readonly string[],
  { before, after, oneSided, presets }: DiffOptions,
): [PipelineRequest, PipelineRequest] {
  const wiring = wire();
  const sides = (one: readonly string[], other: readonly string[]): [PipelineRequest, PipelineRequest] => [
    pipelineRequest(one, withPreset(before, presets?.[0]), wiring),
    pipelineRequest(other, withPreset(after, presets?.[1]), wiring),
  ];
  if (presets !== undefined) {
    if (files.length > 1) throw new UserError('--presets compares two presets of one file: name only one.');
    if (before.preset !== undefined) throw new UserError('Give either --preset or --presets.');
    return sides(files, files);
  }
  const [first, second, ...more] = files;
  if (second === undefined && oneSided) return sides(files, files);
  if (first === undefined || second === undefined || more.length > 0)
    throw new UserError(
      'diff compares two files, or two presets or sets of values of one:\n' +
        '  ticketlab diff old.yaml new.yaml\n  ticketlab diff pipeline.yaml --presets smoke,default\n' +
        '  ticketlab diff pipeline.yaml --param-after popsize=64',
    );
  return sides([first], [second]);
}

const withPreset = (options: PlanOptions, preset: string | undefined): PlanOptions =>
  preset === undefined || preset === 'default' ? options : { ...options, preset };

/** The plans of both sides; undefined, with the problems reported, where one of them has any. */
function planned(
  requests: readonly [PipelineRequest, PipelineRequest],
  { presets, own, format }: DiffOptions,
): readonly [Plan, Plan] | undefined {
  const [was, now] = [planPipeline(requests[0]), planPipeline(requests[1])];
  if (was.ok && now.ok) return [was.value, now.value];
  const wrong = ([was, now] as const).flatMap((plan, i) => {
    const position = i === 0 ? 0 : 1;
    const side = { position, presets, own: own[position] } as const;
    return plan.ok ? [] : [{ file: requests[position].file, problems: plan.error, side }];
  });
  reportSides(wrong, format);
  return undefined;
}

const nameOf = ({ file }: PipelineRequest, { variant }: Plan): string => `${file} (${variant})`;

interface Answer {
  readonly names: readonly string[];
  readonly counts: readonly number[];
  readonly comparison: Comparison;
  readonly places: Places;
}

function asJson({ names, counts, comparison, places }: Answer): object {
  const { appear, vanish, causes, follows, changed, same, moved } = comparison;
  return {
    ...{ before: names[0], after: names[1], instances: { before: counts[0], after: counts[1] } },
    appear: appear.map(({ id }) => id),
    vanish: vanish.map(({ id }) => id),
    causes: causes.map((cause) => ({
      text: causeText(cause, places),
      definition: cause.definition,
      instances: cause.instances,
      change: cause.change,
    })),
    ...{ follows, changed, same, moved },
  };
}

function asText({ names, counts, comparison, places }: Answer): string {
  const { appear, vanish, causes, follows, changed, same, moved } = comparison;
  const lines = [`${names[0]} → ${names[1]}: ${counts[0]} → ${counted(counts[1]!, 'instance')}`];
  lines.push(
    ...group(counted(appear.length, 'appears', 'appear'), appear),
    ...group(counted(vanish.length, 'vanishes', 'vanish'), vanish),
  );
  if (moved > 0)
    lines.push(
      `  ${counted(moved, 'of those that appear is', 'of those that appear are')} computed under another address already`,
    );
  if (changed > 0) lines.push(`  ${counted(changed, 'gets', 'get')} another key`);
  for (const cause of causes) {
    const share =
      cause.instances.length === 1
        ? cause.instances[0]
        : `${cause.instances.length} instances, first ${cause.instances[0]}`;
    lines.push(`    ${causeText(cause, places)}  [${share}]`);
  }
  const following = Object.entries(follows);
  if (following.length > 0)
    lines.push(`    only following: ${following.map(([name, n]) => `${n} × ${name}`).join(', ')}`);
  lines.push(`  ${counted(same, 'stays as it is', 'stay as they are')}`);
  return lines.join('\n');
}

/** A heading, and one line a definition. */
function group(heading: string, instances: readonly Instance[]): string[] {
  if (instances.length === 0) return [];
  const first = new Map<string, { readonly id: string; count: number }>();
  for (const { definition, id } of instances) {
    const known = first.get(definition);
    if (known === undefined) first.set(definition, { id, count: 1 });
    else known.count++;
  }
  return [
    `  ${heading}`,
    ...[...first].map(([definition, { id, count }]) =>
      count === 1 ? `    ${id}` : `    ${count} × ${definition}, first ${id}`,
    ),
  ];
}
