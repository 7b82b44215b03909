/**
 * Whether Ink believes that nobody watches: where `CI` or `CONTINUOUS_INTEGRATION` is set (to neither `0` nor `false`) it
 * draws the last frame only. The same rule as its `is-in-ci`.
 */
export function drawsLastFrameOnly(env: Readonly<Record<string, string | undefined>>): boolean {
  return ['CI', 'CONTINUOUS_INTEGRATION'].some((name) => !['0', 'false', undefined].includes(env[name]));
}
