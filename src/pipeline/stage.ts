import type { Static, TObject } from '@sinclair/typebox';
import type { Json } from '../base/json.js';

/** Nominal types of what flows along an edge. */
export const artefactTypes = [
  'weights',
  'mask',
  'ticket',
  'dataset',
  'metrics',
  'table',
  'figure',
  'file',
  'dir',
] as const;
export type ArtefactType = (typeof artefactTypes)[number];

export type ColumnType = 'int' | 'double' | 'string' | 'bool';

/**
 * `portable`: the same bytes on every Node version and processor. `node`: bytes may depend on the Node major version and
 * the processor architecture, which then are part of the key. `gradient`: the same, and on the backend that the
 * parameter `backend` means on this machine.
 */
export type Runtime = 'portable' | 'node' | 'gradient';

export interface InputSignature {
  /** One type, or several of which any will do. */
  readonly type: ArtefactType | readonly ArtefactType[];
  readonly optional?: boolean;
  /** True when the stage takes a gather `{from, over}`: the artefacts of many instances with their coordinates. */
  readonly gather?: boolean;
  /** For tables: columns that must be there. */
  readonly columns?: Readonly<Record<string, ColumnType>>;
  readonly doc: string;
}

export interface OutputSignature {
  readonly type: ArtefactType;
  /** There only when this parameter, a number, is above this value; always there without. */
  readonly when?: { readonly parameter: string; readonly above: number };
  /** For tables: the columns that it always has; without, nothing is known of them. */
  readonly columns?: Readonly<Record<string, ColumnType>>;
  /** For tables with `columns`: those that it may have besides. */
  readonly furtherColumns?: readonly FurtherColumns[];
  readonly doc: string;
}

/**
 * Columns that follow from what a stage is given, as data: these, which are there or not; those that a parameter names (a
 * text, the texts of a list), but for those that another one does (`a.b` is the member `b` of each item of `a`); or the
 * coordinates of a gathered input with each of these prefixes. More than there will be is no harm, a missing one is: a right
 * pipeline would be refused.
 */
export type FurtherColumns =
  | { readonly names: readonly string[] }
  | { readonly parameter: string; readonly without?: string }
  | { readonly coordinatesOf: string; readonly prefixes: readonly string[] };

/**
 * Files from outside the store that a stage reads. Their digests are part of the key, their paths are not.
 * Declared as data, so that a key can be built without loading the stage's code.
 */
export type OutsideFiles =
  | {
      readonly kind: 'package';
      /** Applies when all these parameters have these values. */
      readonly when: Readonly<Record<string, Json>>;
      /** npm package, resolved from ticketlab's own dependencies. */
      readonly package: string;
      /** Name under which the stage asks for the file -> path inside the package. */
      readonly paths: Readonly<Record<string, string>>;
      /** Optional packages may be missing: the stage then fails with a message instead. */
      readonly optional?: boolean;
    }
  | {
      readonly kind: 'folder';
      readonly when: Readonly<Record<string, Json>>;
      /** The parameter that holds a folder, relative to the project. */
      readonly parameter: string;
      /** Name under which the stage asks for the file -> candidate names inside the folder, first found wins. */
      readonly paths: Readonly<Record<string, readonly string[]>>;
    };

/**
 * What can be known of a stage type without its code: emitted to schemas/stages.schema.json, which is all that the
 * planner reads. JSON only.
 */
export interface StageSignature {
  /** Kebab-case name of the type, for example `train-es`. */
  readonly type: string;
  /** Bumped when the meaning of the output changes: it is part of the key. */
  readonly version: number;
  readonly summary: string;
  /** Closed JSON Schema (an object) of the parameters. Every optional one has a default. snake_case names. */
  readonly params: TObject;
  /**
   * Parameters that exist for some values of one parameter only: `by` names that parameter (an enum in `params`),
   * `of` has a closed object schema for each of its values. They lie flat in `with` beside the others.
   */
  readonly variants?: { readonly by: string; readonly of: Readonly<Record<string, TObject>> };
  /**
   * Named defaults: parameter `by` (a string in `params`, not part of the key) picks a row; the row's values
   * stand in for parameters that are not given. `of[row][variant]`, with variant `*` for all.
   */
  readonly settings?: {
    readonly by: string;
    readonly of: Readonly<Record<string, Readonly<Record<string, Readonly<Record<string, Json>>>>>>;
  };
  readonly inputs: Readonly<Record<string, InputSignature>>;
  /**
   * Parameters that name columns of the table `input` (a text, each of a list, each key of a mapping), so that a wrong name
   * is found before anything runs. Where several tables are gathered, every one must have what a parameter in `all` names,
   * one of them what one in `any` does (the cells of the others are empty), and of the names in one of `oneOf` each has one.
   * `implied` are columns that a value of the parameter `by` stands for. Names in `among` (`a.b` is the member `b` of each item
   * of `a`) are some of those in the parameter `of`.
   */
  readonly columnNames?: {
    readonly input: string;
    readonly all: readonly string[];
    readonly any?: readonly string[];
    readonly oneOf?: readonly string[];
    readonly implied?: { readonly by: string; readonly of: Readonly<Record<string, readonly string[]>> };
    readonly among?: { readonly of: string; readonly names: readonly string[] };
  };
  readonly outputs: Readonly<Record<string, OutputSignature>>;
  readonly files?: readonly OutsideFiles[];
  /** On what kind of machine its bytes hold; where one parameter (an enum) decides, by that parameter's value. */
  readonly runtime:
    | Runtime
    | { readonly by: string; readonly of: Readonly<Record<string, Runtime>>; readonly otherwise: Runtime };
  /** Parameters that only choose among runtime classes: what they come to here is in the key, they are not. */
  readonly choosesRuntime?: readonly string[];
  /** True when the stage can use more than one thread (`ctx.threads`). */
  readonly threads?: boolean;
}

