import type { Json } from '../../src/base/json.js';
import type { Coords, InputSource, Instance, Plan } from '../../src/pipeline/plan.js';

export interface InstanceSpec {
  /** Stage type of the rig: `held` unless said otherwise. */
  readonly uses?: string;
  /** Names of instances whose output `out` it reads. */
  readonly after?: readonly string[];
  /** The same as one gathered input: name -> coordinates. */
  readonly gathers?: Readonly<Record<string, Coords>>;
  /** Beside `name`, which is the instance's own unless given here: equal parameters and inputs are one computation. */
  readonly params?: Readonly<Record<string, Json>>;
  readonly coords?: Coords;
}

export interface PlanSpec {
  readonly [name: string]: InstanceSpec;
}

/** A plan as the pipeline half would make it; names stand in topological order. */
export function planOf(spec: PlanSpec, targets?: readonly string[]): Plan {
  const names = Object.keys(spec);
  const indexOf = (name: string): number => names.indexOf(name);
  const instances = names.map((name, index): Instance => {
    const { uses = 'held', after = [], gathers, params = {}, coords = {} } = spec[name];
    const inputs: Record<string, InputSource> = {};
    after.forEach(
      (source, at) => (inputs[`i${at}`] = { kind: 'edge', from: indexOf(source), output: 'out' }),
    );
    if (gathers)
      inputs['rows'] = {
        kind: 'gather',
        rows: Object.entries(gathers).map(([source, at]) => ({
          coords: at,
          from: indexOf(source),
          output: 'out',
        })),
      };
    return {
      index,
      id: name,
      definition: name.replace(/\[.*/, ''),
      type: uses,
      coords,
      params: { name, ...params },
      inputs,
    };
  });
  return {
    name: 'rigged',
    variant: 'default',
    preset: undefined,
    params: {},
    instances,
    definitions: [...new Set(instances.map((instance) => instance.definition))],
    targets: (targets ?? names).map(indexOf),
  };
}
