import { canonicalJson, type Json } from '../base/json.js';
import { unreachable } from '../base/result.js';
import type { Origins, ParamOrigin, ValueOrigin } from '../pipeline/origins.js';
import { safeLine } from '../base/safe-text.js';
import { listed, show } from '../pipeline/terminal-text.js';
import type { Change } from './changes.js';
import type { CodeChange } from './code-changes.js';
import type { Cause } from './why.js';

/** A cause in words, with the place of the file where it is written: "`popsize` 32 → 64 in preset laptop, line 23". */
export function causeText(cause: Cause, places: Places): string {
  return safeLine(words(cause, places));
}

/** What the words of a cause are taken from, beside the cause. */
export interface Places {
  readonly origins: Origins;
  /** Parameters of the pipeline in the run that was compared with. */
  readonly earlier: Readonly<Record<string, Json>>;
}

function words({ change, definition, alike }: Cause, { origins, earlier }: Places): string {
  switch (change.kind) {
    case 'parameter': {
      const values = alike ? step(change) : `${step(change)} (and others)`;
      const origin = origins.value(definition, change.name);
      return parameterText(change.name, values, { definition, origin, earlier });
    }
    case 'version':
      return `version of stage type ${change.type} ${show(change.was)} → ${show(change.now)}`;
    case 'type':
      return `stage type ${textOf(change.was)} → ${textOf(change.now)}`;
    case 'runtime':
      return `runtime ${textOf(change.was)} → ${textOf(change.now)}`;
    case 'file': {
      const path = change.path === undefined ? '' : ` (${change.path})`;
      return `the file \`${change.name}\`${path} ${fateText[change.fate]}`;
    }
    case 'code':
    case 'package':
    case 'command':
    case 'output':
      return codeText(change, definition, origins);
    case 'variable':
      return `variable \`${change.name}\` ${step(change)}${settingLine(origins, definition, ['env', change.name])}`;
    case 'part':
      return `\`${change.name}\` changed${change.paths.length > 0 ? `: ${listed(change.paths, 4)}` : ''}`;
    case 'input':
      return `input \`${change.name}\` is ${change.now ? 'new' : 'gone'}${lineOf(origins.input(definition, change.name))}`;
    case 'rows':
      return `input \`${change.name}\` gathers other rows: ${rowsText(change)}`;
    case 'source':
      return `input \`${change.name}\` comes from elsewhere${lineOf(origins.input(definition, change.name))}`;
    case 'coordinates':
      return `${listed(change.fresh)} ${change.fresh.length > 1 ? 'are' : 'is'} new: no earlier run has had ${change.fresh.length > 1 ? 'them' : 'it'}`;
    case 'bytes':
      return 'it came out with other bytes, though nothing that it is made from changed';
    case 'state':
      return change.text;
    default:
      return unreachable(change);
  }
}

const fateText = { changed: 'has other bytes', new: 'is new', gone: 'is gone' } as const;

/** The user's own programs and modules, with the line that names them. */
function codeText(change: CodeChange, definition: string, origins: Origins): string {
  const line = (...path: string[]): string => settingLine(origins, definition, path);
  switch (change.kind) {
    case 'code':
      return `code file \`${change.name}\` ${fateText[change.fate]}${line('code') || line('uses')}`;
    case 'package':
      return `package \`${change.name}\` ${step(change)}${line('uses')}`;
    case 'command': {
      const steps = argumentSteps(change.was, change.now);
      const how = steps.length === 0 ? 'is written otherwise' : listed(steps, 4);
      return `\`${change.name}\` ${how}${line(change.name)}`;
    }
    case 'output': {
      const how = change.fate === 'changed' ? 'is declared otherwise' : fateText[change.fate];
      return `output \`${change.name}\` ${how}${line('outputs', change.name)}`;
    }
    default:
      return unreachable(change);
  }
}

/** Each argument that is another one now; nothing when they are not as many as before. */
function argumentSteps(was: Json | undefined, now: Json | undefined): string[] {
  if (!Array.isArray(was) || !Array.isArray(now) || was.length !== now.length) return [];
  return was.flatMap((before: Json, at) => {
    const after = (now as readonly Json[])[at] ?? null;
    return before === after ? [] : [`${show(before)} → ${show(after)}`];
  });
}

function settingLine(origins: Origins, definition: string, path: readonly string[]): string {
  const place = origins.setting(definition, path);
  if (place === undefined) return '';
  return place.file === undefined ? `, line ${place.line}` : `, ${place.file} line ${place.line}`;
}

function parameterText(
  name: string,
  values: string,
  {
    definition,
    origin,
    earlier,
  }: {
    readonly definition: string;
    readonly origin: ValueOrigin | undefined;
    readonly earlier: Places['earlier'];
  },
): string {
  const what = `\`${name}\` ${values}`;
  if (origin === undefined) return `${what}, a default of its stage type`;
  const { file } = origin;
  if (origin.code === '') return `${what} in ${file ?? definition}, line ${origin.line}`;
  const [only] = origin.params;
  if (only !== undefined && origin.code === `params.${only.name}`)
    return `${what}${only.name === name ? '' : ` (\`${only.name}\`)`} ${place(only)}`;
  const params = origin.params.map(
    (param) => `\`${param.name}\` ${paramStep(param, earlier)} ${place(param)}`,
  );
  return `${what} = ${origin.code}, ${file === undefined ? '' : `${file} `}line ${origin.line}${params.length > 0 ? `; ${params.join(', ')}` : ''}`;
}

/** `0.3 → 0.4`, or `is 0.4` when it is not known to have changed. */
function paramStep({ name, value }: ParamOrigin, earlier: Places['earlier']): string {
  const was = Object.hasOwn(earlier, name) ? earlier[name] : undefined;
  if (was === undefined || canonicalJson(was) === canonicalJson(value)) return `is ${show(value)}`;
  return `${show(was)} → ${show(value)}`;
}

function place({ origin, line }: ParamOrigin): string {
  if (origin === '-P') return 'by -P';
  return `${origin === 'default' ? 'by its default' : `in ${origin}`}${line === undefined ? '' : `, line ${line}`}`;
}

function rowsText({ gone, added }: Extract<Change, { kind: 'rows' }>): string {
  const more = added.length > 0 ? [`${added.length} new (${listed(added.map(rowText), 2)})`] : [];
  const fewer = gone.length > 0 ? [`${gone.length} gone (${listed(gone.map(rowText), 2)})`] : [];
  return [...more, ...fewer].join(', ');
}

/** `level` is the loop axis in other words. */
function rowText(coords: string): string {
  const entries = Object.entries(JSON.parse(coords) as Record<string, Json>);
  return entries.flatMap(([axis, value]) => (axis === 'level' ? [] : `${axis}=${textOf(value)}`)).join(' ');
}

const step = ({ was, now }: { readonly was: Json | undefined; readonly now: Json | undefined }): string =>
  `${valueText(was)} → ${valueText(now)}`;

const valueText = (value: Json | undefined): string => (value === undefined ? 'nothing' : show(value));

const textOf = (value: Json): string => (typeof value === 'string' ? value : show(value));

const lineOf = (line: number | undefined): string => (line === undefined ? '' : `, line ${line}`);
