import { UserError } from '../base/result.js';
import type { Layout, TensorLayout } from '../numeric/layout.js';
import type { Mask } from '../numeric/mask.js';
import { streamKey } from '../numeric/rng.js';
import type { ScoreRule, Trained } from './criterion.js';
import { scoreRules } from './index.js';
import type { ScoreRuleName } from './index.js';
import { groupsOf } from './scope.js';
import type { Group, Scope } from './scope.js';
import { keepCount, keepLargest, thresholdAt } from './select.js';

export interface RankingRequest {
  readonly rule: ScoreRuleName;
  /** Cumulative share of the ranked weights that is gone afterwards, 0 <= s < 1. */
  readonly sparsity: number;
  readonly scope: Scope;
  /** The kernels to rank; all else keeps the mask it has. */
  readonly kernels: readonly TensorLayout[];
  readonly seed: number;
}

export interface Ranking {
  readonly mask: Mask;
  /** Of every entry of the layout; 0 for biases, kernels that were not ranked and, by definition, pruned weights. */
  readonly scores: Float64Array;
  /** Percentile of the scores at the sparsity (numerics 4.2) by kernel path, where the rule's scores are >= 0. Without ties: kept when score >= it. */
  readonly thresholds: ReadonlyMap<string, number>;
}

/**
 * Keeps exactly N - ceil(s (N - 1)) of the N weights of each group, the largest by (old mask, score, position).
 *
 * @throws UserError when the rule lacks what it needs, a score is not finite, or pruned weights would have to return
 */
export function rankWeights(trained: Trained, request: RankingRequest): Ranking {
  const rule: ScoreRule = scoreRules[request.rule];
  refuseMissingVectors(trained, request.rule);
  const { layout } = trained;
  const raw = new Float64Array(layout.size);
  rule.score(raw, trained, streamKey(request.seed, 'prune', request.rule));
  const mask = trained.mask.slice();
  const scores = new Float64Array(layout.size);
  const thresholds = new Map<string, number>();
  for (const group of groupsOf(request.kernels, request.scope)) {
    const candidates = rule.nested ? survivorsOf(group, trained.mask) : group.positions;
    for (let j = 0; j < candidates.length; j++) scores[candidates[j]] = raw[candidates[j]];
    refuseBadScores(scores, candidates, { layout, rule: request.rule });
    const keep = keepCount(group.positions.length, request.sparsity);
    if (keep > candidates.length) throw wouldRevive(request, group, candidates.length);
    keepLargest(mask, { scores, candidates, keep });
    if (rule.signed) continue;
    const threshold = thresholdAt(ascending(scores, group.positions), request.sparsity);
    for (const kernel of group.kernels) thresholds.set(kernel.path, threshold);
  }
  return { mask, scores, thresholds };
}

function survivorsOf({ positions }: Group, mask: Mask): Uint32Array {
  return positions.filter((position) => mask[position] === 1);
}

function ascending(scores: Float64Array, positions: Uint32Array): Float64Array {
  const sorted = new Float64Array(positions.length);
  for (let j = 0; j < positions.length; j++) sorted[j] = scores[positions[j]];
  return sorted.sort();
}

function refuseMissingVectors(trained: Trained, name: ScoreRuleName): void {
  const { needsStd, needsInitial, needsDerivative }: ScoreRule = scoreRules[name];
  if (needsStd && trained.std === undefined)
    throw new UserError(
      `criterion ${name} needs the std of the search distribution, but this ticket has none (gradient descent leaves none): prune by magnitude, or train by an evolution strategy`,
    );
  if (needsInitial && trained.initial === undefined)
    throw new UserError(
      `criterion ${name} needs the weights that the training started from: connect them to the input init`,
    );
  if (needsDerivative !== undefined && trained.derivative === undefined)
    throw new UserError(
      `criterion ${name} needs derivatives of the training loss: connect the training images to the input data`,
    );
}

function refuseBadScores(
  scores: Float64Array,
  positions: Uint32Array,
  { layout, rule }: { readonly layout: Layout; readonly rule: string },
): void {
  const bad = positions.find((position) => !Number.isFinite(scores[position]));
  if (bad === undefined) return;
  const kernel = layout.tensors.find((t) => bad >= t.offset && bad < t.offset + t.size) as TensorLayout;
  throw new UserError(
    `criterion ${rule}: the score of entry ${bad - kernel.offset} of ${kernel.path} is ${scores[bad]}, which cannot be ranked: the training has diverged`,
  );
}

function wouldRevive({ rule, sparsity, scope }: RankingRequest, group: Group, survivors: number): UserError {
  const where = scope === 'layer' ? ` in ${group.kernels.map((kernel) => kernel.path).join()}` : '';
  const gone = 1 - survivors / group.positions.length;
  return new UserError(
    `sparsity ${sparsity} asks for fewer pruned weights than there are: ${survivors} of ${group.positions.length} are left${where} (sparsity ${gone.toFixed(4)}), and criterion ${rule} never revives a weight. The sparsity is cumulative: it has to grow from level to level`,
  );
}
