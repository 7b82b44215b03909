import type { StageDefinition } from '../src/pipeline/stage.js';

/**
 * Every stage type. What editors, the planner and the tests know of them follows from this list; a worker loads only
 * the code of the stage that it runs.
 */
export const stages = {
  dataset: () => import('./dataset.js'),
  init: () => import('./init.js'),
  'train-es': () => import('./train-es.js'),
  'train-gd': () => import('./train-gd.js'),
  prune: () => import('./prune.js'),
  rewind: () => import('./rewind.js'),
  transfer: () => import('./transfer.js'),
  'evaluate-lmc': () => import('./evaluate-lmc.js'),
  'hessian-flatness': () => import('./hessian-flatness.js'),
  summarise: () => import('./summarise.js'),
  plot: () => import('./plot.js'),
} satisfies Record<string, () => Promise<{ readonly default: StageDefinition }>>;

/** All of them, loaded. */
export async function allStages(): Promise<readonly StageDefinition[]> {
  const modules = await Promise.all(Object.values(stages).map((load) => load()));
  return modules.map((module) => module.default);
}
