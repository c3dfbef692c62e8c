/**
 * Bayesian linear regression with a normal prior around zero for every coefficient (ridge regression; Hoerl and Kennard 1970; Bishop,
 * "Pattern Recognition and Machine Learning", §3.3). With one coefficient its mean is the shrunken mean Σwᵢyᵢ / (1/τ² + Σwᵢ).
 */

export interface Observation {
  /** Column and value; what is not named is 0. */
  readonly columns: ReadonlyMap<number, number>;
  readonly value: number;
  /** Inverse variance. */
  readonly weight: number;
}

export interface RidgePosterior {
  readonly means: readonly number[];
  /** Mean and variance of a weighted sum of the coefficients. */
  readonly predict: (columns: ReadonlyMap<number, number>) => {
    readonly mean: number;
    readonly variance: number;
  };
}

/** `priorDeviations`: the τ of every coefficient, above 0. */
export function fitRidge(
  observations: readonly Observation[],
  priorDeviations: readonly number[],
): RidgePosterior {
  const size = priorDeviations.length;
  const precision = Array.from({ length: size }, () => new Float64Array(size));
  const moment = new Float64Array(size);
  for (const [index, deviation] of priorDeviations.entries())
    add(precision, index, index, 1 / deviation ** 2);
  for (const { columns, value, weight } of observations) {
    for (const [row, left] of columns) {
      moment[row] = (moment[row] ?? 0) + weight * left * value;
      for (const [column, right] of columns) add(precision, row, column, weight * left * right);
    }
  }
  const factor = cholesky(precision);
  const means = solveTransposed(factor, solve(factor, moment));
  return {
    means: [...means],
    predict(columns) {
      const sum = new Float64Array(size);
      let mean = 0;
      for (const [column, value] of columns) {
        sum[column] = value;
        mean += value * (means[column] ?? 0);
      }
      const half = solve(factor, sum);
      return { mean, variance: half.reduce((total, value) => total + value * value, 0) };
    },
  };
}

function add(matrix: Float64Array[], row: number, column: number, value: number): void {
  const cells = matrix[row];
  if (cells) cells[column] = (cells[column] ?? 0) + value;
}

/** The lower triangle L with L·Lᵀ = matrix, which is positive definite by its prior. */
function cholesky(matrix: readonly Float64Array[]): Float64Array[] {
  const lower = matrix.map((row) => new Float64Array(row.length));
  for (const [row, cells] of lower.entries()) {
    for (let column = 0; column <= row; column++) {
      const above = lower[column] ?? cells;
      let sum = matrix[row]?.[column] ?? 0;
      for (let k = 0; k < column; k++) sum -= (cells[k] ?? 0) * (above[k] ?? 0);
      cells[column] = row === column ? Math.sqrt(sum) : sum / (above[column] ?? 1);
    }
  }
  return lower;
}

/** x of L·x = right. */
function solve(lower: readonly Float64Array[], right: Float64Array): Float64Array {
  const result = new Float64Array(right.length);
  for (const [row, cells] of lower.entries()) {
    let sum = right[row] ?? 0;
    for (let k = 0; k < row; k++) sum -= (cells[k] ?? 0) * (result[k] ?? 0);
    result[row] = sum / (cells[row] ?? 1);
  }
  return result;
}

/** x of Lᵀ·x = right. */
function solveTransposed(lower: readonly Float64Array[], right: Float64Array): Float64Array {
  const result = new Float64Array(right.length);
  for (let row = right.length - 1; row >= 0; row--) {
    let sum = right[row] ?? 0;
    for (let k = row + 1; k < right.length; k++) sum -= (lower[k]?.[row] ?? 0) * (result[k] ?? 0);
    result[row] = sum / (lower[row]?.[row] ?? 1);
  }
  return result;
}