/** One artefact, read lazily. */
export interface Artefact {
  readonly type: ArtefactType;
  readonly sha256: string;
  /** The bytes of a blob; of a tree the file at `path`. Verified against the digest. */
  bytes(path?: string): Uint8Array;
  /** The same as UTF-8 text. */
  text(path?: string): string;
  /** The files of a tree, sorted; of a blob an empty list. */
  files(): readonly string[];
}

/** One row of a gather: which instance it came from. Coordinates include `level` (k - 1) for a loop axis. */
export interface GatheredArtefact {
  readonly coords: Readonly<Record<string, Json>>;
  readonly artefact: Artefact;
}

/** What a stage makes: one blob, or a tree of files by relative path. Text is written as UTF-8. */
export type OutputBytes = Uint8Array | string | ReadonlyMap<string, Uint8Array | string>;

export interface Progress {
  /** For example 'generation'. */
  readonly unit: string;
  readonly done: number;
  readonly total: number;
  /** Latest values worth showing, for example {test_accuracy: 0.91}. */
  readonly values?: Readonly<Record<string, number>>;
}

/** Private to one computation: never an output, never part of the key. */
export interface Checkpoints {
  /** The newest valid checkpoint of an earlier, interrupted try, or undefined. */
  latest(): Uint8Array | undefined;
  /** True when enough time has passed since the last one (about a minute, at most 1 % of the time). */
  due(): boolean;
  save(generation: number, bytes: Uint8Array): void;
}

export interface StageContext<P, I> {
  readonly params: P;
  readonly inputs: I;
  /**
   * Outside files by the name under which the signature declares them. `path` is for native libraries that open files
   * themselves: `bytes()` first, which verifies the digest.
   */
  readonly files: Readonly<
    Record<string, { readonly sha256: string; readonly path: string; bytes(): Uint8Array }>
  >;
  /** Threads this stage may use, at least 1; results must not depend on it. */
  readonly threads: number;
  readonly checkpoints: Checkpoints;
  /** The runtime class in the key: what computes has to be of that class. Undefined where there is none. */
  readonly runtime?: string | undefined;
  /** The documented user cache (downloads), created on demand. */
  readonly cacheDir: () => string;
  /** Cheap: call it once a generation. Shown at most a few times a second. */
  progress(progress: Progress): void;
  /** A line for the instance's log. */
  log(line: string): void;
}

type InputOf<S extends InputSignature> = S extends { gather: true } ? readonly GatheredArtefact[] : Artefact;
export type InputsOf<I extends Readonly<Record<string, InputSignature>>> = {
  readonly [K in keyof I]: I[K] extends { optional: true } ? InputOf<I[K]> | undefined : InputOf<I[K]>;
};

/** What `run` hands back: the bytes of every output, those with a `when` only when it applies. */
type OutputsOf<O extends Readonly<Record<string, OutputSignature>>> = {
  [K in keyof O as O[K] extends { when: object } ? never : K]: OutputBytes;
} & { [K in keyof O as O[K] extends { when: object } ? K : never]?: OutputBytes };

export interface StageDefinition extends StageSignature {
  run(ctx: StageContext<never, never>): Promise<Record<string, OutputBytes>> | Record<string, OutputBytes>;
}

/**
 * Ties the parameter schema and the inputs to the types that `run` sees. A stage throws `UserError` (base/result)
 * for what its user can mend: the message is shown as it is; any other error counts as a fault of the stage.
 * Parameters of variants are typed by the stage itself (`ctx.params` holds them too).
 */
export function defineStage<
  P extends TObject,
  const I extends Readonly<Record<string, InputSignature>>,
  const O extends Readonly<Record<string, OutputSignature>>,
>(
  stage: Omit<StageSignature, 'params' | 'inputs' | 'outputs'> & {
    readonly params: P;
    readonly inputs: I;
    readonly outputs: O;
    run(ctx: StageContext<Static<P>, InputsOf<I>>): Promise<OutputsOf<O>> | OutputsOf<O>;
  },
): StageDefinition {
  return stage;
}
