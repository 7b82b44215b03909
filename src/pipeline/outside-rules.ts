import { canonicalJson, type Json } from '../base/json.js';
import type { OutsideFiles, StageSignature } from './stage.js';

type Params = Readonly<Record<string, Json>>;

/** Whether a stage reads a rule's files with these parameters. */
export function ruleApplies(rule: OutsideFiles, params: Params): boolean {
  if (rule.kind === 'folder' && typeof params[rule.parameter] !== 'string') return false;
  return Object.entries(rule.when).every(([name, value]) => {
    const given = params[name];
    return given !== undefined && (given === value || canonicalJson(given) === canonicalJson(value));
  });
}

/** Parameters that only say where files are: what counts is the files' bytes, wherever they lie. */
export function placeParameters({ files = [] }: Pick<StageSignature, 'files'>, params: Params): string[] {
  return files.flatMap((rule) =>
    rule.kind === 'folder' && ruleApplies(rule, params) ? [rule.parameter] : [],
  );
}
