import type { Layout } from '../numeric/layout.js';
import type { Mask } from '../numeric/mask.js';
import type { StreamKey } from '../numeric/rng.js';

/** What training left behind. All vectors are flat in the canonical layout and as long as `layout.size`. */
export interface Trained {
  readonly layout: Layout;
  /** Which weights existed during the training. */
  readonly mask: Mask;
  /** Mean of the search distribution, or simply the trained weights. */
  readonly mean: Float64Array;
  /** Standard deviation of the search distribution, where there is one (numerics 1.9). */
  readonly std?: Float64Array | undefined;
  /** The weights that the training started from. */
  readonly initial?: Float64Array | undefined;
  /** The derivative of the training loss that the rule needs. */
  readonly derivative?: Float64Array | undefined;
}

/**
 * Derivatives of the mean training loss L, flat. At the initial weights of the dense network: the gradient g, or its
 * product H g with the full Hessian. At the trained weights under their mask: the diagonal of the Gauss-Newton matrix.
 */
export type LossDerivative = 'initial-gradient' | 'initial-hessian-gradient' | 'trained-curvature';

/**
 * What the next training starts from, under the new mask: the first initialisation, its surviving values permuted
 * within each kernel, or a fresh initialisation.
 */
export const startRules = ['initial', 'permuted', 'fresh'] as const;
export type StartRule = (typeof startRules)[number];

/** A rule that ranks the weights: the lowest scores are pruned. */
export interface ScoreRule {
  readonly kind: 'score';
  /** One sentence for lists and help texts. */
  readonly summary: string;
  readonly needsStd: boolean;
  readonly needsInitial: boolean;
  /** Which derivative the rule needs, where it needs one. */
  readonly needsDerivative?: LossDerivative;
  /** True when scores may be negative: then there is no threshold to report, since pruned weights count as 0. */
  readonly signed?: true;
  /** True when a pruned weight stays pruned: only survivors are ranked. False ranks every prunable weight anew. */
  readonly nested: boolean;
  /** What the published experiment restarts from when it prunes by this rule. */
  readonly start: StartRule;
  /**
   * Writes a score, >= 0 unless `signed`, for every entry of the layout (what it writes for biases and, when nested, for pruned
   * weights is not looked at). Pure: the same arguments give the same bits; `key` is there for rules that draw.
   */
  score(out: Float64Array, trained: Trained, key: StreamKey): void;
}

/**
 * A rule that asks which part of a ticket matters: it takes the mask that a score rule (its base) gives, perhaps
 * shuffles it within each kernel, and says what to start from.
 */
export interface Control {
  readonly kind: 'control';
  readonly summary: string;
  /** True when the base's mask is shuffled within each kernel, which keeps every kernel's count and nothing else. */
  readonly shuffled: boolean;
  readonly start: StartRule;
}

export type Criterion = ScoreRule | Control;
