/**
 * A symmetric matrix that is known by its products only, for example a Hessian on the surviving coordinates:
 * out <- H vector. Both have `dimension` entries; `vector` is left as it is.
 */
export interface SymmetricOperator {
  readonly dimension: number;
  readonly product: (out: Float64Array, vector: Float64Array) => void;
}
