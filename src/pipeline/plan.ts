import type { Json } from '../base/json.js';

/** The coordinates of an instance on its axes, in the order in which the definition declares them. */
export type Coords = Readonly<Record<string, Json>>;

/** Where an input comes from: an output of another instance of the plan, by position. */
export interface Edge {
  readonly kind: 'edge';
  readonly from: number;
  readonly output: string;
}

export interface Gather {
  readonly kind: 'gather';
  /** In the order of the source's instances. Coordinates include `level` for a loop axis. */
  readonly rows: readonly { readonly coords: Coords; readonly from: number; readonly output: string }[];
}

export type InputSource = Edge | Gather;

/** One stage at one point of its axes. */
export interface Instance {
  /** Position in `Plan.instances`; sources always stand before their readers. */
  readonly index: number;
  /** Address, for example `imp.train[method=random,seed=1,k=3]`. */
  readonly id: string;
  /** The definition it is an instance of, for example `imp.train`. */
  readonly definition: string;
  /** Stage type, for example `train-es`. */
  readonly type: string;
  readonly coords: Coords;
  /** All parameters, checked and typed, with defaults and named settings filled in. */
  readonly params: Readonly<Record<string, Json>>;
  readonly inputs: Readonly<Record<string, InputSource>>;
  /** Instances that must be done before, although nothing of them is read; ascending. */
  readonly after?: readonly number[];
}

/** What may be run: every name is a reference, every parameter typed. Cannot be wrong. */
export interface Plan {
  /** `name:` of the pipeline. */
  readonly name: string;
  /** `default`, or the preset's name; with `+` and 8 hex digits when parameters were changed beside it. */
  readonly variant: string;
  readonly preset: string | undefined;
  /** All parameters of the pipeline, resolved, with where each value came from. */
  readonly params: Readonly<Record<string, { readonly value: Json; readonly origin: string }>>;
  readonly instances: readonly Instance[];
  /** Definitions in file order, for views. */
  readonly definitions: readonly string[];
  /** Indices of instances that the user asked for (targets); everything in `instances` is needed by one of them. */
  readonly targets: readonly number[];
}
