import { problem, type Diagnostic } from './diagnostic.js';
import { reasonsFor, type Settings } from './grid.js';
import { decode, type Finder, type Found } from './lines.js';
import type { BoundInput, Definition } from './model.js';
import type { ParamTable } from './param-table.js';
import { readingOf, type Reading, type ReadingContext } from './readings.js';
import { sampleOn } from './sample.js';
import type { Params } from './stage-params.js';
import { outputsOf } from './table-columns.js';

/** So many references are followed for an input whose source may be absent: the others are when a plan is made. */
const mostReferences = 500;

interface Context extends Pick<ReadingContext, 'loops' | 'context'> {
  readonly find: Finder;
  readonly tables: ReadonlyMap<Definition, ParamTable>;
}

/** Some outputs are there only for some values of a parameter: they must be there where they are read. */
export function checkAbsence(definition: Definition, input: BoundInput, so: Context): void {
  const conditions = outputsOf(input.ref).map(
    ({ definition: { signature }, output }) => signature?.outputs[output],
  );
  if (conditions.every((output) => output?.when === undefined)) return;
  const lattice = so.find.lattice(definition.node);
  const reading = readingOf(definition, input, { ...so, lattice });
  const axes = lattice.axes.map((_, a) => a);
  let followed = 0;
  for (const position of sampleOn(lattice, axes, mostReferences))
    for (const plus of reading.rows?.offsets ?? [0]) {
      if (++followed > mostReferences) return;
      const wrong = absentAt(reading, { position, plus }, so);
      if (wrong === undefined) continue;
      so.context.problems.push(wrong);
      return;
    }
}

function absentAt(
  { input, line }: Reading,
  { position, plus }: { readonly position: readonly number[]; readonly plus: number },
  { find, tables, context }: Context,
): Diagnostic | undefined {
  if (!find.has(line, position, plus)) return undefined;
  const { definition, output, point } = find.find(line, position, plus);
  const at = decode(find.lattice(definition.node), point, []);
  const params = tables.get(definition)?.at(at);
  return params && absence(input, { definition, output, params }, context.settings);
}

/** What is wrong when an input reads an output of an instance with these parameters. */
export function absence(
  input: BoundInput,
  { definition, output, params }: Pick<Found, 'definition' | 'output'> & { readonly params: Params },
  settings: Settings,
): Diagnostic | undefined {
  const condition = definition.signature?.outputs[output]?.when;
  if (condition === undefined) return undefined;
  const { parameter, above } = condition;
  const value = params[parameter];
  if (value === undefined || Number(value) > above) return undefined;
  const message = `${definition.name} has the output "${output}" only with ${parameter} above ${above}.`;
  const help = `Give ${definition.name} a larger ${parameter}.`;
  const given = definition.params.filter(({ name }) => name === parameter).map(({ template }) => template);
  return problem('OUTPUT_ABSENT', input.at(), message, { help, related: reasonsFor(given, settings) });
}
