import type { LastBy } from './last-by.js';

/** Kinds of figures. */
export type MarkName = CurveMark | 'heatmap';
export type CurveMark = 'line' | 'path' | 'spectrum' | 'sharpness';

/** Parameters of figures with curves; each kind has some of them. */
export interface CurveParams {
  readonly mark: CurveMark;
  readonly x?: string;
  readonly y?: string;
  readonly last_by?: LastBy;
  readonly color?: string;
  readonly band?: string;
  readonly measure?: string;
}

/** How a kind of figure reads its table and looks. */
export interface CurveStyle {
  readonly roles: {
    readonly x: string;
    readonly y: string;
    readonly last_by: LastBy;
    readonly color: string;
    readonly band: string;
  };
  /** Rows that it is about. */
  readonly where: Readonly<Record<string, string | number | boolean>>;
  readonly xAxis: 'linear' | 'log';
  readonly yAxis: 'linear' | 'log';
  /** Whether points are measurements, each with a mark, or places on a continuous line. */
  readonly marked: boolean;
  /** Labels instead of those of the columns. */
  readonly xLabel?: string;
  readonly yLabel?: string;
  /** Instead of what says how many values a point is the mean of. */
  readonly caption?: string;
}

const linear = { where: {}, xAxis: 'linear', yAxis: 'linear', marked: true } as const;

/** What curves of each kind are drawn from, and how. */
export function curveStyle(given: CurveParams): CurveStyle {
  const { x = '', y = '', last_by = '', color = '', band = '' } = given;
  const roles = { x, y, last_by, color, band };
  switch (given.mark) {
    case 'line':
      return { ...linear, roles };
    case 'path':
      return { ...linear, roles: { ...roles, x: 'alpha' } };
    case 'spectrum':
      return {
        ...linear,
        roles: { ...roles, x: 'value', y: 'weight' },
        where: { part: 'density' },
        yAxis: 'log',
        marked: false,
        xLabel: 'eigenvalue of the Hessian',
        yLabel: 'density of eigenvalues (area 1)',
        caption:
          'Stochastic Lanczos quadrature of one network a curve. Not drawn: what lies below a millionth of the highest peak.',
      };
    case 'sharpness':
      return {
        ...linear,
        roles: { ...roles, x: 'scale' },
        where: { measure: given.measure ?? 'absolute', refined: false },
        xAxis: 'log',
        // Shares are compared by difference, rises of the loss over powers of ten.
        yAxis: y.startsWith('retained') ? 'linear' : 'log',
        xLabel:
          given.measure === 'relative'
            ? 'standard deviation of the perturbation, relative to the weights of each layer'
            : 'standard deviation of the perturbation',
      };
  }
}
