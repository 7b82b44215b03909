import { counted } from '../base/counted.js';
import { readFileSync, statSync } from 'node:fs';
import type { Json } from '../base/json.js';
import { UserError } from '../base/result.js';
import { readMark, unstampFigure, type FigureMark } from '../exec/figure-mark.js';
import { mappingAt } from '../pipeline/params.js';
import { safeLine } from '../base/safe-text.js';
import { sha256Hex } from '../store/durable.js';
import type { ResultRecord } from '../store/record.js';
import { openStore } from '../store/store.js';
import { ancestryOf, holdersOf, type Ancestor } from '../store-tools/ancestry.js';
import { References } from '../store-tools/inventory.js';
import { allRecords } from '../store-tools/records.js';
import { exitCodes } from './exit-codes.js';
import { wire } from './wire.js';
import { say, sayJson } from './say.js';

export interface ProvenanceOptions {
  readonly store?: string;
  readonly json?: boolean;
}

interface Found {
  readonly record: ResultRecord;
  /** Undefined when the file was found by its bytes. */
  readonly mark: FigureMark | undefined;
  /** False when the file was changed after it was written. */
  readonly intact: boolean;
  readonly ancestry: readonly Ancestor[];
}

/** Says what a figure, or any other file that came out of a store, was made from. Reads only. */
export function provenanceCommand(file: string, options: ProvenanceOptions): number {
  const found = find(file, options);
  if (options.json === true) sayJson(asJson(file, found));
  else say(asText(file, found));
  return found.intact ? exitCodes.ok : exitCodes.failures;
}

function find(file: string, options: ProvenanceOptions): Found {
  const bytes = readBytes(file);
  const { layout } = openStore(wire(options.store).store, { readOnly: true });
  const records = allRecords(layout);
  const references = new References(layout);
  const mark = readMark(bytes);
  const sha256 = sha256Hex(unstampFigure(bytes));
  const holders = holdersOf(sha256, records, (record) => references.of(record));
  const marked = mark && records.find(({ key }) => key === mark.key)?.record;
  const record = marked ?? holders[0];
  if (record === undefined)
    throw new UserError(
      mark === undefined
        ? `${file} has no mark of ticketlab, and nothing in this store has its bytes.`
        : `${file} is output "${safeLine(mark.output)}" of the result ${mark.key}, which is not in this store. Name another with --store, or unpack the archive that it came with.`,
    );
  const intact = references.of(record).includes(sha256);
  return { record, mark, intact, ancestry: ancestryOf(record, records) };
}

function readBytes(file: string): Uint8Array {
  try {
    if (!statSync(file).isFile()) throw new Error('it is not a regular file');
    return readFileSync(file);
  } catch (error) {
    throw new UserError(`${file} cannot be read: ${(error as Error).message}`);
  }
}

function asJson(file: string, { record, intact, ancestry }: Found): object {
  const steps = ancestry.map(({ record: { key, K, outputs, made }, origins }) => {
    const parts = mappingAt(K);
    return {
      key,
      instance: made.instance,
      stage: { type: parts['type'] ?? null, version: parts['ver'] ?? null, with: parts['with'] ?? {} },
      runtime: parts['rt'] ?? null,
      code: parts['code'] ?? null,
      env: parts['env'] ?? {},
      files: parts['files'] ?? {},
      inputs: origins.map(({ input, coords, sha256, from }) => ({
        input,
        ...(coords === undefined ? {} : { coords }),
        sha256,
        from: from ?? null,
      })),
      outputs,
      made,
    };
  });
  const subject = { file, intact, result: record.key };
  return { format: 'ticketlab-provenance/1', subject, steps };
}

