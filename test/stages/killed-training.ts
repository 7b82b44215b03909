import { expect } from 'vitest';
import type { Checkpoints, Progress } from '../../src/pipeline/stage.js';

/** One try of a training stage. */
type Try<Outputs> = (options: {
  readonly checkpoints?: Checkpoints;
  readonly progress?: (progress: Progress) => void;
}) => Promise<{ readonly outputs: Outputs }>;

/**
 * The law of every training that keeps checkpoints: killed again and again, the last time at its very end, it goes on
 * from where it was and ends with the bytes of one that nobody disturbed.
 *
 * @param killAt generations or steps, ascending; the last is the last of all
 */
export async function expectSameBytesAfterKills<Outputs>(
  run: Try<Outputs>,
  killAt: readonly number[],
): Promise<void> {
  const undisturbed = await run({});
  let stored: Uint8Array | undefined;
  const checkpoints: Checkpoints = {
    latest: () => stored,
    due: () => true,
    save: (_, bytes) => (stored = bytes.slice()),
  };
  for (const moment of killAt) {
    const progress = ({ done }: Progress): void => {
      if (done === moment) throw new Error('killed');
    };
    await expect(run({ checkpoints, progress })).rejects.toThrow('killed');
  }
  const seen: number[] = [];
  const resumed = await run({ checkpoints, progress: ({ done }) => seen.push(done) });
  expect(seen).toEqual(killAt.slice(-1));
  expect(resumed.outputs).toEqual(undisturbed.outputs);
}
