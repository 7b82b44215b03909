// The one example pipeline, pipelines/quickstart.yaml, changed into what a measurement or a test needs.
import { readFileSync } from 'node:fs';

/**
 * The quickstart after some changes, one after the other.
 *
 * @param {readonly (readonly [was: RegExp, now: string])[]} changes
 * @throws Error where there is nothing to change: the quickstart has moved on, and the change has to follow.
 */
export function quickstartWith(changes) {
  const quickstart = readFileSync(new URL('../pipelines/quickstart.yaml', import.meta.url), 'utf8');
  return changes.reduce((text, [was, now]) => {
    if (text.search(was) < 0) throw new Error(`The quickstart has no ${was} to change.`);
    return text.replace(was, () => now);
  }, quickstart);
}

/** With it every instance is wanted, what the last pass leaves behind too. */
export const withoutTargets = [/^targets:[^]*/m, ''];
