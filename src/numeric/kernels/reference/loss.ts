import { expReference, logReference } from './elementary.js';

const f = Math.fround;

/** Log-likelihood of the label under the softmax of the logits, a float32. */
export function logLikelihoodReference(logits: Float32Array, label: number): number {
  let most = logits[0];
  for (const logit of logits) most = most < logit ? logit : most;
  let sum = 0;
  for (const logit of logits) sum = f(sum + expReference(f(logit - most)));
  return f(f(logits[label] - most) - logReference(sum));
}

/** Index of the largest logit, the first among equals. */
export function answerReference(logits: Float32Array): number {
  let answer = 0;
  for (let i = 1; i < logits.length; i++) if (logits[i] > logits[answer]) answer = i;
  return answer;
}
