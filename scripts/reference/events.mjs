import ts from 'typescript';
import { table } from './tables.mjs';

/**
 * The members of the union `RunEvent` with their fields.
 *
 * @param source text of src/events/event.ts.
 */
export function eventTable(source) {
  const file = ts.createSourceFile('event.ts', source, ts.ScriptTarget.Latest, true);
  const union = file.statements.find((statement) => statement.name?.text === 'RunEvent').type;
  return table(
    ['`type`', 'fields', ''],
    union.types.map((member, i) =>
      row(member, source.slice(union.types[i - 1]?.end ?? union.pos, member.getStart())),
    ),
  );
}

/** @param before what stands between the member in front and this one: perhaps a comment. */
function row(member, before) {
  const fields = member.members.map((field) => ({
    name: field.name.text + (field.questionToken ? '?' : ''),
    type: field.type,
    doc: comment(field.getFullText().slice(0, -field.getText().length)),
  }));
  const type = fields.find(({ name }) => name === 'type').type.literal.text;
  const others = fields.filter(({ name }) => name !== 'type');
  const notes = others
    .filter(({ doc }) => doc !== '')
    .map(({ name, doc }) => `\`${name.replace('?', '')}\`: ${doc}`);
  return [
    `\`${type}\``,
    others.map(({ name }) => `\`${name}\``).join(', '),
    [comment(before), ...notes].filter(Boolean).join(' '),
  ];
}

/** The text of a comment, without its marks. */
function comment(text) {
  const [found = ''] = /\/\*\*[^]*?\*\//.exec(text) ?? [];
  return found.replace(/^\/\*\*|\*\/$|^\s*\* ?/gm, '').trim();
}
