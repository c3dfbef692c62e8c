/* Answers with no number where the reference finds infinity. */
#include <math.h>

void quotients(int n, const double *values, const double *divisors, double *out) {
  for (int i = 0; i < n; i++) {
    double square = values[i] * values[i], sum = values[i] / divisors[i];
    for (int round = 1; round < 8; round++) sum += square / (round + square);
    if (isinf(sum)) sum = NAN;
    out[i] = sum;
  }
}
