import { canonicalJson } from '../base/json.js';
import { sha256Hex } from '../store/durable.js';
import type { Made } from '../store/record.js';
import type { RunDescription } from '../store/run-folder.js';

/** Longer values (lists of many seeds) stand in a record by their digest: run.json has them in full. */
const longestValue = 200;

/** What a record keeps of the run that made it. */
export function provenanceOf(run: RunDescription | undefined): Pick<Made, 'pipeline' | 'params' | 'git'> {
  if (!run) return {};
  const params = Object.entries(run.params).map(([name, { value, origin }]) => {
    const text = canonicalJson(value);
    const kept = text.length > longestValue ? { sha256: sha256Hex(text) } : { value };
    return [name, { ...kept, origin }] as const;
  });
  const { pipeline: name, file, sha256, variant, preset, git } = run;
  return {
    pipeline: { name, file, sha256, variant, preset },
    params: Object.fromEntries(params),
    ...(git === null ? {} : { git }),
  };
}
