import { table } from './tables.mjs';

/** One section a command: how it is called, what it does, its arguments and options. */
export function commandSections(program) {
  return program.commands.map((command) => section(command)).join('\n\n');
}

function section(command) {
  const words = command.registeredArguments.map((argument) => {
    const name = argument.variadic ? `${argument.name()}...` : argument.name();
    return argument.required ? `<${name}>` : `[${name}]`;
  });
  const call = ['ticketlab', command.name(), '[options]', ...words].join(' ');
  const rows = [
    ...command.registeredArguments.map(({ description }, i) => [`\`${words[i]}\``, description]),
    ...command.options.map(({ flags, description, argChoices, defaultValue }) => [
      `\`${flags}\``,
      description + choices(argChoices) + usual(defaultValue),
    ]),
  ];
  return [
    `### ticketlab ${command.name()}`,
    command.description(),
    `\`${call}\``,
    rows.length === 0 ? '' : table(['word', ''], rows),
  ]
    .filter(Boolean)
    .join('\n\n');
}

const choices = (words) => (words === undefined ? '' : `: ${words.map((word) => `\`${word}\``).join(', ')}`);
const usual = (value) => (value === undefined || Array.isArray(value) ? '' : ` (default: \`${value}\`)`);
