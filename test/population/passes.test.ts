// Which jobs a pass is made of; what comes out of them is in evaluator.test.ts.
import { expect, it } from 'vitest';
import { compileProgram } from '../../src/population/compile/program.js';
import type { Job } from '../../src/population/crew.js';
import { evaluateKind, layOutKind } from '../../src/population/job.js';
import { createPasses } from '../../src/population/passes.js';
import { dense, networkOfLayers, randomMask } from '../kernels/fixtures.js';

const network = networkOfLayers(4, [dense('Dense_0', 4, 2, 'none')]);
const program = compileProgram(network, randomMask(network, 1, 1));

/** The jobs, and what was filled in before them as [first, count], of one pass over `images` images. */
async function passOf(count: number, images: number, threads: number) {
  const jobs: Job[] = [];
  const filled: [number, number][] = [];
  const crew = {
    hand: () => undefined,
    run: async (job: Job) => void jobs.push(job),
    close: async () => undefined,
  };
  const fill = (_: Float32Array, first: number, some: number) => void filled.push([first, some]);
  const shared = { program, indices: new Uint32Array(1024) };
  await createPasses(shared, crew, threads).run({ count, fill }, 1, new Uint32Array(images));
  const evaluations = jobs.filter(({ kind }) => kind === evaluateKind);
  return { jobs, filled, shares: evaluations.map(({ parts, tasks }) => [parts, tasks]) };
}

it.each([1, 2, 4])(
  'one candidate, as the mean on the test set is, makes 32 tasks for each of %i threads while there are blocks',
  async (threads) => {
    const blocks = 1024 / 16;
    const parts = Math.min(32 * threads, blocks);
    // The last chunk is of 40 images: three blocks.
    expect((await passOf(1, 1064, threads)).shares).toEqual([
      [parts, parts],
      [3, 3],
    ]);
  },
);

it('a few candidates are split, many are not', async () => {
  expect((await passOf(9, 1024, 2)).shares).toEqual([[8, 72]]);
  expect((await passOf(128, 1024, 2)).shares).toEqual([[1, 128]]);
});

it('images are laid out once for however many candidates, of which no more than 512 are held at a time', async () => {
  const { jobs, filled } = await passOf(1200, 1030, 2);
  const chunk = (blocks: number) => [
    { kind: layOutKind, tasks: blocks },
    ...[512, 512, 176].map((tasks) => ({ kind: evaluateKind, tasks })),
  ];
  expect(jobs.map(({ kind, tasks }) => ({ kind, tasks }))).toEqual([...chunk(64), ...chunk(1)]);
  const groups = [
    [0, 512],
    [512, 512],
    [1024, 176],
  ];
  expect(filled).toEqual([...groups, ...groups]);
  expect((await passOf(512, 1030, 2)).filled).toEqual([[0, 512]]);
});
