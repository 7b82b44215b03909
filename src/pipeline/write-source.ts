import type { Json } from '../base/json.js';
import { mappingAt } from './params.js';
import { asScalar } from './write-instead.js';

/** Of `{ from, over, at, where }`, what is kept and what is added. */
interface Additions {
  readonly from: string;
  /** The axes that are gathered now; without them the input takes one artefact. */
  readonly over: readonly string[] | undefined;
  /** Axes for which a value is still to be chosen. */
  readonly choose?: readonly string[];
  /** The axes that the source has: others under `at` are mistakes of their own. Undefined where that is not known. */
  readonly axes?: readonly string[];
}

/**
 * An input as it should be written, of what stands there now: what it says beside the correction stays, so that who
 * copies it gets what was meant.
 */
export function sourceInstead(
  written: Json | undefined,
  { from, over, choose = [], axes }: Additions,
): string {
  const now = mappingAt(written);
  const fixed = Object.entries(mappingAt(now.at))
    .filter(
      ([axis]) => axes?.includes(axis) !== false && over?.includes(axis) !== true && !choose.includes(axis),
    )
    .map(([axis, value]) => `${axis}: ${asScalar(value) ?? '...'}`);
  const at = [...fixed, ...choose.map((axis) => `${axis}: ...`)];
  const where = over !== undefined && typeof now.where === 'string' ? asScalar(now.where) : undefined;
  const parts = [
    `from: ${from}`,
    ...(over === undefined ? [] : [`over: [${over.join(', ')}]`]),
    ...(at.length === 0 ? [] : [`at: { ${at.join(', ')} }`]),
    ...(where === undefined ? [] : [`where: ${where}`]),
  ];
  return parts.length === 1 ? `\${${from}}` : `{ ${parts.join(', ')} }`;
}
