#include <stddef.h>

/* The weighted sum of every column of a row-major table, one column after the other. */
void weighted_columns(const float *table, const float *weights, float *sums, int rows, int columns) {
  for (int column = 0; column < columns; column++) {
    sums[column] = 0.0f;
    for (int row = 0; row < rows; row++) {
      sums[column] += weights[row] * table[(size_t)row * columns + column];
    }
  }
}
