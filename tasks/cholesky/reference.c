#include <math.h>

/* The upper triangle R with R'R = A + ridge I, for a row-major A of which the upper triangle is read. */
void cholesky(const double *matrix, double *factor, int n, double ridge) {
  for (int j = 0; j < n; j++) {
    for (int i = 0; i < n; i++) {
      factor[i * n + j] = 0.0;
    }
    for (int i = 0; i <= j; i++) {
      double rest = matrix[i * n + j];
      if (i == j) rest += ridge;
      for (int k = 0; k < i; k++) {
        rest -= factor[k * n + i] * factor[k * n + j];
      }
      factor[i * n + j] = i == j ? sqrt(rest) : rest / factor[i * n + i];
    }
  }
}
