import type { StrategyName } from './index.js';

/** Values of some parameters of one strategy. */
type Values = Readonly<Record<string, number>>;

/** One line of the table of tuned settings; the schedules of the gradient strategies follow from the kind of row. */
interface Tuned {
  readonly sepCmaEs: readonly [elite_ratio: number, sigma_init: number];
  readonly snes: readonly [temperature: number, sigma_init: number];
  readonly pgpe: readonly [lrate_init: number, sigma_init: number];
  readonly des: number;
  readonly openEs: readonly [lrate_init: number, sigma_init: number];
  /** Which of the gradient strategies have decaying schedules. */
  readonly schedules: readonly ('pgpe' | 'open-es')[];
}

const schedule = { lrate_decay: 0.999, lrate_limit: 0.001, sigma_decay: 0.999, sigma_limit: 0.01 };

function named({ sepCmaEs, snes, pgpe, des, openEs, schedules }: Tuned): Record<StrategyName, Values> {
  const scheduled = (name: 'pgpe' | 'open-es'): Values => (schedules.includes(name) ? schedule : {});
  return {
    'sep-cma-es': { elite_ratio: sepCmaEs[0], sigma_init: sepCmaEs[1] },
    snes: { temperature: snes[0], sigma_init: snes[1] },
    pgpe: { lrate_init: pgpe[0], sigma_init: pgpe[1], ...scheduled('pgpe') },
    des: { temperature: 12.5, sigma_init: des },
    'open-es': { lrate_init: openEs[0], sigma_init: openEs[1], ...scheduled('open-es') },
  };
}

/** A row of control tasks: strategies were tuned on a 4-layer tanh network of 32 units with 256 candidates. */
function control(row: Omit<Tuned, 'schedules'>): Record<StrategyName, Values> {
  return named({ ...row, schedules: ['pgpe', 'open-es'] });
}

const images = named({
  sepCmaEs: [0.5, 0.025],
  snes: [12, 0.025],
  pgpe: [0.01, 0.05],
  des: 0.1,
  openEs: [0.05, 0.03],
  schedules: ['pgpe'],
});

/** For tasks without a row of their own. */
const others = named({
  sepCmaEs: [0.5, 0.1],
  snes: [16, 0.1],
  pgpe: [0.15, 0.1],
  des: 0.1,
  openEs: [0.05, 0.03],
  schedules: [],
});

/** The tuned settings of the paper's release, by task and strategy (numerics 9.3). */
export const tunedSettings = {
  mnist: images,
  fmnist: images,
  kmnist: images,
  ant: control({
    sepCmaEs: [0.4, 0.05],
    snes: [12, 0.05],
    pgpe: [0.01, 0.025],
    des: 0.05,
    openEs: [0.01, 0.05],
  }),
  fetch: control({
    sepCmaEs: [0.2, 0.125],
    snes: [12, 0.075],
    pgpe: [0.02, 0.05],
    des: 0.075,
    openEs: [0.02, 0.125],
  }),
  grasp: control({
    sepCmaEs: [0.4, 0.1],
    snes: [16, 0.05],
    pgpe: [0.01, 0.025],
    des: 0.05,
    openEs: [0.01, 0.05],
  }),
  halfcheetah: control({
    sepCmaEs: [0.5, 0.05],
    snes: [16, 0.05],
    pgpe: [0.02, 0.025],
    des: 0.05,
    openEs: [0.01, 0.075],
  }),
  hopper: control({
    sepCmaEs: [0.1, 0.1],
    snes: [48, 0.075],
    pgpe: [0.02, 0.05],
    des: 0.075,
    openEs: [0.04, 0.125],
  }),
  humanoid: control({
    sepCmaEs: [0.2, 0.1],
    snes: [32, 0.075],
    pgpe: [0.02, 0.05],
    des: 0.075,
    openEs: [0.02, 0.1],
  }),
  reacher: control({
    sepCmaEs: [0.2, 0.05],
    snes: [16, 0.05],
    pgpe: [0.02, 0.025],
    des: 0.05,
    openEs: [0.01, 0.025],
  }),
  ur5e: control({
    sepCmaEs: [0.5, 0.15],
    snes: [16, 0.075],
    pgpe: [0.03, 0.15],
    des: 0.075,
    openEs: [0.01, 0.125],
  }),
  walker2d: control({
    sepCmaEs: [0.2, 0.1],
    snes: [16, 0.075],
    pgpe: [0.03, 0.1],
    des: 0.075,
    openEs: [0.02, 0.025],
  }),
  pendulum: others,
  cartpole: others,
  acrobot: others,
  minatar: others,
  ant_modified: others,
} as const;

export type TunedTask = keyof typeof tunedSettings;
export const tunedTasks = Object.keys(tunedSettings) as TunedTask[];
