// Takes JSON Schemas apart into definitions, equal parts once: ajv writes a function for each, and a function that a file
// does not need costs next to nothing.

/** What only people read: no validator needs it. */
const annotations = new Set(
  ['$schema', '$comment', 'title', 'description', 'default', 'examples', 'definitions'].concat([
    ...['patternHint', 'enumDescriptions', 'markdownDescription', 'defaultSnippets'],
  ]),
);
/** What a message says of a part is read from where it was first seen: only these may differ between equal parts. */
const immaterial = new Set(['description', 'default', 'enumDescriptions']);
/** Parts of which a message asks in which alternative of a union they stand: they stay in one function with it. */
const whole = new Set(['edge', 'gather', 'pick']);
const mappings = new Set(['properties']);
const lists = new Set(['anyOf', 'allOf']);
const single = new Set(['items', 'additionalProperties', 'not', 'if', 'then', 'else']);
/** Shorter parts are written out where they stand. */
const shortest = 80;

/**
 * @param roots schemas by name, each with `definitions` of its own.
 * @returns {{ definitions: object, labels: Map<string, string>, entries: Map<string, string> }} the parts by name; for
 * each the place where it was first seen (`pipeline#/definitions/stage`); and the part that each root became.
 */
export function internSchemas(roots) {
  const state = { definitions: {}, labels: new Map(), byIdentity: new Map() };
  const entries = new Map();
  for (const [name, root] of Object.entries(roots))
    entries.set(name, partOf(root, { name, root, path: '', state }));
  return { definitions: state.definitions, labels: state.labels, entries };
}

/** The name of the part that a schema becomes. */
function partOf(schema, place) {
  const { state } = place;
  const identity = identityOf(schema, place);
  const known = state.byIdentity.get(identity);
  if (known !== undefined) return known;
  const name = `p${state.byIdentity.size}`;
  state.byIdentity.set(identity, name);
  state.labels.set(name, `${place.name}#${place.path}`);
  state.definitions[name] = written(schema, place, whole.has(schema.$comment));
  return name;
}

/** Equal for schemas that mean the same and are spoken of alike, whatever the root whose definitions they refer to. */
function identityOf(schema, place) {
  const spoken = Object.fromEntries(Object.entries(schema).filter(([key]) => !immaterial.has(key)));
  return JSON.stringify(spoken, (key, member) => {
    if (key === '$ref') return referenceTo(member, place).$ref;
    return key === 'definitions' ? undefined : member;
  });
}

function definitionOf(root, reference) {
  return root.definitions[reference.replace('#/definitions/', '')];
}

/** A schema whose parts are references, but for short ones and those that have to stay (`inside`). */
function written(schema, place, inside) {
  if (typeof schema !== 'object') return schema;
  const result = {};
  for (const [key, value] of Object.entries(schema)) {
    if (annotations.has(key)) continue;
    const below = (part, step) => {
      const stays = inside || (key === 'anyOf' && schema.$comment !== 'parameter');
      return referred(part, { ...place, path: `${place.path}/${key}${step}` }, stays);
    };
    if (key === '$ref')
      Object.assign(result, place.inNames ? inlined(value, place) : referenceTo(value, place));
    // ajv says of which name a fault is in the function that goes through the names, and in no other.
    else if (key === 'propertyNames')
      result[key] = written(value, { ...place, path: `${place.path}/${key}`, inNames: true }, true);
    else if (mappings.has(key))
      result[key] = Object.fromEntries(
        Object.entries(value).map(([name, part]) => [name, below(part, `/${pointer(name)}`)]),
      );
    else if (lists.has(key) || (Array.isArray(value) && key === 'items'))
      result[key] = value.map((part, i) => below(part, `/${i}`));
    else result[key] = single.has(key) ? below(value, '') : value;
  }
  return result;
}

function referred(schema, place, stays) {
  if (typeof schema !== 'object' || stays || JSON.stringify(schema).length < shortest)
    return written(schema, place, stays);
  if (schema.$ref !== undefined && Object.keys(schema).every((key) => key === '$ref' || annotations.has(key)))
    return referenceTo(schema.$ref, place);
  return { $ref: `#/definitions/${partOf(schema, place)}` };
}

function referenceTo(reference, place) {
  const part = partOf(definitionOf(place.root, reference), { ...place, path: reference.slice(1) });
  return { $ref: `#/definitions/${part}` };
}

function inlined(reference, place) {
  return written(definitionOf(place.root, reference), { ...place, path: reference.slice(1) }, true);
}

function pointer(name) {
  return name.replaceAll('~', '~0').replaceAll('/', '~1');
}
