import type { CelScalar, CelType } from './cel-values.js';
import type { SourceRange } from './diagnostic.js';
import type { Path } from './places.js';
import type { BoundExpression, Template } from './templates.js';
import type { ParamType } from './param-types.js';
import type { ParsedFile } from './parse.js';
import type { PlanType } from './plan.js';
import type { InputSignature, StageSignature } from './stage.js';

/** A named axis of a stage, before its values are known. */
export interface AxisSpec {
  readonly name: string;
  readonly type: CelScalar;
  readonly path: Path;
  /** Counts the passes of a loop from 1. */
  readonly loop: boolean;
  /** Its values: single ones, or one expression for the list (for a loop: for the number of passes). */
  readonly source: readonly Template[] | BoundExpression | number;
  /** It has only the values that rows of `include` give it. */
  readonly fromRows?: true;
}

/** The names of a stage's axes, and their types; `dyn` of one that is wrong. */
export interface AxisNames {
  readonly matrix: ReadonlyMap<string, CelType>;
  readonly loop: string | undefined;
}

/** A row of `include` or `exclude`: values of axes. */
export interface MatrixRow {
  readonly path: Path;
  readonly cells: ReadonlyMap<string, Template>;
}

/** What is taken from, and then added to, the product of the axes. */
export interface MatrixRows {
  readonly exclude: readonly MatrixRow[];
  readonly include: readonly MatrixRow[];
}

/** `at:`, an axis of the source for which one value is meant. */
export interface FixedAxis {
  readonly axis: string;
  readonly path: Path;
  /** Undefined where its value is wrong. */
  readonly template: Template | undefined;
}

/** A stage type that does not come with ticketlab, as a file sees it and as it is run. */
export interface ForeignType {
  readonly signature: StageSignature;
  /** Its parameters, where a file of the project declares them; undefined for modules, which have a schema. */
  readonly values?: ReadonlyMap<string, ParamType>;
  readonly implementation: Implementation;
}

export interface Implementation extends PlanType {
  /** `Instance.type`. */
  readonly type: string;
  readonly component?: Component;
}

/** A stage type in other clothes: its inputs are some of the component's, its parameters are made from the others. */
export interface Component {
  readonly file: ParsedFile;
  readonly path: Path;
  /** Input of the stage type -> the inputs of the component that it is made of. */
  readonly wires: ReadonlyMap<string, readonly Wire[]>;
  readonly params: readonly BoundParam[];
  readonly values: ReadonlyMap<string, ParamType>;
}

/** An input of a component, on its way to an input of the stage type. */
export interface Wire {
  readonly outer: string;
  /** Where several become one gather. */
  readonly part: Part | undefined;
}

/** One of several sources that a gather puts under each other: `name` becomes its rows' coordinate on `axis`. */
export interface Part {
  readonly axis: string;
  readonly name: string;
}

/** What is written under one name in `stages:`: one stage, or several steps that may repeat. */
export interface Node {
  readonly name: string;
  readonly index: number;
  readonly path: Path;
  readonly compound: boolean;
  /** Axes of all its definitions in declared order, the loop axis last. */
  readonly axes: readonly AxisSpec[];
  /** False when an axis could not be read: nothing is said of its axes then. */
  readonly axesKnown: boolean;
  /** What its expressions see of its axes; undefined when not even their names could be read. */
  readonly names: AxisNames | undefined;
  readonly rows: MatrixRows | undefined;
  /** Steps in file order, or the one stage. */
  readonly definitions: Definition[];
  readonly state: Map<string, StateVariable>;
  /** Compound stages: what the outside may use. */
  readonly outputs: Map<string, Ref | undefined>;
}

export interface StateVariable {
  readonly name: string;
  readonly path: Path;
  /** Undefined where the reference is wrong. */
  start: Ref | undefined;
  startAt: readonly FixedAxis[];
  next: Ref | undefined;
}

/** A stage type in a place: the template of its instances. */
export interface Definition {
  readonly index: number;
  /** `init`, `imp.train`. */
  readonly name: string;
  readonly node: Node;
  readonly path: Path;
  /** What the file sees of it: inputs, parameters, outputs. Undefined when `uses` is wrong. */
  readonly signature: StageSignature | undefined;
  /** What it is made of when its type does not come with ticketlab. */
  readonly implementation: Implementation | undefined;
  readonly inputs: BoundInput[];
  readonly params: BoundParam[];
  /** What must be done before, without being read. */
  readonly after: BoundAfter[];
}

export interface BoundAfter {
  readonly definition: Definition;
  /** The reference as it is written, for messages. */
  readonly written: string;
  readonly at: () => SourceRange;
}

/** An output of the step of one pass, or the value of a state variable at the start of a pass. */
export type Ref =
  | { readonly kind: 'output'; readonly definition: Definition; readonly output: string }
  | { readonly kind: 'state'; readonly node: Node; readonly name: string };

export interface BoundInput {
  readonly name: string;
  readonly path: Path;
  readonly signature: InputSignature;
  readonly ref: Ref;
  /** The axes that are gathered; undefined for a plain edge. */
  readonly over: readonly string[] | undefined;
  readonly fixed: readonly FixedAxis[];
  /** Which rows of a gather are taken; it sees params and the gathered axes. */
  readonly where: BoundExpression | undefined;
  /** Where this is one of several sources of the input `name`. */
  readonly part: Part | undefined;
  /** The reference as it is written, for messages. */
  readonly written: string;
  readonly at: () => SourceRange;
}

export interface BoundParam {
  readonly name: string;
  readonly path: Path;
  readonly template: Template;
}

export function refNode(ref: Ref): Node {
  return ref.kind === 'state' ? ref.node : ref.definition.node;
}
