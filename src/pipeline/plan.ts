import type { Json } from '../base/json.js';
import type { StageSignature } from './stage.js';

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

/** A program of the user's own. */
export interface CommandSpec {
  /** The program and its arguments, with `{in.x}`, `{out.y}` and `{with.z}` still in them. */
  readonly argv?: readonly string[];
  /** A script for sh. */
  readonly shell?: string;
  /** Files and folders of the project that it consists of. */
  readonly code: readonly string[];
  /** The file that holds each input and each output. */
  readonly inputs: Readonly<Record<string, string>>;
  readonly outputs: Readonly<Record<string, string>>;
}

/** A module of the user's own that exports a stage type. */
export interface ModuleSpec {
  /** Relative to the project, with `/`. */
  readonly file: string;
  /** All files of the project that it imports, itself included, relative to the project; sorted. */
  readonly closure: readonly string[];
  /** Packages that it imports, with their versions. */
  readonly packages: Readonly<Record<string, string>>;
}

/** A stage type that does not come with ticketlab, as the executor needs it. */
export interface PlanType {
  readonly signature: StageSignature;
  readonly command?: CommandSpec;
  readonly module?: ModuleSpec;
}

/** How instances of a definition are run. Nothing of it is part of a key but `env`. */
export interface StageSettings {
  readonly resources: { readonly cpus: number; readonly memory: number; readonly gpus: number };
  /** Seconds; undefined without a limit. */
  readonly timeout?: number;
  readonly retry: {
    readonly times: number;
    /** `infra`, `oom`, `timeout` or `exit:<code>`. */
    readonly on: readonly string[];
    /** Seconds before the first further try. */
    readonly backoff: number;
  };
  readonly checkpoint: { readonly every?: number; readonly keep?: number };
  /** Variables of a program of the user's own; null means that the value comes from the user's environment. */
  readonly env: Readonly<Record<string, string | null>>;
}

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
  /** Undefined where the file says nothing of it. Instances of a definition share it. */
  readonly settings?: StageSettings;
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
  /** Stage types that the file brings along, by `Instance.type`. */
  readonly types?: ReadonlyMap<string, PlanType>;
}
