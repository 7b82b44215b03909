import type { Json } from '../base/json.js';
import { err, ok, type Result } from '../base/result.js';
import { commandLine, type Diagnostic } from './diagnostic.js';
import { valueAt } from './explain-schema.js';
import type { BoundParam, Definition } from './model.js';
import type { ParamValue } from './params.js';
import type { ParsedFile } from './parse.js';
import { checkPipeline, type PipelineRequest } from './plan-pipeline.js';
import { expressionsOf } from './templates.js';

/** Where a parameter of the pipeline has its value from. */
export interface ParamOrigin {
  readonly name: string;
  readonly value: Json;
  /** `default`, `preset smoke` or `-P`. */
  readonly origin: string;
  /** Line of the file, from 1; undefined for the command line. */
  readonly line: number | undefined;
}

/** How the value of a stage's parameter is written in the file. */
export interface ValueOrigin {
  /** The file when it is not the pipeline itself: a component's. */
  readonly file?: string;
  /** Line of the file, from 1. */
  readonly line: number;
  /** The code of its expressions; empty for a plain value. */
  readonly code: string;
  /** The parameters of the pipeline that it is made from. */
  readonly params: readonly ParamOrigin[];
}

/** Looks up the places of a pipeline file by definition (`imp.train`) and name. */
export interface Origins {
  /** Undefined when the file does not give the parameter a value. */
  value(definition: string, name: string): ValueOrigin | undefined;
  /** The line where an input is connected. */
  input(definition: string, name: string): number | undefined;
  /** Where something else of a stage is written: `['run']`, `['env', 'COLOUR']`. */
  setting(definition: string, path: readonly string[]): SettingOrigin | undefined;
}

export interface SettingOrigin {
  /** The file when it is not the pipeline itself: a component's. */
  readonly file?: string;
  /** Line of the file, from 1. */
  readonly line: number;
}

/** Where the values of a pipeline come from, for explanations. Checks the file as `planPipeline` does. */
export function findOrigins(request: PipelineRequest): Result<Origins, Diagnostic[]> {
  const problems: Diagnostic[] = [];
  const checked = checkPipeline(request, problems);
  if (checked === undefined || problems.length > 0) return err(problems);
  const { graph, file, params } = checked;
  const definitions = new Map(graph.definitions.map((definition) => [definition.name, definition]));
  return ok({
    value: (definition, name) => {
      const found = definitions.get(definition);
      const own = found?.params.find((param) => param.name === name);
      if (own !== undefined) return valueOrigin(own, file, params);
      const component = found?.implementation?.component;
      const inside = component?.params.find((param) => param.name === name);
      if (component === undefined || inside === undefined) return undefined;
      // Its expressions are over the component's own inputs, whatever parameters of the pipeline are called.
      return { file: component.file.source.file, ...valueOrigin(inside, component.file, new Map()) };
    },
    input: (definition, name) => {
      const bound = definitions.get(definition)?.inputs.find((input) => input.name === name);
      if (bound === undefined) return undefined;
      return file.at(bound.part === undefined ? bound.path : bound.path.slice(0, -2)).line;
    },
    setting: (definition, path) => {
      const found = definitions.get(definition);
      return found === undefined ? undefined : settingOrigin(found, path, file);
    },
  });
}

/** What a component is made of stands in its file, the rest in the pipeline's. */
function settingOrigin(
  { path, implementation }: Definition,
  rest: readonly string[],
  file: ParsedFile,
): SettingOrigin | undefined {
  const component = implementation?.component;
  if (component !== undefined && valueAt(component.file, [...component.path, ...rest]) !== undefined)
    return { file: component.file.source.file, line: component.file.at([...component.path, ...rest]).line };
  const own = [...path, ...rest];
  return valueAt(file, own) === undefined ? undefined : { line: file.at(own).line };
}

function valueOrigin(
  { path, template }: BoundParam,
  file: ParsedFile,
  params: ReadonlyMap<string, ParamValue>,
): ValueOrigin {
  const expressions = expressionsOf(template).map(({ expression }) => expression);
  const names = [...new Set(expressions.flatMap((expression) => expression.params))];
  return {
    line: file.at(path).line,
    code: expressions.map(({ code }) => code.trim()).join(', '),
    params: names.flatMap((param) => originOf(param, params.get(param)) ?? []),
  };
}

function originOf(name: string, given: ParamValue | undefined): ParamOrigin | undefined {
  if (given === undefined) return undefined;
  const at = given.at();
  const line = at.file === commandLine ? undefined : at.line;
  return { name, value: given.value, origin: given.origin, line };
}
