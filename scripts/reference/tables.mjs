/** Markdown tables of what JSON Schemas say. */
export function table(heads, rows) {
  const line = (cells) => `| ${cells.map((cell) => plain(cell)).join(' | ')} |`;
  return [line(heads), line(heads.map(() => '---')), ...rows.map(line)].join('\n');
}

/** Text in a cell: bars, line ends and what Markdown would take for HTML, outside code. */
function plain(cell) {
  return cell
    .replaceAll('|', '\\|')
    .replaceAll('\n', ' ')
    .replace(/(`[^`]*`)|</g, (_, code) => code ?? '\\<');
}

export const capital = (text) => text.slice(0, 1).toUpperCase() + text.slice(1);
export const code = (value) => `\`${typeof value === 'string' ? value : JSON.stringify(value)}\``;

/** A link to the heading, with the anchor that it gets. */
export const linkTo = (heading) =>
  `[${heading}](#${heading
    .toLowerCase()
    .replaceAll(' ', '-')
    .replace(/[^\w-]/g, '')})`;

/**
 * Says in a few words what a value may be.
 *
 * @param definitions what `$ref` leads to.
 * @param headingOf the heading under which the page has a mapping; undefined where it has none.
 */
export function describer(definitions, headingOf) {
  const words = {
    expression: 'an expression',
    identifier: 'a name',
    edge: 'a reference',
    param: '[a declaration](#parameters-of-a-pipeline)',
    stage: '[a stage](#a-stage)',
    step: '[a step](#a-step)',
    component: '[a component](#a-component)',
  };

  function referenced(reference) {
    const name = reference.slice('#/definitions/'.length);
    if (words[name] !== undefined) return words[name];
    const heading = headingOf(definitions[name]);
    return heading === undefined ? name : linkTo(heading);
  }

  function valueOf(schema) {
    if (schema.$ref !== undefined) return referenced(schema.$ref);
    if (schema.enum !== undefined) return schema.enum.map((value) => code(value)).join(', ');
    if (schema.const !== undefined) return code(schema.const);
    if (schema.anyOf !== undefined)
      return [...new Set(schema.anyOf.map(valueOf))].filter(Boolean).join(' or ');
    if (schema.allOf !== undefined && schema.type === undefined) return valueOf(schema.allOf[0]);
    return [schema.type ?? []]
      .flat()
      .map((type) => typed(type, schema))
      .join(' or ');
  }

  function typed(type, schema) {
    switch (type) {
      case 'integer':
      case 'number':
        return (type === 'integer' ? 'a whole number' : 'a number') + bounds(schema);
      case 'string':
        return schema.patternHint ?? 'a text';
      case 'boolean':
        return '`true` or `false`';
      case 'array':
        return `a list${schema.items === undefined || Array.isArray(schema.items) ? '' : ` of ${plural(valueOf(schema.items))}`}`;
      case 'object':
        return mapping(schema);
      default:
        return 'nothing';
    }
  }

  function mapping(schema) {
    const heading = headingOf(schema);
    if (heading !== undefined) return linkTo(heading);
    const member =
      typeof schema.additionalProperties === 'object' ? valueOf(schema.additionalProperties) : '';
    return member === '' ? 'a mapping' : `names, each with ${member}`;
  }

  /** Rows of key, what it may be, and what it is for. */
  function keyTable({ properties, required = [], additionalProperties: others }) {
    const rows = Object.entries(properties).map(([name, schema]) => [
      `\`${name}\`${required.includes(name) ? ' (required)' : ''}`,
      valueOf(schema),
      schema.description ?? definitions[schema.$ref?.slice('#/definitions/'.length)]?.description ?? '',
    ]);
    if (typeof others === 'object') rows.push(['any other name', valueOf(others), others.description ?? '']);
    return table(['key', 'value', ''], rows);
  }

  return { valueOf, keyTable };
}

const plurals = { 'a text': 'texts', 'a whole number': 'whole numbers', 'a number': 'numbers' };

function plural(words) {
  const [singular, many] = Object.entries(plurals).find(([one]) => words.startsWith(one)) ?? ['', ''];
  return many + words.slice(singular.length);
}

function bounds({ minimum, maximum, exclusiveMinimum, exclusiveMaximum }) {
  const huge = maximum === Number.MAX_SAFE_INTEGER;
  const all = [
    minimum === undefined ? '' : `≥ ${minimum}`,
    exclusiveMinimum === undefined ? '' : `> ${exclusiveMinimum}`,
    maximum === undefined ? '' : `≤ ${huge ? '2⁵³ − 1' : maximum}`,
    exclusiveMaximum === undefined ? '' : `< ${exclusiveMaximum}`,
  ].filter(Boolean);
  return all.length === 0 ? '' : ` ${all.join(', ')}`;
}
