/** Columns of the training metrics and their types. */
export const metricsColumns = {
  step: 'int', // minibatches seen
  epoch: 'double', // passes through the training images
  remaining: 'double', // share of the prunable weights that exist
  train_loss: 'double', // mean cross-entropy of the images seen since the row before, each just before its step
  test_accuracy: 'double',
  test_loss: 'double', // mean cross-entropy
  learning_rate: 'double', // of the last step
  gradient_norm: 'double', // of the last minibatch
} as const;

export type MetricsColumn = keyof typeof metricsColumns;
export const metricsColumnNames = Object.keys(metricsColumns) as MetricsColumn[];
export type MetricsRow = Readonly<Record<MetricsColumn, number>>;
