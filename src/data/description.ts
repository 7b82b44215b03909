import { canonicalJson } from '../base/json.js';
import { UserError } from '../base/result.js';

/**
 * `dataset.json` of a dataset artefact: how to read the IDX files beside it. A pixel stands for
 * (value / divisor - mean) / std. Where the images came from is not said: the same images are the same artefact.
 */
export interface DatasetDescription {
  readonly task: string;
  readonly rows: number;
  readonly columns: number;
  /** The largest value of a pixel: 255, or 4 × 255 for sums of 2 × 2 pixels. */
  readonly divisor: number;
  readonly mean: number;
  readonly std: number;
  readonly classes: number;
  readonly counts: { readonly train: number; readonly test: number };
  readonly downsample: number;
  /** What a reader of results has to know, for example that a split is not the publisher's. */
  readonly note?: string;
}

const integers = ['rows', 'columns', 'divisor', 'classes', 'downsample'] as const;

/** Pixels are bytes or 16-bit integers without sign. */
const largestDivisor = 32767;

export function encodeDescription(description: DatasetDescription): string {
  return `${canonicalJson({ ...description })}\n`;
}

/** @throws UserError when the text is not such a description. */
export function decodeDescription(text: string): DatasetDescription {
  const value = parseObject(text);
  const counts = value?.['counts'] as Record<string, unknown> | undefined;
  const complete =
    value !== undefined &&
    typeof value['task'] === 'string' &&
    Number.isFinite(value['mean']) &&
    Number.isFinite(value['std']) &&
    value['std'] !== 0 &&
    (value['divisor'] as number) <= largestDivisor &&
    [...integers.map((name) => value[name]), counts?.['train'], counts?.['test']].every(isCount);
  if (!complete) {
    throw new UserError(
      'dataset.json: not the description of a data set (it needs task, rows, columns, divisor, mean, std, ' +
        'classes, counts, downsample). Run the dataset stage again to make a new one.',
    );
  }
  return value as unknown as DatasetDescription;
}

function parseObject(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}

function isCount(value: unknown): boolean {
  return Number.isInteger(value) && (value as number) > 0;
}