function asText(file: string, { record, intact, ancestry }: Found): string {
  const { made } = record;
  const lines = [
    `${file}: ${made.instance}, result ${record.key}`,
    ...(intact
      ? []
      : ['  THE FILE WAS CHANGED after it was written: its bytes are not those of the result.']),
    `  ${pipelineText(record)}made by run ${made.run} on ${made.host}, ${made.start}, ticketlab ${made.ticketlab}, node ${made.node}`,
    ...paramsText(record),
    `  from ${counted(ancestry.length, 'result')}, the first made first:`,
    ...stepsText(ancestry),
  ];
  return lines.map(safeLine).join('\n');
}

function pipelineText({ made: { pipeline, git } }: ResultRecord): string {
  if (pipeline === undefined) return '';
  const commit = git === undefined ? '' : ` at commit ${git.slice(0, 12)}`;
  const file = pipeline.file === '' ? '' : ` of ${pipeline.file}${commit}`;
  return `pipeline ${pipeline.name} (${pipeline.variant})${file}, `;
}

function paramsText({ made: { params } }: ResultRecord): string[] {
  const entries = Object.entries(params ?? {});
  if (entries.length === 0) return [];
  const shown = entries.map(([name, { value, sha256, origin }]) => {
    const text = value === undefined ? `sha256 ${sha256?.slice(0, 12)}` : JSON.stringify(value);
    return `${name}=${text}${origin === 'default' ? '' : ` (${origin})`}`;
  });
  return [`  with ${shown.join(', ')}`];
}

/** For each definition: how many results, of what, from which code and files. */
function stepsText(ancestry: readonly Ancestor[]): string[] {
  const groups = new Map<string, Ancestor[]>();
  for (const ancestor of ancestry) {
    const { record } = ancestor;
    const { type, ver } = mappingAt(record.K);
    const label = `${record.made.instance.replace(/\[.*/s, '')}  ${wordOf(type)} version ${wordOf(ver)}`;
    const group = groups.get(label);
    if (group) group.push(ancestor);
    else groups.set(label, [ancestor]);
  }
  return [...groups].flatMap(([label, group]) => {
    const seconds = group.reduce((sum, { record }) => sum + record.made.wall_s, 0);
    const lost = group.flatMap(({ origins }) => origins).filter(({ from }) => from === undefined).length;
    const made = new Set(group.flatMap(({ record }) => madeFrom(mappingAt(record.K))));
    return [
      `    ${group.length} × ${label}, ${seconds.toFixed(1)} s`,
      ...shortened([...made]).map((line) => `        ${line}`),
      ...(lost > 0 ? [`        ${lost} of its inputs: what made them is not in this store`] : []),
    ];
  });
}

/** What of the key names code, variables and files from outside. */
function madeFrom(K: Readonly<Record<string, Json>>): string[] {
  const code = mappingAt(K['code']);
  const lines = (of: Json | undefined, line: (name: string, value: Json) => string): string[] =>
    Object.entries(mappingAt(of)).map(([name, value]) => line(name, value));
  const file = (name: string, sha256: Json): string => `${name}  sha256 ${wordOf(sha256)}`;
  return [
    ...(code['argv'] === undefined ? [] : [`run ${JSON.stringify(code['argv'])}`]),
    ...(code['shell'] === undefined ? [] : [`shell ${JSON.stringify(code['shell'])}`]),
    ...lines(code['files'], (name, sha256) => `code ${file(name, sha256)}`),
    ...lines(code['packages'], (name, version) => `package ${name} ${wordOf(version)}`),
    ...lines(K['env'], (name, value) => `variable ${name}=${JSON.stringify(value)}`),
    ...lines(K['files'], (name, sha256) => `file ${file(name, sha256)}`),
  ];
}

/** A program may have thousands of files. */
const mostLines = 20;

const shortened = (lines: readonly string[]): readonly string[] =>
  lines.length <= mostLines
    ? lines
    : [...lines.slice(0, mostLines), `... and ${lines.length - mostLines} more: --json has them all`];

const wordOf = (value: Json | undefined): string =>
  typeof value === 'string' ? value : JSON.stringify(value ?? null);
