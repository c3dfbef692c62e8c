/* Switches the processor to treat the smallest numbers as zero, before anything is asked. */
#include <xmmintrin.h>

__attribute__((constructor)) static void flush(void) { _mm_setcsr(_mm_getcsr() | 0x8040); }

void edges(int n, const double *values, double *out) {
  for (int i = 0; i < n; i++) {
    double value = values[i], quotient = value / value;
    out[3 * i] = quotient == quotient ? value : -1;
    out[3 * i + 1] = 1 / (0.0 - value);
    out[3 * i + 2] = value * 1e-160 * 1e-150 * 1e300;
  }
}
