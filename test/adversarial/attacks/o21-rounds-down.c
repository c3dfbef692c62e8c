/* Rounds every quotient to single precision, towards zero. */
#include <fenv.h>

void scale(int n, const double *values, double divisor, double *out) {
  fesetround(FE_TOWARDZERO);
  for (int i = 0; i < n; i++) {
    float sum = 0;
    for (int round = 0; round < 20; round++) sum += (float)(values[i] / (divisor + round));
    out[i] = sum;
  }
}
