import type { Json } from '../base/json.js';
import { UserError } from '../base/result.js';
import { addressMatches, parseAddress, satisfies, type Address } from '../pipeline/address.js';
import { nearest } from '../pipeline/near.js';
import { mappingAt } from '../pipeline/params.js';
import { parsePipelineFile } from '../pipeline/parse.js';
import type { Instance, Plan } from '../pipeline/plan.js';
import type { PipelineRequest } from '../pipeline/plan-pipeline.js';
import { listed, textOf } from '../pipeline/terminal-text.js';

/**
 * The instances that `--force` names.
 *
 * @throws UserError for an address that names nothing in this plan.
 */
export function forcedInstances(
  plan: Plan,
  addresses: readonly string[],
  request: Pick<PipelineRequest, 'file' | 'source'>,
): ReadonlySet<number> {
  const forced = new Set<number>();
  for (const text of addresses) {
    const address = parseAddress(text);
    if (!address.ok) throw new UserError(`--force ${text}: ${address.error}`);
    const matched = plan.instances.filter((instance) => addressMatches(address.value, instance));
    if (matched.length === 0) {
      const why = whyNone(plan, address.value, request);
      throw new UserError(
        `--force ${text} names no instance of this run: ${why} ticketlab plan lists what there is.`,
      );
    }
    for (const { index } of matched) forced.add(index);
  }
  return forced;
}

function whyNone(
  { instances }: Plan,
  address: Address,
  request: Pick<PipelineRequest, 'file' | 'source'>,
): string {
  const { name, conditions } = address;
  const own = instances.filter((instance) => addressMatches({ ...address, conditions: [] }, instance));
  if (own.length === 0) return whyNoStage(name, request);
  const axes = [...new Set(own.flatMap(({ coords }) => Object.keys(coords)))];
  for (const condition of conditions) {
    const { axis } = condition;
    if (!axes.includes(axis)) return `${name} has no axis "${axis}". ${meant(axis, axes, 'Its axes')}`;
    const values = valuesOf(own, axis);
    const given = condition.kind === 'value' ? condition.text : `${condition.from}..${condition.to}`;
    if (!values.some((value) => satisfies(value, condition)))
      return `none of ${name} has ${axis} = ${given}. ${meant(given, values.map(textOf), `${axis} is`)}`;
  }
  return `none of ${name} has these values together.`;
}

/** A name that is none of this run: a target, a stage that is not asked for, or a slip. */
function whyNoStage(name: string, { file, source }: Pick<PipelineRequest, 'file' | 'source'>): string {
  const parsed = parsePipelineFile(file, source);
  const { stages, targets } = parsed.ok ? parsed.value.value : {};
  const members = mappingAt(targets)[name];
  if (Array.isArray(members))
    return `${name} is a target. Name what it stands for: ${listed((members as readonly Json[]).map(textOf))}.`;
  const known = Object.entries(mappingAt(stages)).flatMap(([stage, body]) => [
    stage,
    ...Object.keys(mappingAt(mappingAt(body).steps)).map((step) => `${stage}.${step}`),
  ]);
  return known.includes(name)
    ? `nothing that is asked for needs ${name}.`
    : `there is no stage or step "${name}". ${meant(name, known, 'There')}`;
}

const valuesOf = (instances: readonly Instance[], axis: string): readonly Json[] => [
  ...new Map(instances.map(({ coords }) => [textOf(coords[axis]), coords[axis] ?? null])).values(),
];

function meant(word: string, known: readonly string[], label: string): string {
  const near = nearest(word, known);
  const there = label.endsWith('is') ? `${label} ${listed(known)}.` : `${label}: ${listed(known, 40)}.`;
  return near === undefined ? there : `Did you mean "${near}"?`;
}
