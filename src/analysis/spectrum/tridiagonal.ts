/** Eigenvalues in ascending order, and of each unit eigenvector the first and the last entry. */
export interface TridiagonalEigen {
  readonly values: Float64Array;
  readonly first: Float64Array;
  readonly last: Float64Array;
}

/** Far above the two or three steps that an eigenvalue takes. */
const mostStepsPerValue = 60;

/** Below this products lose digits: a coupling so small is none, whatever the matrix. */
const leastCoupling = 1e-290;

/** A symmetric tridiagonal matrix on its way to a diagonal one, and two rows of the eigenvector matrix. */
interface Work {
  readonly diagonal: Float64Array;
  /** Entry k couples k and k + 1; the last entry is 0. */
  readonly coupling: Float64Array;
  readonly rows: readonly Float64Array[];
  /** A coupling this small is rounding beside the largest entry, and counts as none. */
  readonly negligible: number;
}

/**
 * Eigenvalues of the symmetric tridiagonal matrix with `diagonal` (m entries) and off-diagonal `coupling` (at least
 * m - 1 entries), by the implicit QR algorithm with Wilkinson's shift (Golub & Van Loan, Matrix Computations, 8.3).
 * Of the eigenvectors only the two rows that quadrature and residual bounds need are carried along: m^2 work, not m^3.
 *
 * @throws RangeError when an entry is not finite
 */
export function tridiagonalEigen(diagonal: Float64Array, coupling: Float64Array): TridiagonalEigen {
  const size = diagonal.length;
  const work: Work = {
    diagonal: diagonal.slice(),
    coupling: new Float64Array(size),
    rows: [new Float64Array(size), new Float64Array(size)],
    negligible: Math.max(
      Number.EPSILON * Math.max(largest(diagonal), largest(coupling.subarray(0, size - 1))),
      leastCoupling,
    ),
  };
  if (!Number.isFinite(work.negligible))
    throw new RangeError('the tridiagonal matrix has entries that are not finite');
  work.coupling.set(coupling.subarray(0, size - 1));
  work.rows[0][0] = 1;
  work.rows[1][size - 1] = 1;
  for (let high = size - 1, steps = 0; high > 0;) {
    const low = startOfBlock(work, high);
    if (low === high) {
      high--;
      steps = 0;
    } else if (steps++ < mostStepsPerValue) step(work, low, high);
    else throw new Error(`no eigenvalue after ${mostStepsPerValue} steps`);
  }
  return sorted(work);
}

/** First index of the block that ends at `high` and has no negligible coupling inside. */
function startOfBlock({ coupling, negligible }: Work, high: number): number {
  let low = high;
  while (low > 0 && Math.abs(coupling[low - 1]) > negligible) low--;
  if (low > 0) coupling[low - 1] = 0;
  return low;
}

function largest(values: Float64Array): number {
  return values.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
}

/** One QR step on the block: a rotation from the shift makes a bulge, the others chase it out at the lower end. */
function step({ diagonal, coupling, rows }: Work, low: number, high: number): void {
  let x = diagonal[low] - shift(diagonal[high - 1], coupling[high - 1], diagonal[high]);
  let z = coupling[low];
  for (let k = low; k < high; k++) {
    const length = hypotenuse(x, z);
    const c = length === 0 ? 1 : x / length;
    const s = length === 0 ? 0 : z / length;
    if (k > low) coupling[k - 1] = length;
    const [a, b, d] = [diagonal[k], coupling[k], diagonal[k + 1]];
    diagonal[k] = c * c * a + 2 * c * s * b + s * s * d;
    diagonal[k + 1] = s * s * a - 2 * c * s * b + c * c * d;
    coupling[k] = (c * c - s * s) * b + c * s * (d - a);
    if (k < high - 1) {
      z = s * coupling[k + 1];
      coupling[k + 1] *= c;
      x = coupling[k];
    }
    for (const row of rows) {
      const [left, right] = [row[k], row[k + 1]];
      row[k] = c * left + s * right;
      row[k + 1] = c * right - s * left;
    }
  }
}

/** Wilkinson's: the eigenvalue of the trailing 2 x 2 block [[a, b], [b, d]] that is nearer to d. */
function shift(a: number, b: number, d: number): number {
  const half = (a - d) / 2;
  const root = hypotenuse(half, b);
  return d - (b / (half < 0 ? half - root : half + root)) * b;
}

/** Without overflow or underflow on the way. */
function hypotenuse(x: number, y: number): number {
  const scale = Math.max(Math.abs(x), Math.abs(y));
  if (scale === 0) return 0;
  return scale * Math.sqrt((x / scale) * (x / scale) + (y / scale) * (y / scale));
}

function sorted({ diagonal, rows }: Work): TridiagonalEigen {
  const order = Uint32Array.from(diagonal, (_, i) => i).sort((a, b) => diagonal[a] - diagonal[b]);
  const pick = (values: Float64Array) => Float64Array.from(order, (i) => values[i]);
  return { values: pick(diagonal), first: pick(rows[0]), last: pick(rows[1]) };
}
