import { mean } from './mean.mjs';

/** The mean over a window, as a further column. `params` is JSON Schema, closed, with a default for what may be left out. */
export default {
  type: 'smooth',
  version: 1,
  summary: 'Adds a column with the mean of the last few values.',
  params: {
    type: 'object',
    properties: {
      window: { type: 'integer', minimum: 1, default: 5, description: 'Values that are averaged.' },
    },
    additionalProperties: false,
  },
  inputs: {
    curve: { type: 'table', columns: { step: 'int', value: 'double' }, doc: 'What is smoothed.' },
  },
  outputs: {
    curve: {
      type: 'table',
      columns: { step: 'int', value: 'double', smooth: 'double' },
      doc: 'The same and more.',
    },
  },
  runtime: 'portable',
  run({ params, inputs, log }) {
    const [, ...lines] = inputs.curve.text().trim().split('\n');
    const values = lines.map((line) => Number(line.split(',')[1]));
    const smooth = values.map((_, i) => mean(values.slice(Math.max(0, i + 1 - params.window), i + 1)));
    log(`smoothed ${values.length} values`);
    return {
      curve: ['step,value,smooth', ...lines.map((line, i) => `${line},${smooth[i]}`)].join('\n') + '\n',
    };
  },
};
