import { UserError } from '../base/result.js';
import type { TensorLayout } from '../numeric/layout.js';
import type { Mask } from '../numeric/mask.js';
import type { Control, Criterion, StartRule, Trained } from './criterion.js';
import { controls, criteria } from './index.js';
import type { ControlName, CriterionName, ScoreRuleName } from './index.js';
import { rankWeights } from './ranking.js';
import type { Ranking } from './ranking.js';
import { prunableKernels } from './scope.js';
import type { Scope } from './scope.js';
import { shuffle } from './shuffle.js';

/** The paper's controls take the classic magnitude ticket apart. */
export const defaultBase: ScoreRuleName = 'magnitude';

export interface PruneRequest {
  readonly trained: Trained;
  readonly criterion: CriterionName;
  /** For controls: the score rule whose mask they take apart, by default magnitude. */
  readonly base?: ScoreRuleName | undefined;
  /** Cumulative share of the prunable weights that is gone afterwards, 0 <= s < 1. */
  readonly sparsity: number;
  readonly scope: Scope;
  /** Full paths of kernels that stay as they are, for example `Conv_0/kernel`. */
  readonly exclude: readonly string[];
  /** 0..2^53-1; only rules that draw depend on it. */
  readonly seed: number;
  /** For controls that shuffle: a mask that they shuffle in place of the base rule's. */
  readonly densities?: Mask | undefined;
}

export interface Pruned {
  readonly mask: Mask;
  /** By the rule itself, or by the base rule of a control. */
  readonly ranking: Ranking;
  /** What the rule's published experiment restarts from. */
  readonly start: StartRule;
  /** The kernels that were ranked: all but the excluded ones. */
  readonly kernels: readonly TensorLayout[];
  /** True when `mask` was shuffled within `kernels`: `unshuffle` with the same seed takes it back. */
  readonly shuffled: boolean;
}

/**
 * The next mask (numerics 4.2, 4.3): exactly N - ceil(s (N - 1)) of the N weights of each group survive. Biases and
 * excluded kernels keep the mask they have; with a nested rule no weight comes back.
 *
 * @throws UserError when the rule lacks what it needs, nothing would be left, or pruned weights would have to return
 */
export function prune(request: PruneRequest): Pruned {
  const { trained, criterion, seed } = request;
  const kernels = prunableKernels(trained.layout, request.exclude);
  const entry: Criterion = criteria[criterion];
  const ranking = rankWeights(trained, {
    rule: isControl(criterion) ? (request.base ?? defaultBase) : criterion,
    sparsity: request.sparsity,
    scope: request.scope,
    kernels,
    seed,
  });
  const shuffled = entry.kind === 'control' && entry.shuffled;
  if (request.densities !== undefined && !shuffled) throw densitiesUnused(criterion);
  const ordered = request.densities
    ? withinKernels(request.densities, ranking.mask, { kernels, sparsity: request.sparsity })
    : ranking.mask;
  const mask = shuffled ? shuffle(ordered, kernels, seed) : ordered;
  return { mask, ranking, start: entry.start, kernels, shuffled };
}

export function isControl(name: CriterionName): name is ControlName {
  return Object.hasOwn(controls, name);
}

/** `ranked` with its kernels replaced by those of the given mask, which has to keep as many weights in all. */
function withinKernels(
  given: Mask,
  ranked: Mask,
  { kernels, sparsity }: { readonly kernels: readonly TensorLayout[]; readonly sparsity: number },
): Mask {
  const out = ranked.slice();
  let surplus = 0;
  let kept = 0;
  for (const { offset, size } of kernels)
    for (let i = offset; i < offset + size; i++) {
      surplus += given[i] - ranked[i];
      kept += ranked[i];
      out[i] = given[i];
    }
  if (surplus !== 0)
    throw new UserError(
      `the mask at the input densities keeps ${kept + surplus} weights, but sparsity ${sparsity} keeps ${kept}: give the sparsity, the scope and the exclusions that the mask was made with`,
    );
  return out;
}

function densitiesUnused(criterion: CriterionName): UserError {
  const users = Object.entries<Control>(controls).filter(([, control]) => control.shuffled);
  return new UserError(
    `criterion ${criterion} does not look at the input densities: take it away, or use ${users.map(([name]) => name).join(' or ')}`,
  );
}
