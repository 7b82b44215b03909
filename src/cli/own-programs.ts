import { canonicalJson } from '../base/json.js';
import { err, ok, type Result } from '../base/result.js';
import { OwnCodeReader, type OwnCode } from '../exec/own-code.js';
import { mappingAt } from '../pipeline/params.js';
import { ownTypes } from '../pipeline/own-types.js';
import { listed } from '../pipeline/terminal-text.js';
import type { ResultRecord } from '../store/record.js';
import { projectPipelines } from './find-pipeline.js';
import { pipelineRequest } from './pipeline-request.js';
import type { Wiring } from './wire.js';

/** The programs and modules of a project's own that consist of what a record says; else why there are none. */
export type OwnPrograms = (record: ResultRecord) => Result<readonly OwnCode[], string>;

/**
 * Reads what the stages of pipeline files use. No place that a record names is ever looked at: what is computed again is what
 * the project's own files say.
 *
 * @param words the file, or nothing for those that the project has.
 */
export function readOwnPrograms(words: readonly string[], wiring: Wiring): OwnPrograms {
  const reader = new OwnCodeReader(wiring.project, wiring.environment);
  const byCode = new Map<string, OwnCode[]>();
  const files = words.length > 0 ? words : projectPipelines(wiring.project);
  for (const file of files)
    for (const type of ownTypes(pipelineRequest([file], { overrides: [] }, wiring))) {
      const code = reader.read(type, {});
      if (!code.ok) continue;
      const name = canonicalJson(code.value.key);
      byCode.set(name, [...(byCode.get(name) ?? []), code.value]);
    }
  return ({ K }) => {
    const parts = mappingAt(K);
    const found = byCode.get(canonicalJson(parts['code'] ?? null));
    if (found === undefined) return err(notFound(files));
    const env = mappingAt(parts['env']) as Readonly<Record<string, string>>;
    return ok(found.map((code) => ({ ...code, env })));
  };
}

const notFound = (files: readonly string[]): string =>
  files.length === 0
    ? 'a program or module of your own made it; name its pipeline file:  ticketlab verify --rebuild 5% FILE'
    : `the program or module that made it is not in ${listed(files, 4)}, or its code has changed`;
