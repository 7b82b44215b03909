import type { Json } from '../base/json.js';
import type { Diagnostic, RelatedPlace } from './diagnostic.js';
import { valueAt } from './explain-schema.js';
import type { BoundParam, Component, Definition } from './model.js';
import type { Settings } from './grid.js';
import { mappingAt } from './params.js';
import type { ParsedFile } from './parse.js';
import type { Path } from './places.js';
import { ownEntry } from './signatures.js';
import { expressionsOf } from './templates.js';

/** Where a name that a parameter of a stage type has comes from. */
export interface NamePlace {
  readonly at: Diagnostic['at'];
  /** The parameter as it is called there, and whose it is. */
  readonly parameter: string;
  readonly owner: string;
  /** ` by default` where it is not written down. */
  readonly byDefault: string;
  /** What else it is made from. */
  readonly related: readonly RelatedPlace[];
}

interface Context {
  readonly file: ParsedFile;
  readonly known: { readonly settings: Settings } | undefined;
}

interface Asked {
  readonly parameter: string;
  /** Of the items of the parameter's value. */
  readonly member?: string | undefined;
  readonly name: string;
}

/** Finds a name in the file of the pipeline, or in that of the component that gives it. */
export function placeOfName(definition: Definition, asked: Asked, { file, known }: Context): NamePlace {
  const { parameter } = asked;
  const component = definition.implementation?.component;
  if (component !== undefined) return placeBehind(definition, component, { ...asked, file, known });
  const own = givenFor(definition, parameter);
  const { name: owner, path } = definition;
  if (own === undefined)
    return { at: file.keyAt(path), parameter, owner, byDefault: ' by default', related: [] };
  const related = reasonsOf(own, known?.settings);
  return { at: within(own, asked, file), parameter, owner, byDefault: '', related };
}

function placeBehind(definition: Definition, component: Component, asked: Context & Asked): NamePlace {
  const { parameter, file, known } = asked;
  const inside = component.params.find((param) => param.name === parameter);
  const { path } = component;
  const inputs = inputsOf(inside);
  const given = givenFor(definition, parameter);
  const made = () => ({
    message: `${parameter} is made from it`,
    at: component.file.at(inside?.path ?? path),
  });
  if (given !== undefined)
    return {
      ...{ at: within(given, asked, file), parameter: given.name, owner: definition.name, byDefault: '' },
      related: [...reasonsOf(given, known?.settings), made()],
    };
  // The same for all who use the component: what is wrong in it is told once.
  const owner = String(path.at(-1));
  const user = { message: `${definition.name} uses it`, at: file.at([...definition.path, 'uses']) };
  const byDefault = [...path, 'inputs', inputs[0] ?? '', 'default'];
  if (valueAt(component.file, byDefault) !== undefined)
    return {
      ...{ at: component.file.at(byDefault), parameter: inputs[0] ?? '', owner, byDefault: ' by default' },
      related: [made(), user],
    };
  return inside === undefined
    ? {
        ...{ at: component.file.at([...path, 'uses']), parameter, owner, byDefault: ' by default' },
        related: [user],
      }
    : { at: within(inside, asked, component.file), parameter, owner, byDefault: '', related: [user] };
}

/** What `with` gives for a parameter of a definition's stage type, behind a component what that makes it from. */
export function givenFor({ params, implementation }: Definition, parameter: string): BoundParam | undefined {
  const component = implementation?.component;
  if (component === undefined) return params.find((param) => param.name === parameter);
  const inputs = inputsOf(component.params.find((param) => param.name === parameter));
  return params.find((param) => inputs.includes(param.name));
}

function inputsOf(inside: BoundParam | undefined): readonly string[] {
  return inside === undefined ? [] : expressionsOf(inside.template).flatMap((e) => e.expression.inputs);
}

/** An item of a list, a key of a mapping, or the member of an item, where the name stands there as it is. */
function within(
  { path, template }: BoundParam,
  { name, member }: Pick<Asked, 'name' | 'member'>,
  file: ParsedFile,
): Diagnostic['at'] {
  const value = valueAt(file, path) ?? null;
  if (template.kind === 'expression' || template.kind === 'text') return file.at(path);
  if (member === undefined) return placeIn(value, path, name, file) ?? file.at(path);
  const items = Array.isArray(value) ? (value as readonly Json[]) : [];
  for (const [i, item] of items.entries()) {
    const own = ownEntry(mappingAt(item), member) ?? null;
    const at = [...path, i, member];
    const place = own === name ? file.at(at) : placeIn(own, at, name, file);
    if (place !== undefined) return place;
  }
  return file.at(path);
}

function placeIn(value: Json, path: Path, name: string, file: ParsedFile): Diagnostic['at'] | undefined {
  if (Array.isArray(value)) {
    const at = (value as readonly Json[]).indexOf(name);
    return at < 0 ? undefined : file.at([...path, at]);
  }
  return ownEntry(mappingAt(value), name) === undefined ? undefined : file.keyAt([...path, name]);
}

/** Which parameters of the pipeline a value is made from. */
export function reasonsOf({ template }: BoundParam, settings: Settings | undefined): RelatedPlace[] {
  const names = new Set(expressionsOf(template).flatMap((e) => e.expression.params));
  return [...names].flatMap((name) => settings?.because(name) ?? []);
}
