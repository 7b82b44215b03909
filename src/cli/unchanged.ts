import { performance } from 'node:perf_hooks';
import { safeLine } from '../base/safe-text.js';
import { summaryText } from '../events/words.js';
import { stillDone, type Asked } from '../store/unchanged.js';
import { userEnvironment } from './wire.js';

/** Variables that decide where things are found. */
const variables = ['HOME', 'NODE_PATH', 'TICKETLAB_CACHE', 'TICKETLAB_STORE', 'XDG_CACHE_HOME'] as const;

/** What decides, with the files in a project, what a command does. @param words of the command line, from the command on. */
export function askedBy(words: readonly string[]): Asked {
  const { version, platform, arch } = process;
  const environment = userEnvironment();
  return {
    runtime: `${version} ${platform} ${arch}`,
    words,
    variables: Object.fromEntries(variables.map((name) => [name, environment[name] ?? null])),
  };
}

/**
 * Answers `ticketlab run` without reading the pipeline, when the same run has found everything done before and nothing
 * that it looked at has changed. Whoever loads this loads next to nothing else: it takes a few milliseconds.
 *
 * @returns false when the run has to be looked at properly.
 */
export function runUnchanged(words: readonly string[]): boolean {
  if (words[0] !== 'run') return false;
  const done = stillDone(process.cwd(), askedBy(words));
  if (done === undefined) return false;
  if (done.quiet) return true;
  const lines = [
    `${done.pipeline} (${done.variant}): nothing has changed since the last run`,
    ...done.results.map((path) => `result: ${path}`),
    summaryText({
      type: 'run.end',
      hit: done.hits,
      ran: 0,
      failed: 0,
      skipped: 0,
      cancelled: 0,
      exit: 0,
      seconds: performance.now() / 1000,
    }),
  ];
  process.stdout.write(`${lines.map(safeLine).join('\n')}\n`);
  return true;
}
