/** One place where the released code and sound mathematics part ways, so that `reading` decides. */
export interface ReadingEntry {
  /** Number in the register of discrepancies (docs/numerics.md). */
  readonly id: string;
  /** The file that decides, from the root of the project. */
  readonly file: string;
  readonly corrected: string;
  readonly reference: string;
}

/** Every effect of the parameter `reading`. docs/numerics.md has the same table; a test holds them together. */
export const readings: readonly ReadingEntry[] = [
  {
    id: 'D1',
    file: 'src/es/search-space.ts',
    corrected: 'the mask says which entries are searched',
    reference: 'start values of 0 are left out, so that entries of different tensors share coordinates',
  },
  {
    id: 'D2',
    file: 'src/es/pgpe.ts',
    corrected: 'std descends on pairs of a deviation and its own cost',
    reference:
      'std ascends, with costs in sorted and deviations in sampled order; elite_ratio below 1 is refused',
  },
  {
    id: 'D3',
    file: 'src/es/sep-cma-es.ts',
    corrected: 'std is stepSize sqrt(C)',
    reference: 'std is C',
  },
  {
    id: 'D4',
    file: 'stages/train-es.ts',
    corrected: 'open-es trains like any other strategy',
    reference: 'open-es is refused',
  },
  {
    id: 'D15',
    file: 'src/es/sgd.ts',
    corrected: 'the step follows the new gradient',
    reference: 'the step follows the gradient of the generation before',
  },
  {
    id: 'D15',
    file: 'src/es/clip-up.ts',
    corrected: 'the mean moves by the velocity',
    reference: 'the mean moves by the learning rate times the velocity',
  },
  {
    id: 'D15',
    file: 'src/es/shaping.ts',
    corrected: 'shaping by range gives [-1, 1]',
    reference: 'shaping by range gives [1, 3]',
  },
  {
    id: 'D16',
    file: 'src/es/sep-cma-constants.ts',
    corrected: 'constants follow n, and c_mu is at most 1 - c_1',
    reference: 'some constants count at most 40000 dimensions, and c_mu has no limit',
  },
];
