import { counted } from '../base/counted.js';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Diagnostic } from '../pipeline/diagnostic.js';
import { shippedSignatures } from '../pipeline/shipped.js';
import type { Signatures } from '../pipeline/signatures.js';
import type { Wiring } from './wire.js';

/** What `run` and `plan` share. */
export interface PlanOptions {
  readonly preset?: string;
  readonly overrides: readonly string[];
  /** A file with values of parameters. */
  readonly params?: string;
  readonly store?: string;
  /** How problems of the file are told. */
  readonly format?: 'plain' | 'json';
}

/** The signatures of all stage types, as they were emitted: no stage code is loaded for planning. */
export function loadSignatures(wiring: Wiring): Signatures {
  const text = readFileSync(join(wiring.home, 'schemas', 'stages.schema.json'), 'utf8');
  return shippedSignatures(text);
}

/** `2 errors in pipelines/x.yaml; nothing was started.` */
export function problemSummary(file: string, problems: readonly Diagnostic[]): string {
  const errors = problems.filter((problem) => problem.severity === 'error').length;
  return `${counted(errors, 'error')} in ${file}. Nothing was started.`;
}
