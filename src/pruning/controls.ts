import type { Control } from './criterion.js';

/** The ticket's mask with its initial values permuted: does it matter which weight started where? */
export const permuteWeights: Control = {
  kind: 'control',
  summary: "The base rule's mask; restart from initial values permuted within each kernel.",
  shuffled: false,
  start: 'permuted',
};

/** Mask and values both permuted: of the ticket only each kernel's count and its initial values are left. */
export const permuteMaskAndWeights: Control = {
  kind: 'control',
  summary: "The base rule's mask shuffled within each kernel; its surviving initial values permuted onto it.",
  shuffled: true,
  start: 'permuted',
};

/** The ticket's mask with fresh weights: does the mask alone do it? */
export const reinit: Control = {
  kind: 'control',
  summary: "The base rule's mask; restart from a fresh initialisation.",
  shuffled: false,
  start: 'fresh',
};

/** Random masks with the ticket's count in every kernel: are the densities of the layers enough? */
export const randomWithinLayer: Control = {
  kind: 'control',
  summary: "A random mask with as many survivors in each kernel as the base rule's mask.",
  shuffled: true,
  start: 'initial',
};
