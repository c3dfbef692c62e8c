#include <stdint.h>

/* y = A x for a sparse matrix in compressed rows: row r owns the entries row_start[r] up to row_start[r + 1]. */
void sparse_product(int rows, const int32_t *row_start, const int32_t *column, const double *value, const double *x,
                    double *y) {
  for (int row = 0; row < rows; row++) {
    y[row] = 0.0;
    for (int entry = row_start[row]; entry < row_start[row + 1]; entry++) {
      y[row] += value[entry] * x[column[entry]];
    }
  }
}
