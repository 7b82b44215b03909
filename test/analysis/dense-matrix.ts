import type { SymmetricOperator } from '../../src/analysis/spectrum/operator.js';

/** Products with a dense symmetric matrix, row-major. */
export function operatorOf(matrix: ArrayLike<number>): SymmetricOperator {
  const dimension = Math.sqrt(matrix.length);
  return {
    dimension,
    product(out, vector) {
      for (let i = 0; i < dimension; i++) {
        out[i] = 0;
        for (let j = 0; j < dimension; j++) out[i] += matrix[i * dimension + j] * vector[j];
      }
    },
  };
}

/** Eigenvalues of a dense symmetric matrix, ascending, and its eigenvectors as columns: cyclic Jacobi rotations. */
export function jacobiEigen(matrix: ArrayLike<number>): { values: number[]; vectors: number[][] } {
  const n = Math.sqrt(matrix.length);
  const a = Array.from({ length: n }, (_, i) => Array.from({ length: n }, (_, j) => matrix[i * n + j]));
  const v = Array.from({ length: n }, (_, i) => Array.from({ length: n }, (_, j) => (i === j ? 1 : 0)));
  for (let sweep = 0; sweep < 30; sweep++)
    for (let p = 0; p < n; p++) for (let q = p + 1; q < n; q++) rotate(p, q);
  const order = a.map((_, i) => i).sort((i, j) => a[i][i] - a[j][j]);
  return {
    values: order.map((i) => a[i][i]),
    vectors: v.map((row) => order.map((i) => row[i])),
  };

  function rotate(p: number, q: number): void {
    if (a[p][q] === 0) return;
    const theta = (a[q][q] - a[p][p]) / (2 * a[p][q]);
    const t = Math.sign(theta || 1) / (Math.abs(theta) + Math.sqrt(theta * theta + 1));
    const c = 1 / Math.sqrt(t * t + 1);
    const s = t * c;
    for (const row of [...a, ...v]) [row[p], row[q]] = [c * row[p] - s * row[q], s * row[p] + c * row[q]];
    [a[p], a[q]] = [a[p].map((x, k) => c * x - s * a[q][k]), a[q].map((x, k) => s * a[p][k] + c * x)];
  }
}

export const trace = (matrix: ArrayLike<number>): number => {
  const n = Math.sqrt(matrix.length);
  return Array.from({ length: n }, (_, i) => matrix[i * n + i]).reduce((sum, value) => sum + value, 0);
};
